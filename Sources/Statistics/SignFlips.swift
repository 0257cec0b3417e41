/// The task-level permutation test: were the sides alike, each task's difference would as well have the
/// other sign. It is exact for any number of samples a task and any score of a task.
public struct SignFlips: Sendable {
  /// Two-sided.
  public let p: Double
  /// One-sided, against "not worse".
  public let worseP: Double
  /// Whether every combination of signs was counted, instead of drawing some.
  public let isExhaustive: Bool

  /// - Parameters:
  ///   - differences: one a task, new − base.
  ///   - draws: how many combinations are drawn when there are more of them than that. What was observed
  ///     counts as one more draw, so that p is never 0 (Phipson & Smyth 2010).
  public init(_ differences: [Double], draws: Int = 20_000, seed: UInt64 = 0) {
    let sizes = differences.filter { $0 != 0 }
    let observed = sizes.reduce(0, +)
    // Sums in another order differ by rounding; equal ones must count as equal.
    let tolerance = 1e-12 * max(1, sizes.reduce(0) { $0 + abs($1) })
    isExhaustive = sizes.count < Int.bitWidth - 2 && 1 << sizes.count <= draws
    var asFar = 0
    var asLow = 0
    func count(_ sum: Double) {
      if abs(sum) >= abs(observed) - tolerance { asFar += 1 }
      if sum <= observed + tolerance { asLow += 1 }
    }
    if isExhaustive {
      for signs in 0..<(1 << sizes.count) { count(Self.sum(sizes) { UInt64(signs) >> UInt64($0) }) }
      p = Double(asFar) / Double(1 << sizes.count)
      worseP = Double(asLow) / Double(1 << sizes.count)
    } else {
      for draw in 0..<draws {
        let random = CounterRandom(seed: seed, stream: UInt64(draw))
        count(Self.sum(sizes) { random[$0 / 64] >> UInt64($0 % 64) })
      }
      p = Double(asFar + 1) / Double(draws + 1)
      worseP = Double(asLow + 1) / Double(draws + 1)
    }
  }

  /// The sum with the signs of those turned whose bit is set.
  @inline(__always)
  private static func sum(_ sizes: [Double], _ bits: (Int) -> UInt64) -> Double {
    var sum = 0.0
    for (index, size) in sizes.enumerated() { sum += bits(index) & 1 == 0 ? size : -size }
    return sum
  }
}
