#if canImport(Glibc)
  import Glibc
#endif

/// Wilson's score interval for a share (Wilson 1927): unlike the textbook one it has a width at 0 and 1.
///
/// - Parameters:
///   - successes: 0…count; a fraction where the share is a mean.
///   - tail: the probability beyond each end: 0.025 for a 95 % interval.
public func wilsonInterval(successes: Double, count: Int, tail: Double = 0.025) -> ClosedRange<Double> {
  precondition(count >= 1 && (0...Double(count)).contains(successes))
  let (n, z) = (Double(count), -Normal.quantile(tail))
  let share = successes / n
  let denominator = 1 + z * z / n
  let centre = (share + z * z / (2 * n)) / denominator
  let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / denominator
  // Rounding must not push a bound past the estimate itself at 0 and 1.
  return min(max(0, centre - half), share)...max(min(1, centre + half), share)
}

/// The share that is excluded when it was never seen among `count`: the exact one-sided bound, about
/// 3 / count at 95 % (Clopper & Pearson 1934).
public func upperBound(ofNoneAmong count: Int, tail: Double = 0.05) -> Double {
  precondition(count >= 1)
  return -expm1(log(tail) / Double(count))
}
