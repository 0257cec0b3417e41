/// The loop from masks to tokens: `diffusion_generate` of generation_utils.py, for one row.
struct Denoiser {
  let network: ForwardPass
  let options: DenoisingOptions
  let stream: RandomStream

  let savings: ExactSavings

  private var canvas: [Int32]
  private let promptCount: Int
  private let schedule: Schedule
  /// The number of the first step, for random numbers and reports.
  private let firstStep: Int
  /// Steps done.
  private(set) var stepCount = 0
  /// Masks before it stay.
  private let firstPosition: Int
  private var work: Workspace
  private var commitSteps: [Int?]
  private var forwards = 0
  private var tieDecided = 0
  private var revealedCount = 0
  private var commits: [Commit] = []
  private var maskDraws = 0
  /// Tokens of the answer before its first mask, when they were last looked at.
  private var answerCount = 0

  private let maskToken: Int32

  /// - Parameters:
  ///   - prompt: checked, like the options, by ``DenoisingOptions/validate(prompt:_:)``.
  ///   - savings: tests leave some out.
  init(
    _ network: ForwardPass, prompt: [Int32], options: DenoisingOptions, stream: RandomStream,
    savings: ExactSavings = .all
  ) {
    let mask = network.configuration.maskToken ?? -1
    self.init(
      network, canvas: prompt + [Int32](repeating: mask, count: options.maxNewTokens),
      promptCount: prompt.count,
      schedule: Schedule(steps: options.steps, eps: options.eps), options: options, stream: stream,
      savings: savings)
  }

  /// - Parameters:
  ///   - canvas: prompt, and what follows it as far as it is known, with masks for the rest.
  ///   - firstStep: the number of the schedule's first step.
  ///   - firstPosition: masks before it stay masks.
  init(
    _ network: ForwardPass, canvas: [Int32], promptCount: Int, schedule: Schedule, firstStep: Int = 0,
    firstPosition: Int = 0, options: DenoisingOptions, stream: RandomStream, savings: ExactSavings = .all
  ) {
    self.savings = savings
    self.network = network
    self.options = options
    self.stream = stream
    guard let mask = network.configuration.maskToken else {
      preconditionFailure("a causal network has nothing to unmask")
    }
    maskToken = mask
    self.promptCount = promptCount
    self.canvas = canvas
    self.schedule = schedule
    self.firstStep = firstStep
    self.firstPosition = firstPosition
    commitSteps = [Int?](repeating: nil, count: canvas.count)
    work = Workspace(positions: canvas.count, network)
  }

  /// Runs every step; `onStep` and `isCancelled` are called once in each, `isFinal` as ``DiffusionModel/generate``
  /// says.
  mutating func run(
    onStep: ((DenoisingStep) throws -> Void)?, isCancelled: () -> Bool,
    isFinal: ([Int32]) -> Bool = { _ in false }
  ) throws(EngineError) -> Generation {
    for index in 0..<schedule.steps {
      if savings.contains(.settledText) && answerIsSettled(isFinal) { break }
      if isCancelled() { throw .cancelled }
      let step = firstStep + index
      let before = forwards
      // Masks of the prompt count like the others.
      let masked = canvas.indices[firstPosition...].filter { canvas[$0] == maskToken }
      if masked.isEmpty && schedule.endsWithLastMask { break }
      stepCount += 1
      let revealed = try reveal(step, masked)
      for candidate in revealed {
        canvas[candidate.position] = candidate.token
        if candidate.token == maskToken {
          maskDraws += 1
        } else {
          commitSteps[candidate.position] = step
          commits.append(
            Commit(
              position: candidate.position, step: step, confidence: candidate.confidence,
              entropy: candidate.entropy))
        }
      }
      revealedCount += revealed.count
      try report(step, revealed, ranForward: forwards > before, to: onStep)
    }
    return Generation(
      tokens: canvas, promptCount: promptCount, commitSteps: commitSteps, commits: commits,
      forwards: forwards,
      tieDecidedShare: revealedCount == 0 ? 0 : Double(tieDecided) / Double(revealedCount),
      maskDraws: maskDraws)
  }

