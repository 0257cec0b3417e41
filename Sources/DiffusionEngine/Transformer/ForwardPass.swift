/// The network: ids to logits, every position attending to every other, or to the earlier ones only.
///
/// Source: modeling_dream.py (Dream, DiffuCoder); other families by ``Architecture``. Positions are 0..N-1, there
/// is no padding and no attention mask but the causal one.
struct ForwardPass: Sendable {
  let configuration: ModelConfiguration
  let weights: Weights

  /// Runs all layers; afterwards `work.wanted.normed` holds the head's input for `rows`, [n, H].
  ///
  /// Nothing reads the last layer's result but the head: there, rows that nobody wants need keys and
  /// values, because all others attend to them, and nothing else.
  ///
  /// - Parameters:
  ///   - tokens: N ids below the vocabulary's size, N the positions of `work`.
  ///   - rows: n rows of the canvas in any order, repeats allowed.
  func run(_ tokens: [Int32], rows: [Int], _ work: inout Workspace) {
    precondition(tokens.count == work.all.hidden.rows, "a workspace for another canvas")
    precondition(rows.allSatisfy { tokens.indices.contains($0) }, "a row outside of the canvas")
    let epsilon = configuration.normEpsilon
    for (position, token) in tokens.enumerated() {
      weights.embedding.copyRow(Int(token), to: position, of: &work.all.hidden)
    }
    for (index, layer) in weights.layers.enumerated() {
      Kernels.normalize(
        work.all.hidden, weight: layer.inputNorm, epsilon: epsilon, into: &work.all.normed)
      project(layer, work.all.normed, rows: nil, into: &work.key, &work.value, work.rotary)
      if index < weights.layers.count - 1 {
        finish(layer, &work.all, rows: nil, key: work.key, value: work.value, work.rotary)
      } else {
        if work.wanted.hidden.rows != rows.count {
          work.wanted = RowBuffers(rows: rows.count, positions: tokens.count, configuration)
        }
        work.wanted.hidden.copyRows(rows, of: work.all.hidden)
        work.wanted.normed.copyRows(rows, of: work.all.normed)
        finish(layer, &work.wanted, rows: rows, key: work.key, value: work.value, work.rotary)
      }
    }
    Kernels.normalize(
      work.wanted.hidden, weight: weights.finalNorm, epsilon: epsilon, into: &work.wanted.normed)
  }

  /// Keys and values of a layer, the keys rotated.
  ///
  /// - Parameters:
  ///   - normed: the layer's normalised input, [n, H].
  ///   - rows: the positions of its rows; `nil` when they are the whole canvas.
  func project(
    _ layer: Weights.Layer, _ normed: Matrix, rows: [Int]?, into key: inout Matrix, _ value: inout Matrix,
    _ rotary: RotaryTable
  ) {
    layer.key.apply(to: normed, bias: layer.keyBias, into: &key)
    layer.value.apply(to: normed, bias: layer.valueBias, into: &value)
    if let norm = layer.keyNorm {
      Kernels.normalizeHeads(&key, weight: norm, epsilon: configuration.normEpsilon)
    }
    rotary.rotate(&key, positions: rows)
  }

  /// The rest of a layer, given the keys and values of the whole canvas.
  ///
  /// - Parameter rows: the positions of the rows of `own`; `nil` when they are the whole canvas.
  func finish(
    _ layer: Weights.Layer, _ own: inout RowBuffers, rows: [Int]?, key: Matrix, value: Matrix,
    _ rotary: RotaryTable
  ) {
    layer.query.apply(to: own.normed, bias: layer.queryBias, into: &own.query)
    if let norm = layer.queryNorm {
      Kernels.normalizeHeads(&own.query, weight: norm, epsilon: configuration.normEpsilon)
    }
    rotary.rotate(&own.query, positions: rows)
    attend(&own, rows: rows, key: key, value: value)
    layer.output.apply(to: own.attended, into: &own.update)
    Kernels.add(own.update, to: &own.hidden)

    Kernels.normalize(
      own.hidden, weight: layer.postNorm, epsilon: configuration.normEpsilon, into: &own.normed)
    layer.gate.apply(to: own.normed, into: &own.gate)
    layer.up.apply(to: own.normed, into: &own.up)
    Kernels.gateWithSilu(&own.gate, own.up)
    layer.down.apply(to: own.gate, into: &own.update)
    Kernels.add(own.update, to: &own.hidden)
  }

  /// Attention, head by head; query head j reads key-value head j / (A / K).
  private func attend(_ own: inout RowBuffers, rows: [Int]?, key: Matrix, value: Matrix) {
    let size = configuration.headSize
    let group = configuration.headCount / configuration.keyValueHeadCount
    let scale = 1 / Float(size).squareRoot()
    for head in 0..<configuration.headCount {
      let columns = head * size..<(head + 1) * size
      let shared = head / group * size..<(head / group + 1) * size
      BLAS.multiplyByTransposed(own.query, columns, key, shared, scale: scale, into: &own.scores)
      if configuration.architecture.isCausal { Kernels.hideLaterPositions(&own.scores, rows: rows) }
      Kernels.softmaxRows(&own.scores)
      BLAS.multiply(own.scores, value, shared, into: &own.attended, columns)
    }
  }

  /// The raw logits of the rows that the last pass was asked for, in that order.
  ///
  /// Rows go through the head in groups, because 512 rows of 152064 logits are 300 MB.
  ///
  /// - Parameter body: gets the index into the pass' `rows` and the row's V logits.
  func forEachLogits(
    _ work: Workspace, _ body: (Int, ArraySlice<Float>) throws(EngineError) -> Void
  ) throws(EngineError) {
    let count = work.wanted.normed.rows
    // Used again by the next group: the kernel would have to clear 39 MB of new pages for each.
    var states = Matrix(rows: 0, columns: configuration.hiddenSize)
    var logits = Matrix(rows: 0, columns: configuration.vocabularySize)
    var start = 0
    while start < count {
      let group = start..<min(start + ForwardPass.rowsPerGroup, count)
      if states.rows != group.count {
        states = Matrix(rows: group.count, columns: configuration.hiddenSize)
        logits = Matrix(rows: group.count, columns: configuration.vocabularySize)
      }
      states.copyRows(group, of: work.wanted.normed)
      weights.head.apply(to: states, into: &logits)
      for index in 0..<group.count {
        try body(start + index, logits.values[logits.range(ofRow: index)])
      }
      start = group.upperBound
    }
  }

  private static let rowsPerGroup = 64
}
