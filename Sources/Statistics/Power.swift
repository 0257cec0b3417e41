/// What a paired comparison of two scores over `count` tasks can see.
///
/// `discordance` is the mean square of the tasks' differences: for one answer a task, the share of the tasks
/// on which the sides disagree (Miller 2024, arXiv 2411.00640, section 5; Connor 1987).
public struct PairedPower: Sendable {
  public let count: Int
  public let discordance: Double

  public init(count: Int, discordance: Double) {
    precondition(count >= 1 && (0...1).contains(discordance))
    self.count = count
    self.discordance = discordance
  }

  /// The chance that a true difference is found.
  ///
  /// - Parameters:
  ///   - difference: a fraction; at most `discordance`, as each task that makes it is discordant.
  ///   - tail: the test's size on the side that counts: 0.025 for a two-sided test at 5 %.
  public func power(difference: Double, tail: Double) -> Double {
    let spread = discordance - difference * difference
    let distance =
      abs(difference) * Double(count).squareRoot() + Normal.quantile(tail) * discordance.squareRoot()
    if spread <= 0 { return distance > 0 ? 1 : 0 }
    return Normal.cumulative(distance / spread.squareRoot())
  }

  /// The smallest true difference that is found with chance `power`; `nil` when none is, because even
  /// every discordant task on one side would not do.
  public func detectableDifference(tail: Double, power: Double = 0.8) -> Double? {
    let n = Double(count)
    let a = -Normal.quantile(tail) * discordance.squareRoot()
    let b = Normal.quantile(power)
    // (δ √n − a)² = b² (ψ − δ²), solved for δ.
    let under = a * a * n - (n + b * b) * (a * a - b * b * discordance)
    guard under >= 0, discordance > 0 else { return nil }
    let difference = (a * n.squareRoot() + under.squareRoot()) / (n + b * b)
    return difference <= discordance ? difference : nil
  }
}
