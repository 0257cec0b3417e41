#if canImport(Glibc)
  import Glibc
#endif

/// The number of heads among `tosses` of a fair coin: the distribution behind McNemar's test.
public struct FairCoin: Sendable {
  /// At least 0.
  public let tosses: Int

  public init(tosses: Int) {
    precondition(tosses >= 0)
    self.tosses = tosses
  }

  /// P(X = heads), with a relative error near the machine's for any number of tosses: factorials are
  /// taken by their distance from Stirling's formula (Loader 2000, "Fast and accurate computation of
  /// binomial probabilities"), so that nothing large is subtracted.
  public func mass(_ heads: Int) -> Double {
    guard (0...tosses).contains(heads) else { return 0 }
    if heads == 0 || heads == tosses { return exp(-Double(tosses) * log(2)) }
    let (n, k) = (Double(tosses), Double(heads))
    let exponent =
      Self.stirlingError(tosses) - Self.stirlingError(heads) - Self.stirlingError(tosses - heads)
      - Self.deviance(k, n / 2) - Self.deviance(n - k, n / 2)
    return exp(exponent) * (n / (2 * Double.pi * k * (n - k))).squareRoot()
  }

  /// P(X ≤ heads).
  public func lowerTail(_ heads: Int) -> Double {
    if heads < 0 { return 0 }
    if heads >= tosses { return 1 }
    // Terms fall from the middle outwards, so the smaller side is summed.
    if 2 * heads >= tosses { return 1 - lowerTail(tosses - heads - 1) }
    var term = 1.0
    var sum = 1.0
    var k = heads
    while k > 0, term > sum * 1e-18 {
      term *= Double(k) / Double(tosses - k + 1)
      sum += term
      k -= 1
    }
    return mass(heads) * sum
  }

  /// ln n! less Stirling's approximation of it.
  private static func stirlingError(_ n: Int) -> Double {
    let x = Double(n)
    if n < 16 {
      let factorial = (1...max(n, 1)).reduce(1.0) { $0 * Double($1) }
      return n == 0 ? 0 : log(factorial) - (x + 0.5) * log(x) + x - 0.5 * log(2 * Double.pi)
    }
    let y = 1 / (x * x)
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - y / 1188) * y) * y) * y) / x
  }

  /// x ln(x/m) + m − x, by its series where x is near m.
  private static func deviance(_ x: Double, _ m: Double) -> Double {
    guard abs(x - m) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
    let v = (x - m) / (x + m)
    var sum = (x - m) * v
    var term = 2 * x * v
    var odd = 3.0
    while true {
      term *= v * v
      let next = sum + term / odd
      if next == sum { return sum }
      sum = next
      odd += 2
    }
  }
}
