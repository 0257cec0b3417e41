/// The tensors of all weights files of a checkpoint, by name.
struct TensorTable: Sendable {
  /// Sorted by name.
  let files: [(name: String, file: MappedFile)]
  /// The format's own names of tensors; `nil` when the family names them.
  let names: TensorNames?
  /// Whether queries and keys are stored for a rotation of neighbours; see ``RowOrder``.
  let rotatesNeighbours: Bool
  private let places: [String: Place]

  /// One tensor in one file.
  private enum Place: Sendable {
    case safetensors(Safetensors, Safetensors.Entry)
    case gguf(GGUF, GGUF.Entry)

    /// The file's path and the tensor's shape.
    var facts: (path: String, shape: [Int]) {
      switch self {
      case .safetensors(let file, let entry): (file.file.path, entry.shape)
      case .gguf(let file, let entry): (file.file.path, entry.shape)
      }
    }

    func elements() -> [Float] {
      switch self {
      case .safetensors(let file, let entry): file.elements(of: entry)
      case .gguf(let file, let entry): file.file.withBytes(entry.range) { entry.type.widened($0) }
      }
    }
  }

  /// The tensors of a GGUF file, which is the whole checkpoint.
  init(_ gguf: GGUF) {
    files = [(Checkpoint.ggufName, gguf.file)]
    names = .gguf
    rotatesNeighbours = gguf.metadata["general.architecture"] == .text("llada")
    places = gguf.entries.mapValues { .gguf(gguf, $0) }
  }

  init(_ folder: CheckpointFolder) throws(EngineError) {
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
    names = nil
    rotatesNeighbours = false
    self.places = places
  }

  /// The elements of tensor `name` widened to single precision.
  ///
  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func elements(_ name: String, shape: [Int]) throws(EngineError) -> [Float] {
    guard let place = places[name] else {
      throw EngineError(
        .malformed, "tensor '\(name)' is missing from the checkpoint",
        hint: "the weights do not belong to this configuration, or a shard is incomplete")
    }
    let facts = place.facts
    guard facts.shape == shape else {
      throw EngineError(
        .malformed, "tensor '\(name)' in '\(facts.path)' has the shape \(facts.shape), not \(shape)",
        hint: "the weights do not belong to this configuration")
    }
    return place.elements()
  }
}
