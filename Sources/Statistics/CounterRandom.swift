/// Random numbers by position: the same seed, stream and position always give the same bits, in whatever
/// order they are asked for.
///
/// The bits are SplitMix64's (Steele, Lea & Flood 2014), whose state is a counter, so any of its outputs
/// can be had alone.
public struct CounterRandom: Sendable {
  private let start: UInt64
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// - Parameter stream: apart from every other stream of the same seed.
  public init(seed: UInt64, stream: UInt64) {
    start = Self.mixed(seed &+ Self.step) ^ Self.mixed(~stream &* Self.step)
  }

  /// SplitMix64 itself, as published.
  init(state: UInt64) { start = state }

  /// The 64 bits at `position`.
  @inline(__always)
  public subscript(position: Int) -> UInt64 {
    Self.mixed(start &+ Self.step &* (UInt64(truncatingIfNeeded: position) &+ 1))
  }

  /// A whole number in 0..<bound. Of 2⁶⁴ values some come up once more than others; no run is that long.
  @inline(__always)
  public func integer(_ position: Int, below bound: Int) -> Int {
    Int(self[position].multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in 0..<1.
  @inline(__always)
  public func unit(_ position: Int) -> Double { Double(self[position] >> 11) * 0x1p-53 }

  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
