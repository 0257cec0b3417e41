#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Cosines and sines of the rotary position embedding (DreamRotaryEmbedding), in single precision. The first half of
/// a head pairs with its second half.
struct RotaryTable: Sendable {
  let positions: Int
  let headSize: Int
  private let cosines: [Float]  // [N, d/2]
  private let sines: [Float]  // [N, d/2]

  init(positions: Int, headSize: Int, theta: Float) {
    self.positions = positions
    self.headSize = headSize
    let half = headSize / 2
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positions * half)
    sines.reserveCapacity(positions * half)
    let frequencies = (0..<half).map { index in
      Float(pow(Double(theta), -2 * Double(index) / Double(headSize)))
    }
    for position in 0..<positions {
      for frequency in frequencies {
        let angle = Float(position) * frequency
        cosines.append(cosf(angle))
        sines.append(sinf(angle))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  /// Gives `body` the cosines and the sines, [N, d/2] each.
  func withTables<Result>(_ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Result) -> Result {
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in body(cosines.baseAddress, sines.baseAddress) }
    }
  }
}
