/// The network: ids to logits, every position attending to every other, or to the earlier ones only.
///
/// Source: modeling_dream.py (Dream, DiffuCoder); other families by ``Architecture``. Positions are 0..N-1, there is no padding and no
/// attention mask but the causal one.
struct ForwardPass: Sendable {
  let configuration: ModelConfiguration
  let weights: Weights

  /// Runs all layers; afterwards `work.normed` holds the head's input, [N, H].
  ///
  /// - Parameter tokens: N ids below the vocabulary's size, N the positions of `work`.
  func run(_ tokens: [Int32], _ work: inout Workspace) {
    precondition(tokens.count == work.hidden.rows, "a workspace for another canvas")
    let epsilon = configuration.normEpsilon
    for (position, token) in tokens.enumerated() {
      weights.embedding.copyRow(Int(token), to: position, of: &work.hidden)
    }
    for layer in weights.layers {
      Kernels.normalize(work.hidden, weight: layer.inputNorm, epsilon: epsilon, into: &work.normed)
      layer.query.apply(to: work.normed, bias: layer.queryBias, into: &work.query)
      layer.key.apply(to: work.normed, bias: layer.keyBias, into: &work.key)
      layer.value.apply(to: work.normed, bias: layer.valueBias, into: &work.value)
      if let norm = layer.queryNorm { Kernels.normalizeHeads(&work.query, weight: norm, epsilon: epsilon) }
      if let norm = layer.keyNorm { Kernels.normalizeHeads(&work.key, weight: norm, epsilon: epsilon) }
      work.rotary.rotate(&work.query)
      work.rotary.rotate(&work.key)
      attend(&work)
      layer.output.apply(to: work.attended, into: &work.update)
      Kernels.add(work.update, to: &work.hidden)

      Kernels.normalize(work.hidden, weight: layer.postNorm, epsilon: epsilon, into: &work.normed)
      layer.gate.apply(to: work.normed, into: &work.gate)
      layer.up.apply(to: work.normed, into: &work.up)
      Kernels.gateWithSilu(&work.gate, work.up)
      layer.down.apply(to: work.gate, into: &work.update)
      Kernels.add(work.update, to: &work.hidden)
    }
    Kernels.normalize(work.hidden, weight: weights.finalNorm, epsilon: epsilon, into: &work.normed)
  }

  /// Attention, head by head; query head j reads key-value head j / (A / K).
  private func attend(_ work: inout Workspace) {
    let size = configuration.headSize
    let group = configuration.headCount / configuration.keyValueHeadCount
    let scale = 1 / Float(size).squareRoot()
    for head in 0..<configuration.headCount {
      let own = head * size..<(head + 1) * size
      let shared = head / group * size..<(head / group + 1) * size
      BLAS.multiplyByTransposed(work.query, own, work.key, shared, scale: scale, into: &work.scores)
      if configuration.architecture.isCausal { Kernels.hideLaterPositions(&work.scores) }
      Kernels.softmaxRows(&work.scores)
      BLAS.multiply(work.scores, work.value, shared, into: &work.attended, own)
    }
  }

  /// The raw logits of the requested rows, one after the other.
  ///
  /// Rows go through the head in groups, because a canvas of 512 rows times 152064 logits is 300 MB.
  ///
  /// - Parameters:
  ///   - rows: rows of the canvas in any order, repeats allowed.
  ///   - body: gets the index into `rows` and the row's V logits.
  func forEachLogits(
    rows: [Int], _ work: Workspace, _ body: (Int, ArraySlice<Float>) throws(EngineError) -> Void
  ) throws(EngineError) {
    var start = 0
    while start < rows.count {
      let group = rows[start..<min(start + ForwardPass.rowsPerGroup, rows.count)]
      var states = Matrix(rows: group.count, columns: configuration.hiddenSize)
      for (index, row) in group.enumerated() {
        states.values.replaceSubrange(
          states.range(ofRow: index), with: work.normed.values[work.normed.range(ofRow: row)])
      }
      var logits = Matrix(rows: group.count, columns: configuration.vocabularySize)
      weights.head.apply(to: states, into: &logits)
      for index in 0..<group.count {
        try body(start + index, logits.values[logits.range(ofRow: index)])
      }
      start += group.count
    }
  }

  private static let rowsPerGroup = 64
}
