/// Exponential and logarithm of eight numbers at once, for sweeps over a vocabulary.
///
/// Polynomials and splitting of the argument are those of the Cephes library (Moshier, expf and logf):
/// relative errors of about 2^-23. One call of the C library a token would cost as much as a layer.
enum VectorMath {
  typealias Lanes = SIMD8<Float>

  /// 1.5 * 2^23: a small number added to it is rounded to an integer that stands in the lowest bits.
  private static let rounding: Float = 0x1.8p23
  /// ln 2 in two parts, the first of so few bits that its products with exponents are exact.
  private static let ln2High: Float = 0.693359375
  private static let ln2Low: Float = -2.12194440e-4

  /// e^x for x <= 0, exactly 1 at 0, and 0 below -87, where single precision has no normal numbers.
  @inline(__always) static func exp(_ x: Lanes) -> Lanes {
    let lowest = Lanes(repeating: -87)
    let bounded = x.replacing(with: lowest, where: x .< lowest)
    let shifted = bounded * 1.442695041 + rounding
    let whole = shifted - rounding
    let rest = bounded - whole * ln2High - whole * ln2Low
    var sum = rest * 1.9875691500e-4 + 1.3981999507e-3
    sum = sum * rest + 8.3334519073e-3
    sum = sum * rest + 4.1665795894e-2
    sum = sum * rest + 1.6666665459e-1
    sum = sum * rest + 5.0000001201e-1
    let power = bits(sum * rest * rest + rest + 1) &+ bits(shifted) &<< 23
    return number(power).replacing(with: 0, where: x .< lowest)
  }

  /// ln x for normal, positive x, exactly 0 at 1.
  @inline(__always) static func log(_ x: Lanes) -> Lanes {
    let pattern = bits(x)
    // x = m * 2^e with m in [√½, √2).
    var mantissa = number(pattern & 0x007F_FFFF | 0x3F00_0000)
    var exponent = number((pattern &>> 23) &- 126 &+ bits(Lanes(repeating: rounding))) - rounding
    let isLow = mantissa .< 0.707106781186547524
    exponent.replace(with: exponent - 1, where: isLow)
    mantissa.replace(with: mantissa + mantissa, where: isLow)
    let rest = mantissa - 1
    var sum = rest * 7.0376836292e-2 - 1.1514610310e-1
    sum = sum * rest + 1.1676998740e-1
    sum = sum * rest - 1.2420140846e-1
    sum = sum * rest + 1.4249322787e-1
    sum = sum * rest - 1.6668057665e-1
    sum = sum * rest + 2.0000714765e-1
    sum = sum * rest - 2.4999993993e-1
    sum = sum * rest + 3.3333331174e-1
    let square = rest * rest
    return rest + (sum * rest * square + exponent * ln2Low - 0.5 * square) + exponent * ln2High
  }

  /// The sum of `term` over all numbers, eight at a time; what is missing in the last eight is `padding`.
  ///
  /// Sums of 512 numbers are made in single precision and added in double, always in the same order.
  @inline(__always) static func sum(
    _ numbers: some Collection<Float>, padding: Float, _ term: (Lanes) -> Lanes
  ) -> Double {
    var total = 0.0
    var part = Lanes()
    var vectors = 0
    forEachLanes(numbers, padding: padding) { _, lanes in
      part += term(lanes)
      vectors += 1
      if vectors.isMultiple(of: 64) {
        total += Double(part.sum())
        part = Lanes()
      }
    }
    return total + Double(part.sum())
  }

  /// Calls `body` with the index of the first of eight numbers, and these.
  @inline(__always) static func forEachLanes(
    _ numbers: some Collection<Float>, padding: Float, _ body: (Int, Lanes) -> Void
  ) {
    numbers.withContiguousStorageIfAvailable { numbers in
      let raw = UnsafeRawBufferPointer(numbers)
      let whole = numbers.count - numbers.count % Lanes.scalarCount
      for start in stride(from: 0, to: whole, by: Lanes.scalarCount) {
        // Bounds: start + 8 <= count; the buffer checks it in debug builds.
        body(start, raw.loadUnaligned(fromByteOffset: 4 * start, as: Lanes.self))
      }
      if whole < numbers.count {
        var last = Lanes(repeating: padding)
        for index in whole..<numbers.count { last[index - whole] = numbers[index] }
        body(whole, last)
      }
    }
  }

  // Between numbers and their bit patterns, of the same size and without invalid values.
  @inline(__always) private static func bits(_ x: Lanes) -> SIMD8<Int32> {
    unsafeBitCast(x, to: SIMD8<Int32>.self)
  }

  @inline(__always) private static func number(_ bits: SIMD8<Int32>) -> Lanes {
    unsafeBitCast(bits, to: Lanes.self)
  }
}
