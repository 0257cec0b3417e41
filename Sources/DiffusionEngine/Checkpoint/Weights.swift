/// Every tensor of a checkpoint, by its place in the network.
struct Weights: Sendable {
  /// The tensors of one layer; shapes in terms of hidden H, heads A x d, key-value heads K x d,
  /// intermediate F.
  struct Layer: Sendable {
    let inputNorm: [Float]  // [H]
    let query: WeightMatrix  // [A d, H]
    let queryBias: [Float]  // [A d]
    let key: WeightMatrix  // [K d, H]
    let keyBias: [Float]  // [K d]
    let value: WeightMatrix  // [K d, H]
    let valueBias: [Float]  // [K d]
    let output: WeightMatrix  // [H, A d]
    let postNorm: [Float]  // [H]
    let gate: WeightMatrix  // [F, H]
    let up: WeightMatrix  // [F, H]
    let down: WeightMatrix  // [H, F]
  }

  let embedding: WeightMatrix  // [V, H]
  let layers: [Layer]
  let finalNorm: [Float]  // [H]
  /// The embedding itself when the configuration ties them.
  let head: WeightMatrix  // [V, H]
  /// Elements of all tensors used, a tied head counted once.
  let parameterCount: Int

  /// - Parameter packing: how matrices are stored; `nil` keeps them in single precision.
  init(
    _ table: TensorTable, _ configuration: ModelConfiguration, packing: WeightPacking? = nil
  ) throws(EngineError) {
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    let vocabulary = configuration.vocabularySize
    var reader = Reader(table: table, packing: packing)

    embedding = try reader.matrix(Architecture.embedding, vocabulary, hidden, .vocabulary)
    var layers: [Layer] = []
    for index in 0..<configuration.layerCount {
      func name(_ part: String) -> String { Architecture.layerTensor(index, part) }
      layers.append(
        Layer(
          inputNorm: try reader.vector(name("input_layernorm.weight"), hidden),
          query: try reader.matrix(name("self_attn.q_proj.weight"), queries, hidden),
          queryBias: try reader.vector(name("self_attn.q_proj.bias"), queries),
          key: try reader.matrix(name("self_attn.k_proj.weight"), keys, hidden),
          keyBias: try reader.vector(name("self_attn.k_proj.bias"), keys),
          value: try reader.matrix(name("self_attn.v_proj.weight"), keys, hidden),
          valueBias: try reader.vector(name("self_attn.v_proj.bias"), keys),
          output: try reader.matrix(name("self_attn.o_proj.weight"), hidden, queries),
          postNorm: try reader.vector(name("post_attention_layernorm.weight"), hidden),
          gate: try reader.matrix(name("mlp.gate_proj.weight"), inner, hidden),
          up: try reader.matrix(name("mlp.up_proj.weight"), inner, hidden),
          down: try reader.matrix(name("mlp.down_proj.weight"), hidden, inner, .down)))
    }
    self.layers = layers
    finalNorm = try reader.vector(Architecture.finalNorm, hidden)
    head =
      configuration.tiesEmbeddings
      ? embedding : try reader.matrix(Architecture.head, vocabulary, hidden, .vocabulary)
    parameterCount = reader.count
  }

  /// Takes tensors from the table with the shape checked, and counts them.
  private struct Reader {
    let table: TensorTable
    let packing: WeightPacking?
    var count = 0

    mutating func matrix(
      _ name: String, _ rows: Int, _ columns: Int, _ role: MatrixRole = .inner
    ) throws(EngineError) -> WeightMatrix {
      if let packing {
        count += rows * columns
        return try packing.matrix(name, rows, columns, role, of: table)
      }
      let values = try table.elements(name, shape: [rows, columns])
      count += values.count
      return WeightMatrix(Matrix(rows: rows, columns: columns, values: values))
    }

    mutating func vector(_ name: String, _ size: Int) throws(EngineError) -> [Float] {
      let values = try table.elements(name, shape: [size])
      count += values.count
      return values
    }
  }
}

/// The tensors of all weights files of a checkpoint, by name.
struct TensorTable: Sendable {
  /// Sorted by name.
  let files: [(name: String, file: MappedFile)]
  private let places: [String: (file: Safetensors, entry: Safetensors.Entry)]

  init(_ folder: CheckpointFolder) throws(EngineError) {
    let (files, map) = try folder.weightsFiles()
    var places: [String: (file: Safetensors, entry: Safetensors.Entry)] = [:]
    var shardOf: [String: String] = [:]
    for (name, file) in files {
      let tensors = try Safetensors(file)
      for entry in tensors.entries.values {
        if let other = shardOf.updateValue(name, forKey: entry.name) {
          throw EngineError(.malformed, "tensor '\(entry.name)' is in both '\(other)' and '\(name)'")
        }
        places[entry.name] = (tensors, entry)
      }
    }
    for (tensor, shard) in map.sorted(by: { $0.key < $1.key }) where shardOf[tensor] != shard {
      throw EngineError(
        .malformed,
        "tensor '\(tensor)' is not in '\(shard)', where \(CheckpointFolder.indexName) promises it",
        hint: "download the shard again")
    }
    self.files = files
    self.places = places
  }

  /// The elements of tensor `name` widened to single precision.
  ///
  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func elements(_ name: String, shape: [Int]) throws(EngineError) -> [Float] {
    let (file, entry) = try place(name, shape: shape)
    return file.elements(of: entry)
  }

  /// Lends the stored bytes of tensor `name`, [rows, columns], a group of rows at a time: who converts weights
  /// need not hold a matrix twice.
  ///
  /// - Parameter body: gets the index of the group's first row, its stored elements and their type.
  /// - Throws: an error that names the tensor when it is absent or of another shape.
  func forEachGroup(
    of size: Int, inRowsOf name: String, rows: Int, columns: Int,
    _ body: (Int, UnsafeRawBufferPointer, ElementType) -> Void
  ) throws(EngineError) {
    let (file, entry) = try place(name, shape: [rows, columns])
    let width = columns * entry.type.width
    for first in stride(from: 0, to: rows, by: size) {
      let start = entry.range.lowerBound + first * width
      file.file.withBytes(start..<start + min(size, rows - first) * width) { body(first, $0, entry.type) }
    }
  }

  private func place(
    _ name: String, shape: [Int]
  ) throws(EngineError) -> (file: Safetensors, entry: Safetensors.Entry) {
    guard let (file, entry) = places[name] else {
      throw EngineError(
        .malformed, "tensor '\(name)' is missing from the checkpoint",
        hint: "the weights do not belong to this config.json, or a shard is incomplete")
    }
    guard entry.shape == shape else {
      throw EngineError(
        .malformed, "tensor '\(name)' in '\(file.file.path)' has the shape \(entry.shape), not \(shape)",
        hint: "the weights do not belong to this config.json")
    }
    return (file, entry)
  }
}
