/// The tensors of all weights files of a checkpoint, by name.
struct TensorTable: Sendable {
  /// Sorted by name.
  let files: [(name: String, file: MappedFile)]
  /// The format's own names of tensors; `nil` when the family names them.
  let names: TensorNames?
  /// Whether queries and keys are stored for a rotation of neighbours; see ``RowOrder``.
  let rotatesNeighbours: Bool
  /// The one file of weights that are stored packed.
  let packed: PackedFile?
  private let places: [String: Place]

  /// Bytes of a file that are converted before they are given back.
  private static let bandBytes = 1 << 26

  /// One tensor in one file.
  private enum Place: Sendable {
    case safetensors(Safetensors, Safetensors.Entry)
    case gguf(GGUF, GGUF.Entry)

    /// The file, where the tensor lies in it, and the tensor's shape.
    var facts: (file: MappedFile, range: Range<Int>, shape: [Int]) {
      switch self {
      case .safetensors(let file, let entry): (file.file, entry.range, entry.shape)
      case .gguf(let file, let entry): (file.file, entry.range, entry.shape)
      }
    }

    /// Of its elements, unless they are quantised.
    var plainType: ElementType? {
      switch self {
      case .safetensors(_, let entry): entry.type
      case .gguf(_, let entry): entry.type.plain
      }
    }

    func elements() -> [Float] {
      switch self {
      case .safetensors(let file, let entry): file.elements(of: entry)
      case .gguf(let file, let entry): file.file.withBytes(entry.range) { entry.type.widened($0) }
      }
    }

    /// Where rows of a matrix of `columns` lie, whole blocks where it is quantised.
    func range(ofRows rows: Range<Int>, columns: Int) -> Range<Int> {
      let width: Int
      switch self {
      case .safetensors(_, let entry): width = columns * entry.type.width
      case .gguf(_, let entry):
        precondition(columns.isMultiple(of: entry.type.blockCount), "a row ends inside a block")
        width = columns / entry.type.blockCount * entry.type.blockSize
      }
      let start = facts.range.lowerBound
      return start + rows.lowerBound * width..<start + rows.upperBound * width
    }

    func lend(rows: Range<Int>, columns: Int, _ body: (UnsafeRawBufferPointer, ElementType) -> Void) {
      let range = range(ofRows: rows, columns: columns)
      switch self {
      case .safetensors(let file, let entry): file.file.withBytes(range) { body($0, entry.type) }
      case .gguf(let file, let entry):
        if let type = entry.type.plain {
          file.file.withBytes(range) { body($0, type) }
        } else {
          file.file.withBytes(range) { entry.type.widened($0) }.withUnsafeBytes { body($0, .float32) }
        }
      }
    }
  }

  /// The tensors of a GGUF file, which is the whole checkpoint.
  init(_ gguf: GGUF) {
    files = [(Checkpoint.ggufName, gguf.file)]
    names = .gguf
    rotatesNeighbours = gguf.metadata["general.architecture"] == .text("llada")
    packed = nil
    places = gguf.entries.mapValues { .gguf(gguf, $0) }
  }

  init(_ folder: CheckpointFolder) throws(EngineError) {
    if let file = try folder.packedFile() {
      let tensors = try Safetensors(file, types: Set(ElementType.allCases))
      packed = try PackedFile(tensors)
      files = [(PackedHeader.fileName, file)]
      places = tensors.entries.mapValues { .safetensors(tensors, $0) }
      names = nil
      rotatesNeighbours = false
      return
    }
    let (files, map) = try folder.weightsFiles()
    var places: [String: Place] = [:]
    var shardOf: [String: String] = [:]
    for (name, file) in files {
      let tensors = try Safetensors(file)
      for entry in tensors.entries.values {
        if let other = shardOf.updateValue(name, forKey: entry.name) {
          throw EngineError(.malformed, "tensor '\(entry.name)' is in both '\(other)' and '\(name)'")
        }
        places[entry.name] = .safetensors(tensors, entry)
      }
    }
    for (tensor, shard) in map.sorted(by: { $0.key < $1.key }) where shardOf[tensor] != shard {
      throw EngineError(
        .malformed,
        "tensor '\(tensor)' is not in '\(shard)', where \(CheckpointFolder.indexName) promises it",
        hint: "download the shard again")
    }
    self.files = files
    packed = nil
    names = nil
    rotatesNeighbours = false
    self.places = places
  }

