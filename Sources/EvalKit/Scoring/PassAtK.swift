import Statistics

/// The unbiased estimate of pass@k for one task: the chance that at least one of `k` samples, drawn
/// without replacement from the `n` that were made, is among the `c` correct ones.
///
/// 1 − C(n−c, k) / C(n, k), computed as a product so that nothing overflows
/// (Chen et al. 2021, arXiv 2107.03374, equation 1).
///
/// - Parameters:
///   - samples: n ≥ k.
///   - correct: c, at most n.
///   - k: at least 1.
public func passAtK(samples: Int, correct: Int, k: Int) -> Double {
  precondition(k >= 1 && samples >= k && (0...samples).contains(correct))
  if samples - correct < k { return 1 }
  var miss = 1.0
  for index in (samples - correct + 1)..<(samples + 1) {
    miss *= 1 - Double(k) / Double(index)
  }
  return 1 - miss
}

/// A mean over tasks with its uncertainty. All values are fractions in 0…1.
public struct Estimate: Sendable, Equatable {
  /// How the interval was made.
  public enum Method: String, Sendable {
    /// Wilson's score interval; every task's value is 0 or 1.
    case wilson
    /// Mean ± 1.96 standard errors, cut to 0…1; tasks have values between.
    case normal
  }

  public let value: Double
  /// Sample standard deviation over tasks divided by √tasks (Miller 2024, arXiv 2411.00640, section 2).
  public let standardError: Double
  /// The 95 % interval.
  public let interval: ClosedRange<Double>
  public let method: Method

  /// - Parameter values: one per task, at least one.
  public init(over values: [Double]) {
    precondition(!values.isEmpty)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = values.count > 1 ? (squares / (count * (count - 1))).squareRoot() : 0
    value = mean
    standardError = error
    if values.allSatisfy({ $0 == 0 || $0 == 1 }) {
      method = .wilson
      interval = wilsonInterval(successes: values.reduce(0, +), count: values.count)
    } else {
      method = .normal
      let half = Normal.quantile(0.975) * error
      interval = max(0, mean - half)...min(1, mean + half)
    }
  }
}
