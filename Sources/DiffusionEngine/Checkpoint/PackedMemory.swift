import EngineKernels

/// Where a packed matrix lies: in memory of its own, or in a mapped file, where nobody writes to it.
enum PackedMemory: Sendable {
  case own(AlignedMemory)
  case stored(MappedFile, Range<Int>)

  /// Memory for a matrix of weights that is about to be packed.
  ///
  /// - Throws: `.unsupported` when it is refused.
  static func own(bytes count: Int, _ rows: Int, _ columns: Int) throws(EngineError) -> PackedMemory {
    guard let memory = AlignedMemory(bytes: count) else {
      throw EngineError(
        .unsupported, "there is no memory for a matrix of \(rows) x \(columns) weights",
        hint: "use a machine with more memory, or store the weights packed (evalkit pack)")
    }
    return .own(memory)
  }

  /// Valid as long as this value lives.
  var bytes: UnsafeRawBufferPointer {
    switch self {
    case .own(let memory): UnsafeRawBufferPointer(memory.bytes)
    case .stored(let file, let range): file.address(of: range)
    }
  }

  /// For who packs.
  var room: UnsafeMutableRawBufferPointer {
    guard case .own(let memory) = self else { preconditionFailure("a stored matrix is packed already") }
    return memory.bytes
  }
}

/// How one matrix is packed, and as what it is stored.
///
/// Every instruction set reads the same bytes.
enum PackedForm: Sendable, Equatable {
  case bf16
  /// A scale for each row of the input, or for each group of so many of its columns.
  case int8(group: Int?)

  var type: ElementType {
    switch self {
    case .bf16: .bfloat16
    case .int8: .int8
    }
  }

  /// The dimensions of the tensor that holds the bytes of ``PackedMatrix`` or ``QuantizedMatrix``.
  func shape(_ rows: Int, _ columns: Int) -> [Int] {
    let panels = PackedMatrix.panelCount(rows)
    switch self {
    case .bf16:
      return [panels, (columns + 1) / 2, PackedMatrix.panel, 2]
    case .int8(let group):
      // One panel's share of the values, of the scales, and of the sums: see int8_layout.h.
      let group = group ?? QuantizedMatrix.wholeRow(columns)
      let groups = (columns + group - 1) / group
      return [panels, PackedMatrix.panel * ((columns + 3) / 4 * 4 + 4 + 4 * groups)]
    }
  }
}