  /// The elements of tensor `name` widened to single precision.
  ///
  /// - Parameter headSize: for matrices whose output is rotated head by head; see ``RowOrder``.
  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func elements(_ name: String, shape: [Int], rotatedBy headSize: Int? = nil) throws(EngineError) -> [Float] {
    let place = try place(name, shape: shape)
    let values = place.elements()
    place.facts.file.forget(place.facts.range)
    guard let headSize, rotatesNeighbours, let columns = shape.last else { return values }
    return RowOrder.halves(ofNeighbours: values, headSize: headSize, columns: columns)
  }

  /// Lends the elements of tensor `name`, [rows, columns], a group of rows at a time, on all threads of `pool`: who
  /// converts weights need not hold a matrix twice. They are lent as they are stored, or widened where a packing
  /// knows no such type.
  ///
  /// - Parameter body: gets the index of the group's first row, its elements and their type.
  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func forEachGroup(
    of size: Int, inRowsOf tensor: NetworkTensors.Matrix, on pool: KernelPool,
    _ body: @Sendable (Int, UnsafeRawBufferPointer, ElementType) -> Void
  ) throws(EngineError) {
    let (rows, columns) = (tensor.rows, tensor.columns)
    let place = try place(tensor.name, shape: [rows, columns])
    let groups = (rows + size - 1) / size
    if tensor.headSize != nil, rotatesNeighbours {
      let values = try elements(tensor.name, shape: [rows, columns], rotatedBy: tensor.headSize)
      _ = pool.map(groups) { group in
        let first = group * size
        values[columns * first..<columns * min(first + size, rows)].withUnsafeBytes {
          body(first, $0, .float32)
        }
      }
      return
    }
    // What was converted goes before more is read: a matrix of the vocabulary is a gigabyte.
    let rowBytes = max(place.range(ofRows: 0..<1, columns: columns).count, 1)
    let band = max(TensorTable.bandBytes / rowBytes / size, 1)
    for start in stride(from: 0, to: groups, by: band) {
      let end = min(start + band, groups)
      _ = pool.map(end - start) { index in
        let first = (start + index) * size
        place.lend(rows: first..<min(first + size, rows), columns: columns) { body(first, $0, $1) }
      }
      place.facts.file.forget(place.range(ofRows: start * size..<min(end * size, rows), columns: columns))
    }
  }

  /// The matrix where it is stored; `nil` when its numbers are no bf16.
  ///
  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func rows(of tensor: NetworkTensors.Matrix) throws(EngineError) -> StoredRows? {
    let place = try place(tensor.name, shape: [tensor.rows, tensor.columns])
    guard place.plainType == .bfloat16 else { return nil }
    return StoredRows(place.facts.file, place.facts.range, rows: tensor.rows, columns: tensor.columns)
  }

  /// Where the packed form of tensor `name` lies, a multiple of ``PackedHeader/alignment``.
  ///
  /// - Throws: an error that names the tensor when it is absent, or of another type, shape or alignment.
  func stored(
    _ name: String, as type: ElementType, shape: [Int]
  ) throws(EngineError) -> (MappedFile, Range<Int>) {
    guard case .safetensors(let file, let entry) = try place(name, shape: shape) else {
      preconditionFailure("no format but safetensors stores packed weights")
    }
    guard entry.type == type else {
      throw PackedHeader.malformed(
        file.file.path, "tensor '\(name)' is of type \(entry.type.rawValue), not \(type.rawValue)")
    }
    guard entry.range.lowerBound.isMultiple(of: PackedHeader.alignment) else {
      throw PackedHeader.malformed(
        file.file.path,
        "tensor '\(name)' begins at byte \(entry.range.lowerBound), no multiple of \(PackedHeader.alignment)")
    }
    return (file.file, entry.range)
  }

  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func check(_ name: String, shape: [Int]) throws(EngineError) { _ = try place(name, shape: shape) }

  private func place(_ name: String, shape: [Int]) throws(EngineError) -> Place {
    guard let place = places[name] else {
      throw EngineError(
        .malformed, "tensor '\(name)' is missing from the checkpoint",
        hint: "the weights do not belong to this configuration, or a shard is incomplete")
    }
    let facts = place.facts
    guard facts.shape == shape else {
      throw EngineError(
        .malformed, "tensor '\(name)' in '\(facts.file.path)' has the shape \(facts.shape), not \(shape)",
        hint: "the weights do not belong to this configuration")
    }
    return place
  }
}
