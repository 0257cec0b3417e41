/// The loop of a causal model: one token after the other, from left to right, each from the row before it.
/// Keys and values of earlier positions are kept, so that a token costs one row.
struct AutoregressiveDecoder {
  let network: ForwardPass
  let options: DenoisingOptions
  let stream: RandomStream
  private var tokens: [Int32]
  private var cache: KeyValueCache
  private var head = HeadBuffers()
  private var commits: [Commit] = []
  private let promptCount: Int

  /// - Parameters: checked by ``DenoisingOptions/validate(prompt:_:)``; the prompt is not empty.
  init(_ network: ForwardPass, prompt: [Int32], options: DenoisingOptions, stream: RandomStream) {
    precondition(network.configuration.architecture.isCausal && !prompt.isEmpty, "nothing to go on from")
    self.network = network
    self.options = options
    self.stream = stream
    tokens = prompt
    cache = KeyValueCache(capacity: prompt.count + options.maxNewTokens, network.configuration)
    promptCount = prompt.count
  }

  /// Runs until the end token, a final answer or the last step; `onStep` and `isCancelled` are called once in each.
  mutating func run(
    onStep: ((DenoisingStep) throws -> Void)?, isCancelled: () -> Bool, isFinal: ([Int32]) -> Bool
  ) throws(EngineError) -> Generation {
    for step in 0..<options.maxNewTokens {
      if isCancelled() { throw .cancelled }
      let token = try next(step)
      tokens.append(token)
      try DenoisingStep(
        index: step, steps: options.maxNewTokens, tokens: tokens, committed: [tokens.count - 1],
        ranForward: true
      ).report(to: onStep)
      if token == network.configuration.endToken || isFinal(Array(tokens[promptCount...])) { break }
    }
    let steps = tokens.count - promptCount
    return Generation(
      tokens: tokens, promptCount: promptCount,
      commitSteps: [Int?](repeating: nil, count: promptCount) + (0..<steps).map { $0 }, commits: commits,
      forwards: steps, tieDecidedShare: 0, maskDraws: 0)
  }

  private mutating func next(_ step: Int) throws(EngineError) -> Int32 {
    let position = tokens.count
    let hidden = cache.read(Array(tokens[cache.count...]), network)
    let (options, stream) = (options, stream)
    let found = network.score(hidden, options.scoring(), &head) { _, row in
      row.map { row in
        let distribution = TokenDistribution(row, topP: options.topP, topK: options.topK)
        let choice = options.choice(from: distribution, stream, step: step, position: position)
        let commit = Commit(
          position: position, step: step, confidence: choice.probability,
          entropy: options.recordsEntropy ? 0 - distribution.negativeEntropy : nil)
        return (token: choice.token, commit: commit)
      }
    }
    guard let next = found.first ?? nil else {
      throw DenoisingOptions.damaged(step: step, position: position)
    }
    commits.append(next.commit)
    return next.token
  }
}
