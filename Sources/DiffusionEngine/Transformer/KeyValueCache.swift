/// Keys and values of the positions that a causal network has read: later positions attend to them and
/// cannot change them.
struct KeyValueCache: Sendable {
  /// By layer, [count, K d]; the keys are not rotated yet.
  fileprivate var keys: [Matrix]
  fileprivate var values: [Matrix]
  private let rotary: RotaryTable
  /// Positions read.
  private(set) var count = 0

  /// - Parameter capacity: positions that will be read in all.
  init(capacity: Int, _ configuration: ModelConfiguration) {
    let columns = configuration.keyValueHeadCount * configuration.headSize
    keys = [Matrix](repeating: Matrix(rows: 0, columns: columns), count: configuration.layerCount)
    values = keys
    rotary = RotaryTable(
      positions: capacity, headSize: configuration.headSize, theta: configuration.ropeTheta)
  }

  /// Reads `tokens` at the positions that follow.
  ///
  /// - Parameter tokens: one id or more, below the vocabulary's size.
  /// - Returns: the last layer's result for the last of them, [1, H].
  mutating func read(_ tokens: [Int32], _ network: ForwardPass) -> Matrix {
    let configuration = network.configuration
    precondition(configuration.architecture.isCausal && !tokens.isEmpty, "nothing to cache")
    let positions = Array(count..<count + tokens.count)
    let sight = Sight(places: positions, positions: count + tokens.count, isCausal: true)
    var own = RowBuffers(rows: tokens.count, network)
    var key = Matrix(rows: tokens.count, columns: keys[0].columns)
    var value = key
    for (row, token) in tokens.enumerated() {
      network.weights.embedding.copyRow(Int(token), to: row, of: &own.hidden)
    }
    for (index, layer) in network.weights.layers.enumerated() {
      network.enter(layer, &own)
      network.arithmetic.multiply(
        own.input, (layer.query, layer.queryBias), into: &own.query, (layer.key, layer.keyBias), into: &key,
        (layer.value, layer.valueBias), into: &value)
      keys[index] = keys[index].appending(key)
      values[index] = values[index].appending(value)
      network.finish(layer, &own, sight, key: keys[index], value: values[index], rotary)
    }
    count += tokens.count
    var last = Matrix(rows: 1, columns: configuration.hiddenSize)
    last.copyRows([tokens.count - 1], of: own.hidden)
    return last
  }
}

extension Matrix {
  /// The rows of `other` below these.
  fileprivate func appending(_ other: Matrix) -> Matrix {
    precondition(columns == other.columns, "rows of another width")
    return Matrix(rows: rows + other.rows, columns: columns, values: values + other.values)
  }
}
