/// Every tensor of a checkpoint, by its place in the network.
struct Weights: Sendable {
  /// The tensors of one layer; shapes in terms of hidden H, heads A x d, key-value heads K x d,
  /// intermediate F.
  struct Layer: Sendable {
    let inputNorm: [Float]  // [H]
    let query: WeightMatrix  // [A d, H]
    let queryBias: [Float]?  // [A d]
    let key: WeightMatrix  // [K d, H]
    let keyBias: [Float]?  // [K d]
    let value: WeightMatrix  // [K d, H]
    let valueBias: [Float]?  // [K d]
    let queryNorm: [Float]?  // [d]
    let keyNorm: [Float]?  // [d]
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

    let architecture = configuration.architecture
    let names = table.names ?? architecture.tensors

    embedding = try reader.matrix(names.embedding, vocabulary, hidden, .vocabulary)
    var layers: [Layer] = []
    for index in 0..<configuration.layerCount {
      func weight(_ part: String) -> String { names.weight(index, part) }
      func bias(_ part: String, _ size: Int) throws(EngineError) -> [Float]? {
        architecture.hasAttentionBias ? try reader.vector(names.bias(index, part), size) : nil
      }
      func headNorm(_ part: String) throws(EngineError) -> [Float]? {
        architecture.normalizesHeads ? try reader.vector(weight(part), configuration.headSize) : nil
      }
      layers.append(
        Layer(
          inputNorm: try reader.vector(weight(names.inputNorm), hidden),
          query: try reader.matrix(weight(names.query), queries, hidden, rotatedBy: configuration.headSize),
          queryBias: try bias(names.query, queries),
          key: try reader.matrix(weight(names.key), keys, hidden, rotatedBy: configuration.headSize),
          keyBias: try bias(names.key, keys),
          value: try reader.matrix(weight(names.value), keys, hidden),
          valueBias: try bias(names.value, keys),
          queryNorm: try headNorm(names.queryNorm), keyNorm: try headNorm(names.keyNorm),
          output: try reader.matrix(weight(names.output), hidden, queries),
          postNorm: try reader.vector(weight(names.postNorm), hidden),
          gate: try reader.matrix(weight(names.gate), inner, hidden),
          up: try reader.matrix(weight(names.up), inner, hidden),
          down: try reader.matrix(weight(names.down), hidden, inner, .down)))
    }
    self.layers = layers
    finalNorm = try reader.vector(names.finalNorm, hidden)
    head =
      configuration.tiesEmbeddings
      ? embedding : try reader.matrix(names.head, vocabulary, hidden, .vocabulary)
    parameterCount = reader.count
  }

  /// Takes tensors from the table with the shape checked, and counts them.
  private struct Reader {
    let table: TensorTable
    let packing: WeightPacking?
    var count = 0

    /// - Parameter headSize: for matrices whose output is rotated head by head.
    mutating func matrix(
      _ name: String, _ rows: Int, _ columns: Int, _ role: MatrixRole = .inner, rotatedBy headSize: Int? = nil
    ) throws(EngineError) -> WeightMatrix {
      if let packing {
        count += rows * columns
        return try packing.matrix(name, rows, columns, role, rotatedBy: headSize, of: table)
      }
      let values = try table.elements(name, shape: [rows, columns], rotatedBy: headSize)
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
