/// By what a step decides which masks it reveals.
public enum UnmaskingAlgorithm: String, Sendable, CaseIterable {
  /// At random, each position by itself.
  case origin
  /// Largest probability of the chosen token first.
  case maskgitPlus = "maskgit_plus"
  /// Largest distance between the two best tokens first.
  case topkMargin = "topk_margin"
  /// Smallest entropy first.
  case entropy

  /// How sure the model is of a position: larger is revealed earlier. `origin` has no such number.
  ///
  /// - Parameter chosen: the probability of the token that was drawn.
  func confidence(_ distribution: TokenDistribution, chosen: Float) -> Float {
    switch self {
    case .origin: 0
    case .maskgitPlus: chosen
    case .topkMargin: distribution.margin
    case .entropy: distribution.negativeEntropy
    }
  }
}

/// The settings of one generation. Defaults are those of the reference's `DreamGenerationConfig`
/// except for the length, which has no useful default there.
public struct DenoisingOptions: Sendable, Equatable {
  /// By what a step decides which masks it reveals.
  public var algorithm = UnmaskingAlgorithm.origin
  /// 0 takes the most probable token, and computes confidences at temperature 1.
  public var temperature = 0.0
  /// Keeps the shortest prefix of tokens, best first, whose mass exceeds this; `nil` or 1 keeps all.
  public var topP: Double?
  /// Keeps the best tokens, and those equal to the last of them.
  public var topK: Int?
  /// Draws the positions to reveal by softmax(confidence / this); `nil` or 0 takes the surest.
  public var algTemperature: Double?
  /// Steps of the schedule. The published setting is one per new token.
  public var steps = 512
  /// Masks appended to the prompt.
  public var maxNewTokens = 512
  /// Where the schedule ends, as the reference has it.
  public var eps = 1e-3
  /// Seed of every random number; see ``SampleKey``.
  public var seed: UInt64 = 0
  /// Whether the mask token is removed from every distribution. The reference leaves it in: a position
  /// for which it is chosen stays masked, and may be masked still at the end.
  public var bansMaskToken = false

  /// Tokens behind which nothing of the answer is read. Once one of them and everything before it is
  /// committed, the generation ends and leaves the rest masked; the answer is the same as without. Empty
  /// runs every step, as the reference does.
  public var endTokens: Set<Int32> = []

  /// Whether ``Generation/commits`` has entropies for every algorithm, which costs a logarithm for each
  /// token that the filters keep. `entropy` has them anyway.
  public var recordsEntropy = false

  /// The defaults.
  public init() {}

  /// - Throws: `.invalidArgument` that names the option.
  func validate(prompt: [Int32], _ configuration: ModelConfiguration) throws(EngineError) {
    func refuse(_ message: String, _ hint: String = "") -> EngineError {
      EngineError(.invalidArgument, message, hint: hint)
    }
    guard steps >= 1 else { throw refuse("steps is \(steps)", "it must be at least 1") }
    // The reference makes steps + 1 points in single precision.
    guard steps < 1 << 24 else { throw refuse("steps is \(steps)", "it must be below 2^24") }
    guard maxNewTokens >= 1 else { throw refuse("maxNewTokens is \(maxNewTokens)", "it must be at least 1") }
    guard temperature == 0 || (temperature >= 1e-4 && temperature.isFinite) else {
      throw refuse("temperature is \(temperature)", "it must be 0, or at least 0.0001")
    }
    if let topP, !(topP >= 0 && topP <= 1) {
      throw refuse("topP is \(topP)", "it must be between 0 and 1")
    }
    if let topK, topK < 1 { throw refuse("topK is \(topK)", "it must be at least 1") }
    if let algTemperature, !(algTemperature >= 0 && algTemperature.isFinite) {
      throw refuse("algTemperature is \(algTemperature)", "it must be 0 or positive")
    }
    guard eps > 0, eps < 1, Float(eps) > 0, Float(eps) < 1 else {
      throw refuse("eps is \(eps)", "it must be between 0 and 1")
    }
    let limit = configuration.maximumPositions
    guard prompt.count <= limit, maxNewTokens <= limit - prompt.count else {
      throw refuse(
        "a prompt of \(prompt.count) tokens and \(maxNewTokens) new ones exceed the model's \(limit) positions",
        "shorten the prompt or lower maxNewTokens")
    }
    try Self.checkTokens(prompt, configuration)
  }

  static func checkTokens(_ tokens: [Int32], _ configuration: ModelConfiguration) throws(EngineError) {
    if let position = tokens.firstIndex(where: { $0 < 0 || Int($0) >= configuration.vocabularySize }) {
      throw EngineError(
        .invalidArgument,
        "token \(tokens[position]) at position \(position) is outside of the vocabulary of "
          + "\(configuration.vocabularySize)",
        hint: "encode the prompt with this model's tokenizer")
    }
  }
}
