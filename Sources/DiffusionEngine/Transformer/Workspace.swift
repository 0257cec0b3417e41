/// The buffers of one forward pass over a canvas of N tokens; reused from step to step.
struct Workspace {
  let rotary: RotaryTable
  /// Every position of the canvas.
  var all: RowBuffers
  var key: Matrix  // [N, K d]
  var value: Matrix  // [N, K d]
  /// The rows whose logits are wanted, in the last layer.
  var wanted: RowBuffers
  var head: HeadBuffers

  init(positions: Int, _ network: ForwardPass) {
    let configuration = network.configuration
    rotary = RotaryTable(
      positions: positions, headSize: configuration.headSize, theta: configuration.ropeTheta)
    all = RowBuffers(rows: positions, network)
    key = Matrix(rows: positions, columns: configuration.keyValueHeadCount * configuration.headSize)
    value = key
    wanted = RowBuffers(rows: 0, network)
    head = HeadBuffers()
  }
}

/// What a layer computes for n rows of the canvas, keys and values apart, which every row reads.
struct RowBuffers {
  /// The residual stream.
  var hidden: Matrix  // [n, H]
  /// Normalised input of a sublayer.
  var input: Operand  // [n, H]
  var query: Matrix  // [n, A d]
  /// Heads side by side.
  var attended: Matrix  // [n, A d]
  /// The same for the output projection.
  var heads: Operand  // [n, A d]
  var gated: Operand  // [n, F]

  init(rows: Int, _ network: ForwardPass) {
    let configuration = network.configuration
    let layer = network.weights.layers[0]
    let pool = network.arithmetic.pool
    hidden = Matrix(rows: rows, columns: configuration.hiddenSize)
    query = Matrix(rows: rows, columns: configuration.headCount * configuration.headSize)
    attended = query
    input = Operand(rows: rows, for: layer.query, pool)
    heads = Operand(rows: rows, for: layer.output, pool)
    gated = Operand(rows: rows, for: layer.down, pool)
  }
}
