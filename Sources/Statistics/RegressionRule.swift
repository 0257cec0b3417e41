/// When a new score is accepted beside an old one.
public struct RegressionRule: Sendable, Equatable {
  /// A drop smaller than this is tolerated; a fraction, more than 0.
  public var maxDrop: Double
  /// How often a score that has not changed may be rejected.
  public var alpha: Double
  /// How often a score that has dropped by ``maxDrop`` may be accepted.
  public var miss: Double

  /// What the rule says about a pair of scores.
  public enum Decision: String, Sendable {
    /// The drop, if there is one, is smaller than ``RegressionRule/maxDrop``.
    case pass
    /// There is a drop, and it is not shown to be smaller.
    case fail
    /// Neither is shown: there are too few tasks or samples for this margin.
    case cannotTell = "cannot tell"
  }

  public init(maxDrop: Double = 0.02, alpha: Double = 0.01, miss: Double = 0.05) {
    self.maxDrop = maxDrop
    self.alpha = alpha
    self.miss = miss
  }

  /// The drop that is excluded: the lower end of the one-sided interval, −1…1.
  public func lowerBound(_ scores: PairedScores) -> Double { scores.interval(tail: miss).lowerBound }

  /// Non-inferiority first: what is surely within the margin is accepted, also where it is surely a drop.
  public func decide(_ scores: PairedScores) -> Decision {
    if lowerBound(scores) > -maxDrop { return .pass }
    return scores.worseP < alpha ? .fail : .cannotTell
  }
}
