/// Every tensor of a checkpoint, by its place in the network; shapes as in ``NetworkTensors``.
struct Weights: Sendable {
  /// The tensors of one layer.
  struct Layer: Sendable {
    let inputNorm: [Float]
    let query: WeightMatrix
    let queryBias: [Float]?
    let key: WeightMatrix
    let keyBias: [Float]?
    let value: WeightMatrix
    let valueBias: [Float]?
    let queryNorm: [Float]?
    let keyNorm: [Float]?
    let output: WeightMatrix
    let postNorm: [Float]
    let gate: WeightMatrix
    let up: WeightMatrix
    let down: WeightMatrix
  }

  let embedding: WeightMatrix
  let layers: [Layer]
  let finalNorm: [Float]
  /// The embedding itself when the configuration ties them.
  let head: WeightMatrix
  /// For int8 alone.
  let screen: HeadScreen?
  /// Elements of all tensors used, a tied head counted once.
  let parameterCount: Int

  /// - Parameter packing: how matrices are stored; `nil` keeps them in single precision.
  init(
    _ table: TensorTable, _ configuration: ModelConfiguration, packing: WeightPacking? = nil
  ) throws(EngineError) {
    let tensors = NetworkTensors(configuration, table.names ?? configuration.architecture.tensors)
    var reader = Reader(table: table, packing: packing)
    embedding = try reader.embedding(tensors)
    var layers: [Layer] = []
    for index in 0..<configuration.layerCount { layers.append(try reader.layer(tensors.layer(index))) }
    self.layers = layers
    finalNorm = try reader.vector(tensors.finalNorm)
    if let head = tensors.head { self.head = try reader.matrix(head) } else { head = embedding }
    screen = try packing?.screen(of: head)
    parameterCount = reader.count
  }

  /// Takes tensors from the table with the shape checked, and counts them.
  private struct Reader {
    let table: TensorTable
    let packing: WeightPacking?
    var count = 0

    mutating func layer(_ tensors: NetworkTensors.Layer) throws(EngineError) -> Layer {
      Layer(
        inputNorm: try vector(tensors.inputNorm),
        query: try matrix(tensors.query), queryBias: try optional(tensors.queryBias),
        key: try matrix(tensors.key), keyBias: try optional(tensors.keyBias),
        value: try matrix(tensors.value), valueBias: try optional(tensors.valueBias),
        queryNorm: try optional(tensors.queryNorm), keyNorm: try optional(tensors.keyNorm),
        output: try matrix(tensors.output), postNorm: try vector(tensors.postNorm),
        gate: try matrix(tensors.gate), up: try matrix(tensors.up), down: try matrix(tensors.down))
    }

    /// Where it is stored if it can be: nobody multiplies with it, unless it is the head.
    mutating func embedding(_ tensors: NetworkTensors) throws(EngineError) -> WeightMatrix {
      let tensor = tensors.embedding
      guard tensors.head != nil, table.packed == nil, let rows = try table.rows(of: tensor) else {
        return try matrix(tensor)
      }
      count += tensor.rows * tensor.columns
      return WeightMatrix(rows)
    }

    mutating func matrix(_ tensor: NetworkTensors.Matrix) throws(EngineError) -> WeightMatrix {
      let matrix: WeightMatrix
      if let packing {
        matrix = try packing.matrix(tensor, of: table)
      } else {
        let values = try table.elements(
          tensor.name, shape: [tensor.rows, tensor.columns], rotatedBy: tensor.headSize)
        matrix = WeightMatrix(Matrix(rows: tensor.rows, columns: tensor.columns, values: values))
      }
      count += tensor.rows * tensor.columns
      return matrix
    }

    mutating func vector(_ tensor: NetworkTensors.Vector) throws(EngineError) -> [Float] {
      count += tensor.count
      return try table.elements(tensor.name, shape: [tensor.count])
    }

    private mutating func optional(_ tensor: NetworkTensors.Vector?) throws(EngineError) -> [Float]? {
      guard let tensor else { return nil }
      return try vector(tensor)
    }
  }
}
