import EngineKernels

/// A linear map stored [out, in] as bf16 in the order in which the kernels of `EngineKernels` read it.
///
/// The one place of the engine that hands pointers to these kernels. Written while it is made, read afterwards:
/// that makes it sendable.
final class PackedMatrix: @unchecked Sendable {
  /// Output features.
  let rows: Int
  /// Input features.
  let columns: Int
  let memory: PackedMemory

  /// Rows that are packed together.
  static let panel = Int(EK_PANEL)

  /// Panels of a matrix of so many rows.
  static func panelCount(_ rows: Int) -> Int { (rows + panel - 1) / panel }

  /// - Parameter stored: where the packed rows are; `nil` makes room for them.
  /// - Throws: `.unsupported` when the memory is refused.
  init(rows: Int, columns: Int, stored: PackedMemory? = nil) throws(EngineError) {
    precondition(rows > 0 && columns > 0, "a matrix without elements")
    self.rows = rows
    self.columns = columns
    let size = 4 * ek_bf16_words(rows, columns)
    memory = if let stored { stored } else { try .own(bytes: size, rows, columns) }
    precondition(memory.bytes.count == size, "a packed matrix of another size")
  }

  var words: UnsafeBufferPointer<UInt32> { memory.bytes.assumingMemoryBound(to: UInt32.self) }

  /// Packs stored rows; all of a panel, or all that are left, at once.
  ///
  /// - Parameter first: the row of the first of them, a multiple of ``panel``.
  func pack(_ bytes: UnsafeRawBufferPointer, as type: ElementType, fromRow first: Int) {
    let count = min(PackedMatrix.panel, rows - first)
    precondition(first >= 0 && first.isMultiple(of: PackedMatrix.panel) && count > 0, "no such panel")
    precondition(bytes.count == count * columns * type.width, "rows of another size")
    let size = PackedMatrix.panel * ((columns + 1) / 2)
    let panel = UnsafeMutableBufferPointer(
      rebasing: memory.room.assumingMemoryBound(to: UInt32.self)[
        first / PackedMatrix.panel * size..<(first / PackedMatrix.panel + 1) * size])
    switch type {
    case .bfloat16:
      ek_bf16_pack_stored(bytes.baseAddress, count, columns, panel.baseAddress)
    case .float32, .float16, .int8:
      type.widened(bytes).withUnsafeBufferPointer {
        ek_bf16_pack_single($0.baseAddress, count, columns, panel.baseAddress)
      }
    }
  }

  var kernelMatrix: ek_matrix {
    ek_matrix(format: EK_BF16_WEIGHTS, rows: rows, columns: columns, group: 0, packed: words.baseAddress)
  }

  /// Widens row `row` (an embedding) to row `target` of `out`.
  func copyRow(_ row: Int, to target: Int, of out: inout Matrix) {
    precondition(row >= 0 && row < rows && out.columns == columns, "no such row")
    precondition(target >= 0 && target < out.rows, "no such row to write")
    let range = out.range(ofRow: target)
    out.values.withUnsafeMutableBufferPointer { out in
      ek_bf16_row(
        words.baseAddress, columns, row, UnsafeMutableBufferPointer(rebasing: out[range]).baseAddress)
    }
  }
}
