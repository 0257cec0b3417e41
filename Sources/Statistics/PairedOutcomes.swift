/// Two programs for each of some tasks, one from each side, each right or wrong.
public struct PairedOutcomes: Sendable, Equatable {
  /// Tasks, at least 1.
  public let count: Int
  /// Right before and wrong now: McNemar's b.
  public let lost: Int
  /// Wrong before and right now: McNemar's c.
  public let gained: Int

  public init(count: Int, lost: Int, gained: Int) {
    precondition(count >= 1 && lost >= 0 && gained >= 0 && lost + gained <= count)
    self.count = count
    self.lost = lost
    self.gained = gained
  }

  /// The change of the share that is right, −1…1.
  public var difference: Double { Double(gained - lost) / Double(count) }

  /// The share of the tasks on which the sides disagree.
  public var discordance: Double { Double(gained + lost) / Double(count) }

  private var coin: FairCoin { FairCoin(tosses: gained + lost) }

  /// McNemar's exact test, two-sided: min(1, 2 P(X ≤ min(b, c))).
  public var exactP: Double { min(1, 2 * coin.lowerTail(min(lost, gained))) }

  /// McNemar's test with the mid-p, two-sided: half of what was observed counts. Its true size is nearer
  /// to the nominal one than the exact test's, and rarely above it (Fagerland, Lydersen & Laake 2013).
  public var midP: Double {
    let low = min(lost, gained)
    // With b = c the two halves of the middle cover everything.
    return lost == gained ? 1 : 2 * coin.lowerTail(low) - coin.mass(low)
  }

  /// The one-sided mid-p against "not worse".
  public var worseMidP: Double { coin.lowerTail(gained) - coin.mass(gained) / 2 }

  /// Where Tango's score statistic for the difference stays within the normal quantile: it does not
  /// collapse when no task differs, and ends where McNemar's test of a margin does (Tango 1998,
  /// "Equivalence test and confidence interval for the difference in proportions for the paired-sample
  /// design").
  ///
  /// - Parameter tail: the probability beyond each end: 0.025 for a 95 % interval.
  public func interval(tail: Double) -> ClosedRange<Double> {
    let z = -Normal.quantile(tail)
    return bound(from: difference, towards: -1, z: z)...bound(from: difference, towards: 1, z: z)
  }

  /// Bisection between the estimate, where the statistic is 0, and the end, where it is largest.
  private func bound(from inside: Double, towards outside: Double, z: Double) -> Double {
    var (inner, outer) = (inside, outside)
    if abs(score(outer)) <= z { return outer }
    while true {
      let middle = (inner + outer) / 2
      if middle == inner || middle == outer { return middle }
      if abs(score(middle)) < z { inner = middle } else { outer = middle }
    }
  }

  /// Tango's statistic for the true difference `delta`. In its variance stands the share of `lost` that is
  /// most likely given `delta`: the larger root of 2n x² + (…) x + … = 0.
  private func score(_ delta: Double) -> Double {
    let (n, b, c) = (Double(count), Double(gained), Double(lost))
    let linear = -b - c + (2 * n - b + c) * delta
    let constant = -c * delta * (1 - delta)
    let root = max(0, linear * linear - 8 * n * constant).squareRoot()
    // Without the cancellation when both terms are nearly equal.
    let share = linear <= 0 ? (root - linear) / (4 * n) : -2 * constant / (root + linear)
    let variance = n * (2 * share + delta * (1 - delta))
    let distance = b - c - n * delta
    if variance <= 0 { return distance == 0 ? 0 : distance * .infinity }
    return distance / variance.squareRoot()
  }
}