  /// Whether an end token stands in the answer with no mask before it, in the prompt neither, or what stands before
  /// the first mask says enough. What is committed never changes, so it is final, whatever the rest becomes.
  private mutating func answerIsSettled(_ isFinal: ([Int32]) -> Bool) -> Bool {
    if canvas[..<promptCount].contains(maskToken) { return false }
    let answer = canvas[promptCount...].prefix { $0 != maskToken && !options.endTokens.contains($0) }
    if answer.endIndex < canvas.count && canvas[answer.endIndex] != maskToken { return true }
    guard answer.count > answerCount else { return false }
    answerCount = answer.count
    return isFinal(Array(answer))
  }

  /// The positions of `masked` that `step` reveals, with their tokens.
  private mutating func reveal(_ step: Int, _ masked: [Int]) throws(EngineError) -> [Ranking.Candidate] {
    if options.algorithm == .origin {
      let share = schedule.share(step - firstStep)
      let chosen = masked.filter { stream.draws(step: step, position: $0).reveal < share }
      let needed = savings.contains(.emptySteps) ? chosen : masked
      if needed.isEmpty { return [] }
      let candidates = try candidates(step, needed)
      let members = Set(chosen)
      return candidates.filter { members.contains($0.position) }
    }
    let count = schedule.count(step - firstStep, masks: masked.count)
    if count == 0 && (savings.contains(.emptySteps) || masked.isEmpty) { return [] }
    let candidates = try candidates(step, masked)
    let ranking: Ranking
    if let temperature = options.algTemperature, temperature > 0 {
      ranking = Ranking(drawing: count, of: candidates, temperature: temperature) {
        stream.draws(step: step, position: $0).order
      }
    } else {
      ranking = Ranking(surest: count, of: candidates)
    }
    tieDecided += ranking.tieDecided
    return ranking.chosen
  }

  /// Runs the network and chooses a token, with its confidence, for each of `positions`.
  private mutating func candidates(
    _ step: Int, _ positions: [Int]
  ) throws(EngineError) -> [Ranking.Candidate] {
    // Row i - 1 decides position i; position 0 has only its own row, which then decides two.
    let shift = network.configuration.architecture.shiftsLogits ? 1 : 0
    let decided = Dictionary(grouping: positions) { max($0 - shift, 0) }
    let rows = savings.contains(.rows) ? decided.keys.sorted() : Array(canvas.indices)
    network.run(canvas, rows: rows, &work)
    forwards += 1
    let chooser = Chooser(options: options, stream: stream, step: step)
    let banned = options.bansMaskToken ? maskToken : nil
    let found = network.score(work.wanted.hidden, options.scoring(banned: banned), &work.head) { index, row in
      row.map { chooser.candidates($0, decided[rows[index]] ?? []) }
    }
    var candidates: [Ranking.Candidate] = []
    for (row, some) in zip(rows, found) {
      guard let some else {
        throw DenoisingOptions.damaged(step: step, position: decided[row]?.first ?? row)
      }
      candidates += some
    }
    return candidates
  }

  private func report(
    _ step: Int, _ revealed: [Ranking.Candidate], ranForward: Bool,
    to onStep: ((DenoisingStep) throws -> Void)?
  ) throws(EngineError) {
    try DenoisingStep(
      index: step, steps: options.steps, tokens: canvas,
      committed: revealed.filter { $0.token != maskToken }.map(\.position), ranForward: ranForward
    ).report(to: onStep)
  }
}

/// A step's choice of a token for each position that a row decides.
private struct Chooser: Sendable {
  let options: DenoisingOptions
  let stream: RandomStream
  let step: Int

  func candidates(_ row: LogitRow, _ positions: [Int]) -> [Ranking.Candidate] {
    if positions.isEmpty { return [] }
    let distribution = TokenDistribution(row, topP: options.topP, topK: options.topK)
    return positions.map { position in
      let choice = options.choice(from: distribution, stream, step: step, position: position)
      let confidence = options.algorithm.confidence(distribution, chosen: choice.probability)
      let entropy =  // by subtraction: the negative of 0 would be shown as -0
        options.algorithm == .entropy
        ? 0 - confidence : options.recordsEntropy ? 0 - distribution.negativeEntropy : nil
      return Ranking.Candidate(
        position: position, confidence: confidence, token: choice.token, entropy: entropy)
    }
  }
}
