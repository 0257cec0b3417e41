/// What a hook sees after each step.
public struct DenoisingStep: Sendable, Equatable {
  /// 0..<steps.
  public let index: Int
  /// How many steps there are.
  public let steps: Int
  /// The whole canvas after the step, prompt included.
  public let tokens: [Int32]
  /// The positions revealed in this step, ascending.
  public let committed: [Int]
  /// Whether the network ran; a step that reveals nothing has no need of it.
  public let ranForward: Bool
}

/// One position revealed.
public struct Commit: Sendable, Equatable {
  /// Index into the canvas, prompt included.
  public let position: Int
  /// The step that revealed it, 0..<steps.
  public let step: Int
  /// By what the algorithm ranked it in that step: a probability, a difference of two, or the negative
  /// entropy; 0 for `origin`, which does not rank.
  public let confidence: Float
  /// Entropy of the distribution of its token, in nats, after temperature and filters; `nil` unless
  /// ``DenoisingOptions/recordsEntropy`` is set or the algorithm is `entropy`.
  public let entropy: Float?
}

/// The result of one generation.
public struct Generation: Sendable, Equatable {
  /// Prompt and new tokens.
  public let tokens: [Int32]
  /// Length of the prompt.
  public let promptCount: Int
  /// For each position of `tokens`, the step that revealed it; `nil` where it was never a mask, or
  /// still is one.
  public let commitSteps: [Int?]
  /// What was revealed, step after step, by ascending position in each.
  public let commits: [Commit]
  /// How often the network ran.
  public let forwards: Int
  /// The part of the revealed positions for which equal confidences left the choice to the rule
  /// "lowest position first", 0...1.
  public let tieDecidedShare: Double
  /// How often the mask token itself was chosen for a position, which then stayed masked.
  public let maskDraws: Int

  /// The new tokens: everything after the prompt.
  public var generated: [Int32] { Array(tokens[promptCount...]) }

  /// The new tokens before the first of `endTokens`.
  public func answer(endTokens: Set<Int32>) -> [Int32] {
    Array(generated.prefix { !endTokens.contains($0) })
  }

  /// Masks left at the end.
  public func remainingMasks(_ configuration: ModelConfiguration) -> Int {
    configuration.maskToken.map { mask in tokens.count { $0 == mask } } ?? 0
  }
}
