/// The loop from masks to tokens: `diffusion_generate` of generation_utils.py, for one row.
struct Denoiser {
  let network: ForwardPass
  let options: DenoisingOptions
  let stream: RandomStream

  private var canvas: [Int32]
  private let promptCount: Int
  private let schedule: Schedule
  private var work: Workspace
  private var commitSteps: [Int?]
  private var forwards = 0
  private var tieDecided = 0
  private var commits = 0
  private var maskDraws = 0

  private let maskToken: Int32

  /// - Parameters: checked by ``DenoisingOptions/validate(prompt:_:)``.
  init(_ network: ForwardPass, prompt: [Int32], options: DenoisingOptions, stream: RandomStream) {
    self.network = network
    self.options = options
    self.stream = stream
    guard let mask = network.configuration.maskToken else {
      preconditionFailure("a causal network has nothing to unmask")
    }
    maskToken = mask
    promptCount = prompt.count
    canvas = prompt + [Int32](repeating: mask, count: options.maxNewTokens)
    commitSteps = [Int?](repeating: nil, count: canvas.count)
    schedule = Schedule(steps: options.steps, eps: options.eps)
    work = Workspace(positions: canvas.count, network.configuration)
  }

  /// Runs every step; `onStep` and `isCancelled` are called once in each.
  mutating func run(
    onStep: ((DenoisingStep) throws -> Void)?, isCancelled: () -> Bool
  ) throws(EngineError) -> Generation {
    for step in 0..<options.steps {
      if isCancelled() { throw .cancelled }
      let before = forwards
      // Masks of the prompt count like the others.
      let masked = canvas.indices.filter { canvas[$0] == maskToken }
      let revealed = try reveal(step, masked)
      for candidate in revealed {
        canvas[candidate.position] = candidate.token
        if candidate.token == maskToken {
          maskDraws += 1
        } else {
          commitSteps[candidate.position] = step
        }
      }
      commits += revealed.count
      try report(step, revealed, ranForward: forwards > before, to: onStep)
    }
    return Generation(
      tokens: canvas, promptCount: promptCount, commitSteps: commitSteps, forwards: forwards,
      tieDecidedShare: commits == 0 ? 0 : Double(tieDecided) / Double(commits), maskDraws: maskDraws)
  }

  /// The positions of `masked` that `step` reveals, with their tokens.
  ///
  /// Steps that reveal nothing skip the network. That changes no result, because random numbers belong
  /// to step and position, not to the calls made before.
  private mutating func reveal(_ step: Int, _ masked: [Int]) throws(EngineError) -> [Ranking.Candidate] {
    if options.algorithm == .origin {
      let share = schedule.share(step)
      let chosen = masked.filter { stream.draws(step: step, position: $0).reveal < share }
      return chosen.isEmpty ? [] : try candidates(step, chosen)
    }
    let count = schedule.count(step, masks: masked.count)
    guard count > 0 else { return [] }
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
    network.run(canvas, &work)
    forwards += 1
    // Row i - 1 predicts position i; position 0 has only its own row.
    let shift = network.configuration.architecture.shiftsLogits ? 1 : 0
    var candidates: [Ranking.Candidate] = []
    try network.forEachLogits(rows: positions.map { max($0 - shift, 0) }, work) {
      (index, logits) throws(EngineError) in
      let position = positions[index]
      let distribution = TokenDistribution(
        logits, temperature: options.temperature, topP: options.topP, topK: options.topK,
        banned: options.bansMaskToken ? maskToken : nil)
      guard let distribution else {
        throw EngineError(
          .malformed, "the logits of position \(position) in step \(step) are not numbers",
          hint: "the weights are damaged, or the temperature is too small")
      }
      let choice =
        options.temperature > 0
        ? distribution.draw(stream.draws(step: step, position: position).token)
        : (token: distribution.best, probability: distribution.maximum)
      candidates.append(
        .init(
          position: position,
          confidence: options.algorithm.confidence(distribution, chosen: choice.probability),
          token: choice.token))
    }
    return candidates
  }

  private func report(
    _ step: Int, _ revealed: [Ranking.Candidate], ranForward: Bool,
    to onStep: ((DenoisingStep) throws -> Void)?
  ) throws(EngineError) {
    guard let onStep else { return }
    do {
      try onStep(
        DenoisingStep(
          index: step, steps: options.steps, tokens: canvas,
          committed: revealed.filter { $0.token != maskToken }.map(\.position), ranForward: ranForward))
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError(.interrupted, "the hook of step \(step) failed: \(error)")
    }
  }
}
