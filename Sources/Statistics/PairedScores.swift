/// The scores that two sides have on the same tasks, and what can be said about their difference.
public struct PairedScores: Sendable {
  /// Tasks, at least 1.
  public let count: Int
  /// New − base, a fraction of all tasks.
  public let difference: Double
  /// The mean square of the tasks' differences; for single answers, the share of discordant tasks.
  public let discordance: Double
  /// The pairs of right and wrong, where each side has one answer a task.
  public var outcomes: PairedOutcomes? {
    if case .single(let outcomes) = evidence { return outcomes }
    return nil
  }
  private let evidence: Evidence

  private enum Evidence {
    case single(PairedOutcomes)
    case several(SignFlips, PairedBootstrap)
  }

  /// - Parameters:
  ///   - strata: one list a suite, of the tasks' differences, each −1…1; at least one task in all.
  ///   - isSingle: whether each side has one answer a task, so that every difference is −1, 0 or 1.
  ///   - resamples: of the bootstrap; twice as many signs are drawn.
  public init(strata: [[Double]], isSingle: Bool, resamples: Int = 10_000, seed: UInt64 = 0) {
    let all = strata.flatMap { $0 }
    precondition(!all.isEmpty)
    count = all.count
    difference = all.reduce(0, +) / Double(count)
    discordance = min(1, all.reduce(0) { $0 + $1 * $1 } / Double(count))
    if isSingle {
      let outcomes = PairedOutcomes(
        count: count, lost: all.count { $0 < 0 }, gained: all.count { $0 > 0 })
      evidence = .single(outcomes)
    } else {
      evidence = .several(
        SignFlips(all, draws: 2 * resamples, seed: seed),
        PairedBootstrap(strata: Self.widened(strata), resamples: resamples, seed: seed))
    }
  }

  /// One task that is lost altogether and one that is gained, in the largest suite, as Bonett and Price
  /// (2012) add one pair to each side: where few tasks differ, resampling them alone gives intervals that
  /// are too narrow, and none at all where no task does (`Benchmarks/statistics`).
  private static func widened(_ strata: [[Double]]) -> [[Double]] {
    var strata = strata
    if let largest = strata.indices.max(by: { strata[$0].count < strata[$1].count }) {
      strata[largest] += [-1, 1]
    }
    return strata
  }

  /// Two-sided, against "no difference": McNemar's mid-p, or by flipping signs.
  public var p: Double {
    switch evidence {
    case .single(let outcomes): outcomes.midP
    case .several(let flips, _): flips.p
    }
  }

  /// One-sided, against "not worse".
  public var worseP: Double {
    switch evidence {
    case .single(let outcomes): outcomes.worseMidP
    case .several(let flips, _): flips.worseP
    }
  }

  /// How ``p`` was made, as reports name it.
  public var test: String {
    switch evidence {
    case .single: "mcnemar mid-p"
    case .several(let flips, _): flips.isExhaustive ? "sign flips, all" : "sign flips"
    }
  }

  /// How ``interval(tail:)`` is made, as reports name it.
  public var intervalMethod: String {
    switch evidence {
    case .single: "tango"
    case .several: "bootstrap, widened"
    }
  }

  /// - Parameter tail: the probability beyond each end: 0.025 for a 95 % interval.
  public func interval(tail: Double) -> ClosedRange<Double> {
    switch evidence {
    case .single(let outcomes): return outcomes.interval(tail: tail)
    case .several(_, let bootstrap):
      let interval = bootstrap.interval(tail: tail)
      return min(interval.lowerBound, difference)...max(interval.upperBound, difference)
    }
  }

  /// The smallest true difference that is found with chance 0.8, at the observed discordance; `nil` when
  /// none would be.
  ///
  /// - Parameter tail: the test's size on the side that counts: 0.025 for a two-sided test at 5 %.
  public func detectableDifference(tail: Double = 0.025) -> Double? {
    switch evidence {
    case .single:
      return PairedPower(count: count, discordance: discordance).detectableDifference(tail: tail)
    case .several:
      // A task can change by a part: the difference is not bounded by the discordance.
      let spread = ((discordance - difference * difference) / Double(count)).squareRoot()
      return spread > 0 ? (Normal.quantile(0.8) - Normal.quantile(tail)) * spread : nil
    }
  }
}
