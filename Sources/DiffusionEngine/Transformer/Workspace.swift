/// The buffers of one forward pass over a canvas of N tokens; reused from step to step.
struct Workspace: Sendable {
  let rotary: RotaryTable
  /// The residual stream.
  var hidden: Matrix  // [N, H]
  /// Normalised input of a sublayer, and of the head after the pass.
  var normed: Matrix  // [N, H]
  /// What a sublayer adds to the stream.
  var update: Matrix  // [N, H]
  var query: Matrix  // [N, A d]
  var key: Matrix  // [N, K d]
  var value: Matrix  // [N, K d]
  /// Attention weights of one head.
  var scores: Matrix  // [N, N]
  /// Heads side by side.
  var attended: Matrix  // [N, A d]
  var gate: Matrix  // [N, F]
  var up: Matrix  // [N, F]

  init(positions: Int, _ configuration: ModelConfiguration) {
    let hiddenSize = configuration.hiddenSize
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    rotary = RotaryTable(
      positions: positions, headSize: configuration.headSize, theta: configuration.ropeTheta)
    hidden = Matrix(rows: positions, columns: hiddenSize)
    normed = hidden
    update = hidden
    query = Matrix(rows: positions, columns: queries)
    key = Matrix(rows: positions, columns: keys)
    value = key
    scores = Matrix(rows: positions, columns: positions)
    attended = query
    gate = Matrix(rows: positions, columns: configuration.intermediateSize)
    up = gate
  }
}
