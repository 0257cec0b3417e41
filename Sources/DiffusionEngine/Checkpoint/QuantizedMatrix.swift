import EngineKernels

/// A linear map stored [out, in] as int8 with a scale for each output feature, packed for `EngineKernels`.
///
/// Its input is quantised row by row as it comes, with a scale for each row and group of columns (W8A8, dynamic).
/// Written while it is made, read afterwards: that makes it sendable.
final class QuantizedMatrix: @unchecked Sendable {
  /// Output features.
  let rows: Int
  /// Input features.
  let columns: Int
  /// Input features that share a scale in each row of the input.
  let group: Int
  let memory: PackedMemory

  /// Sums of more products than this may leave 32 bits.
  static let longestGroup = 66_000

  /// The group of a matrix whose input has one scale a row.
  static func wholeRow(_ columns: Int) -> Int { (columns + 3) / 4 * 4 }

  /// - Parameters:
  ///   - group: a multiple of 4, or `nil` for one scale a row.
  ///   - stored: where the packed rows are; `nil` makes room for them.
  /// - Throws: `.unsupported` when the memory is refused, or a row is too long for exact sums.
  init(rows: Int, columns: Int, group: Int? = nil, stored: PackedMemory? = nil) throws(EngineError) {
    precondition(rows > 0 && columns > 0, "a matrix without elements")
    let group = group ?? QuantizedMatrix.wholeRow(columns)
    precondition(group > 0 && group.isMultiple(of: 4), "a group must be whole quadruples")
    guard group <= QuantizedMatrix.longestGroup else {
      throw EngineError(
        .unsupported, "a matrix of \(columns) columns is too wide for int8", hint: "use --precision bf16")
    }
    self.rows = rows
    self.columns = columns
    self.group = group
    let size = ek_int8_bytes(rows, columns, group)
    memory = if let stored { stored } else { try .own(bytes: size, rows, columns) }
    precondition(memory.bytes.count == size, "a packed matrix of another size")
  }

  /// Quantises and packs stored rows; all of a panel, or all that are left, at once.
  ///
  /// - Parameter first: the row of the first of them, a multiple of ``PackedMatrix/panel``.
  func pack(_ bytes: UnsafeRawBufferPointer, as type: ElementType, fromRow first: Int) {
    let count = min(PackedMatrix.panel, rows - first)
    precondition(first >= 0 && first.isMultiple(of: PackedMatrix.panel) && count > 0, "no such panel")
    precondition(bytes.count == count * columns * type.width, "rows of another size")
    type.widened(bytes).withUnsafeBufferPointer {
      ek_int8_pack($0.baseAddress, first, count, rows, columns, group, memory.room.baseAddress)
    }
  }

  /// Quantises panel `panel` of a matrix of the same shape.
  ///
  /// - Returns: how far products with the panel may be from that matrix's.
  func pack(panel: Int, of matrix: PackedMatrix) -> ek_spread {
    precondition(matrix.rows == rows && matrix.columns == columns, "another shape")
    precondition(panel >= 0 && panel * PackedMatrix.panel < rows, "no such panel")
    return ek_int8_pack_bf16(
      matrix.words.baseAddress, panel, rows, columns, group, memory.room.baseAddress)
  }

  var kernelMatrix: ek_matrix {
    ek_matrix(
      format: EK_INT8_WEIGHTS, rows: rows, columns: columns, group: group, packed: memory.bytes.baseAddress)
  }
}
