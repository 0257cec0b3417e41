/// Block diffusion: fills one block after the other, each by denoising (`block_diffusion_generate` of SDAR's
/// generate.py).
///
/// A finished block never changes and sees nothing behind it, so that the canvas ends with the block being filled.
/// Blocks are counted from the beginning of the prompt; the last one is shorter when the new tokens end inside it.
struct BlockDenoiser {
  private let network: ForwardPass
  private let blockSize: Int
  private let options: DenoisingOptions
  private let stream: RandomStream

  init(_ network: ForwardPass, blockSize: Int, options: DenoisingOptions, stream: RandomStream) {
    precondition(blockSize > 0, "a block of nothing")
    self.network = network
    self.blockSize = blockSize
    self.options = options
    self.stream = stream
  }

  /// Each block's share of the steps, rounded up.
  private var stepsPerBlock: Int {
    let (product, overflow) = options.steps.multipliedReportingOverflow(by: blockSize)
    precondition(!overflow, "steps and block were not checked")
    return (product - 1) / options.maxNewTokens + 1
  }

  /// Runs every block; `onStep` sees the whole canvas.
  func run(
    prompt: [Int32], onStep: ((DenoisingStep) throws -> Void)?, isCancelled: () -> Bool,
    isFinal: ([Int32]) -> Bool
  ) throws(EngineError) -> Generation {
    guard let mask = network.configuration.maskToken else {
      preconditionFailure("a causal network has nothing to unmask")
    }
    var canvas = prompt + [Int32](repeating: mask, count: options.maxNewTokens)
    var parts: [Generation] = []
    var step = 0
    for start in stride(from: 0, to: canvas.count, by: blockSize) {
      let end = min(start + blockSize, canvas.count)
      guard canvas[start..<end].contains(mask) else { continue }
      let rest = canvas[end...]
      var denoiser = Denoiser(
        network, canvas: Array(canvas[..<end]), promptCount: min(prompt.count, end),
        schedule: Schedule(steps: stepsPerBlock, block: blockSize), firstStep: step, firstPosition: start,
        options: options, stream: stream)
      let part = try denoiser.run(
        onStep: onStep.map { onStep in { try onStep($0.extended(by: rest, steps: options.steps)) } },
        isCancelled: isCancelled, isFinal: isFinal)
      canvas.replaceSubrange(..<end, with: part.tokens)
      parts.append(part)
      step += denoiser.stepCount
    }
    return Generation(joining: parts, tokens: canvas, promptCount: prompt.count)
  }
}

extension DenoisingStep {
  /// The same step of a longer canvas.
  fileprivate func extended(by rest: ArraySlice<Int32>, steps: Int) -> DenoisingStep {
    DenoisingStep(
      index: index, steps: max(steps, index + 1), tokens: tokens + rest, committed: committed,
      ranForward: ranForward)
  }
}

extension Generation {
  /// What the blocks of `tokens`, filled one after the other, have in common.
  fileprivate init(joining parts: [Generation], tokens: [Int32], promptCount: Int) {
    var commitSteps = [Int?](repeating: nil, count: tokens.count)
    let commits = parts.flatMap(\.commits)
    for commit in commits { commitSteps[commit.position] = commit.step }
    let revealed = parts.map { Double($0.commits.count + $0.maskDraws) }
    let tied = zip(parts, revealed).reduce(0) { $0 + $1.0.tieDecidedShare * $1.1 }
    let count = revealed.reduce(0, +)
    self.init(
      tokens: tokens, promptCount: promptCount, commitSteps: commitSteps, commits: commits,
      forwards: parts.reduce(0) { $0 + $1.forwards }, tieDecidedShare: count == 0 ? 0 : tied / count,
      maskDraws: parts.reduce(0) { $0 + $1.maskDraws })
  }
}
