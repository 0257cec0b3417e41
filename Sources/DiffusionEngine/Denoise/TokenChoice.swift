/// What the loops over masks and over tokens do alike: a position's distribution, and the token taken from it.
extension DenoisingOptions {
  /// - Parameters:
  ///   - logits: V raw logits of the row that decides `position`.
  ///   - banned: a token whose probability is made 0.
  /// - Throws: `.malformed` when the logits are not numbers.
  func distribution(
    _ logits: ArraySlice<Float>, banned: Int32? = nil, step: Int, position: Int
  ) throws(EngineError) -> TokenDistribution {
    let distribution = TokenDistribution(
      logits, temperature: temperature, topP: topP, topK: topK, banned: banned)
    guard let distribution else {
      throw EngineError(
        .malformed, "the logits of position \(position) in step \(step) are not numbers",
        hint: "the weights are damaged, or the temperature is too small")
    }
    return distribution
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
