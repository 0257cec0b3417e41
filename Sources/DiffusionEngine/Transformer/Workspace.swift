/// The buffers of one forward pass over a canvas of N tokens; reused from step to step.
struct Workspace: Sendable {
  let rotary: RotaryTable
  /// Every position of the canvas.
  var all: RowBuffers
  var key: Matrix  // [N, K d]
  var value: Matrix  // [N, K d]
  /// The rows whose logits are wanted, in the last layer; after the pass its `normed` is the head's input.
  var wanted: RowBuffers

  init(positions: Int, _ configuration: ModelConfiguration) {
    rotary = RotaryTable(
      positions: positions, headSize: configuration.headSize, theta: configuration.ropeTheta)
    all = RowBuffers(rows: positions, positions: positions, configuration)
    key = Matrix(rows: positions, columns: configuration.keyValueHeadCount * configuration.headSize)
    value = key
    wanted = RowBuffers(rows: 0, positions: positions, configuration)
  }
}

/// What a layer computes for n rows of the canvas, keys and values apart, which every row reads.
struct RowBuffers: Sendable {
  /// The residual stream.
  var hidden: Matrix  // [n, H]
  /// Normalised input of a sublayer.
  var normed: Matrix  // [n, H]
  /// What a sublayer adds to the stream.
  var update: Matrix  // [n, H]
  var query: Matrix  // [n, A d]
  /// Attention weights of one head.
  var scores: Matrix  // [n, N]
  /// Heads side by side.
  var attended: Matrix  // [n, A d]
  var gate: Matrix  // [n, F]
  var up: Matrix  // [n, F]

  init(rows: Int, positions: Int, _ configuration: ModelConfiguration) {
    hidden = Matrix(rows: rows, columns: configuration.hiddenSize)
    normed = hidden
    update = hidden
    query = Matrix(rows: rows, columns: configuration.headCount * configuration.headSize)
    scores = Matrix(rows: rows, columns: positions)
    attended = query
    gate = Matrix(rows: rows, columns: configuration.intermediateSize)
    up = gate
  }
}
