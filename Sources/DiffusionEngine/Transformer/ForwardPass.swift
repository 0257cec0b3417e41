/// The network: ids to logits, every position attending to every other, or to none later than itself, or than its
/// block.
///
/// Source: modeling_dream.py (Dream, DiffuCoder); other families by ``Architecture``. Positions are 0..N-1, there
/// is no padding and no other attention mask.
struct ForwardPass: Sendable {
  let configuration: ModelConfiguration
  let weights: Weights
  let arithmetic: LayerArithmetic

  /// Runs all layers; afterwards `work.wanted.hidden` holds the last layer's result for `rows`, [n, H].
  ///
  /// Nothing reads the last layer's result but the head: there, rows that nobody wants need keys and
  /// values, because all others attend to them, and nothing else.
  ///
  /// - Parameters:
  ///   - tokens: N ids below the vocabulary's size, N the positions of `work`.
  ///   - rows: n rows of the canvas in any order, repeats allowed.
  ///   - afterLayer: sees the hidden states that each layer leaves: [N, H], and [n, H] after the last.
  func run(
    _ tokens: [Int32], rows: [Int], _ work: inout Workspace, afterLayer: (Int, Matrix) -> Void = { (_, _) in }
  ) {
    precondition(tokens.count == work.all.hidden.rows, "a workspace for another canvas")
    precondition(rows.allSatisfy { tokens.indices.contains($0) }, "a row outside of the canvas")
    for (position, token) in tokens.enumerated() {
      weights.embedding.copyRow(Int(token), to: position, of: &work.all.hidden)
    }
    let (isCausal, block) = (configuration.architecture.isCausal, configuration.blockSize)
    let everyone = Sight(positions: tokens.count, isCausal: isCausal, block: block)
    for (index, layer) in weights.layers.dropLast().enumerated() {
      enter(layer, &work.all)
      arithmetic.multiply(
        work.all.input, (layer.query, layer.queryBias), into: &work.all.query,
        (layer.key, layer.keyBias), into: &work.key, (layer.value, layer.valueBias), into: &work.value)
      finish(layer, &work.all, everyone, key: work.key, value: work.value, work.rotary)
      afterLayer(index, work.all.hidden)
    }
    guard let layer = weights.layers.last else { return }
    if work.wanted.hidden.rows != rows.count { work.wanted = RowBuffers(rows: rows.count, self) }
    enter(layer, &work.all)
    arithmetic.multiply(
      work.all.input, (layer.key, layer.keyBias), into: &work.key, (layer.value, layer.valueBias),
      into: &work.value)
    work.wanted.hidden.copyRows(rows, of: work.all.hidden)
    enter(layer, &work.wanted)
    arithmetic.multiply(work.wanted.input, layer.query, bias: layer.queryBias, into: &work.wanted.query)
    let sight = Sight(places: rows, positions: tokens.count, isCausal: isCausal, block: block)
    finish(layer, &work.wanted, sight, key: work.key, value: work.value, work.rotary)
    afterLayer(weights.layers.count - 1, work.wanted.hidden)
  }

  /// The layer's normalised input.
  func enter(_ layer: Weights.Layer, _ own: inout RowBuffers) {
    arithmetic.fill(
      &own.input, with: own.hidden, norm: layer.inputNorm, epsilon: configuration.normEpsilon)
  }

  /// The rest of a layer, given the queries of `own`, and the keys and values of the whole canvas.
  func finish(
    _ layer: Weights.Layer, _ own: inout RowBuffers, _ sight: Sight, key: Matrix, value: Matrix,
    _ rotary: RotaryTable
  ) {
    let heads = Heads(
      count: configuration.headCount, shared: configuration.keyValueHeadCount, size: configuration.headSize,
      queryNorm: layer.queryNorm, keyNorm: layer.keyNorm, epsilon: configuration.normEpsilon)
    arithmetic.attend(
      own.query, sight, key: key, value: value, rotary, heads, isSingle: layer.query.packed == nil,
      into: &own.attended)
    arithmetic.fill(&own.heads, with: own.attended)
    arithmetic.add(own.heads, layer.output, to: &own.hidden)

    arithmetic.fill(
      &own.input, with: own.hidden, norm: layer.postNorm, epsilon: configuration.normEpsilon)
    arithmetic.gate(own.input, layer.gate, layer.up, into: &own.gated)
    arithmetic.add(own.gated, layer.down, to: &own.hidden)
  }
}
