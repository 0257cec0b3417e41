/// What the loops over masks and over tokens do alike: a position's distribution, and the token taken from it.
extension DenoisingOptions {
  /// - Parameter banned: a token whose probability is made 0.
  func scoring(banned: Int32? = nil) -> Scoring {
    let isFiltered = (topP ?? 1) < 1 || topK != nil
    return Scoring(
      temperature: temperature, banned: banned,
      keepsLogits: temperature > 0 || isFiltered || algorithm == .entropy || recordsEntropy)
  }

  /// The logits are not numbers.
  static func damaged(step: Int, position: Int) -> EngineError {
    EngineError(
      .malformed, "the logits of position \(position) in step \(step) are not numbers",
      hint: "the weights are damaged, or the temperature is too small")
  }

  /// The most probable token, or one that is drawn.
  func choice(
    from distribution: TokenDistribution, _ stream: RandomStream, step: Int, position: Int
  ) -> (token: Int32, probability: Float) {
    temperature > 0
      ? distribution.draw(stream.draws(step: step, position: position).token)
      : (token: distribution.best, probability: distribution.maximum)
  }
}

extension DenoisingStep {
  /// Calls the hook; what it throws ends the generation.
  func report(to hook: ((DenoisingStep) throws -> Void)?) throws(EngineError) {
    do {
      try hook?(self)
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError(.interrupted, "the hook of step \(index) failed: \(error)")
    }
  }
}
