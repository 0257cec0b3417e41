/// Philox4x32-10, a random number generator without state: each counter has its own four words.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC11); vectors from its
/// reference implementation are in the tests.
enum Philox {
  static func block(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let even = (0xD251_1F53 as UInt32).multipliedFullWidth(by: counter.x)
      let odd = (0xCD9E_8D57 as UInt32).multipliedFullWidth(by: counter.z)
      counter = SIMD4(
        odd.high ^ counter.y ^ key.x, odd.low, even.high ^ counter.w ^ key.y, even.low)
    }
    return counter
  }
}
