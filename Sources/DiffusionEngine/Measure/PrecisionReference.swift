/// What a model computed for one prompt, kept to be compared with the same checkpoint in another precision. It
/// does not hold the weights: one load can be gone before the next begins.
///
/// It takes four bytes for every number that is compared: for each of up to four canvases the hidden states of
/// every layer, and the logits of each row that decides a mask. That is about 0.6 GB for 512 positions of a
/// 0.5B model, half of them masks, and 1.2 GB at 7B.
public struct PrecisionReference: Sendable {
  /// The precision of the reference itself.
  public let precision: Precision
  /// What its products were computed with; `nil` for OpenBLAS.
  public let instructions: InstructionSet?
  /// The decode of the whole canvas.
  public let generation: Generation

  let prompt: [Int32]
  let options: DenoisingOptions
  let passes: [Pass]

  /// One forward pass.
  struct Pass: Sendable {
    let tokens: [Int32]
    /// Those that decide a mask.
    let rows: [Int]
    /// After each layer: N x H, after the last n x H.
    let layers: [[Float]]
    let logits: [Float]  // n x V
  }

  /// How many canvases are compared.
  public var canvasCount: Int { passes.count }
}

extension DiffusionModel {
  /// Decodes `prompt`, and computes once more the canvases that stood when none, a quarter, a half and three
  /// quarters of the steps were done. A causal model has one canvas, its whole text.
  ///
  /// - Parameters:
  ///   - prompt: ids; masks among them are decided too.
  ///   - options: of the decode, here and in ``compare(with:isCancelled:)``.
  ///   - isCancelled: asked before every step and pass.
  /// - Throws: what ``generate(prompt:options:key:onStep:isCancelled:)`` throws.
  public func precisionReference(
    prompt: [Int32], options: DenoisingOptions, isCancelled: () -> Bool = { false }
  ) throws(EngineError) -> PrecisionReference {
    let (generation, canvases) = try decode(prompt, options, isCancelled)
    var passes: [PrecisionReference.Pass] = []
    for tokens in canvases {
      if isCancelled() { throw .cancelled }
      let rows = decidingRows(tokens, promptCount: prompt.count)
      var layers: [[Float]] = []
      let logits = observe(tokens, rows) { _, hidden in layers.append(hidden.values) }
      passes.append(PrecisionReference.Pass(tokens: tokens, rows: rows, layers: layers, logits: logits))
    }
    return PrecisionReference(
      precision: precision, instructions: instructions, generation: generation, prompt: prompt,
      options: options, passes: passes)
  }

  /// The decode, and the canvases that it went through.
  private func decode(
    _ prompt: [Int32], _ options: DenoisingOptions, _ isCancelled: () -> Bool
  ) throws(EngineError) -> (Generation, canvases: [[Int32]]) {
    let key = SampleKey(task: "", sample: 0)
    guard let mask = configuration.maskToken else {
      let generation = try generate(prompt: prompt, options: options, key: key, isCancelled: isCancelled)
      return (generation, [generation.tokens.dropLast()])
    }
    var canvases = [prompt + [Int32](repeating: mask, count: options.maxNewTokens)]
    let onStep = { (step: DenoisingStep) in
      let isQuarter = (step.index + 1) * 4 / step.steps > step.index * 4 / step.steps
      if isQuarter, step.tokens.contains(mask), canvases.last != step.tokens, canvases.count < 4 {
        canvases.append(step.tokens)
      }
    }
    let generation = try generate(
      prompt: prompt, options: options, key: key, onStep: onStep, isCancelled: isCancelled)
    return (generation, canvases)
  }

  /// The rows that choose the token of a mask, or of a causal model those that continue the prompt.
  private func decidingRows(_ tokens: [Int32], promptCount: Int) -> [Int] {
    guard let mask = configuration.maskToken else { return Array(promptCount - 1..<tokens.count) }
    let shift = configuration.architecture.shiftsLogits ? 1 : 0
    return Set(tokens.indices.filter { tokens[$0] == mask }.map { max($0 - shift, 0) }).sorted()
  }

  /// - Returns: the logits of `rows`, [n, V].
  func observe(_ tokens: [Int32], _ rows: [Int], layer: (Int, Matrix) -> Void) -> [Float] {
    var work = Workspace(positions: tokens.count, network)
    network.run(tokens, rows: rows, &work, afterLayer: layer)
    return network.logits(work.wanted.hidden, &work.head)
  }
}
