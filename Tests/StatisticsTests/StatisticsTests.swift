import Testing

@testable import Statistics

struct StatisticsTests {
  /// The first outputs for the state 1234567, as published with the algorithm.
  @Test func countsAsSplitMix64() {
    let random = CounterRandom(state: 1_234_567)
    let published: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(published.indices.map { random[$0] } == published)
  }

  @Test func streamsAndSeedsAreApart() {
    var seen: Set<UInt64> = []
    for seed in 0..<20 {
      for stream in 0..<20 {
        let random = CounterRandom(seed: UInt64(seed), stream: UInt64(stream))
        for position in 0..<20 { seen.insert(random[position]) }
      }
    }
    #expect(seen.count == 8000)
    let random = CounterRandom(seed: 1, stream: 2)
    let draws = (0..<60_000).map { random.integer($0, below: 6) }
    for face in 0..<6 { #expect(abs(draws.count { $0 == face } - 10_000) < 500) }
  }

  /// The masses of a small coin from Pascal's triangle, and of any coin by their sum.
  @Test func coinsAreFair() {
    for n in 0...40 {
      var row = 1.0
      for k in 0...n {
        #expect(abs(FairCoin(tosses: n).mass(k) / (row / Double(1 << n)) - 1) < 1e-13, "\(n) \(k)")
        row *= Double(n - k) / Double(k + 1)
      }
    }
    for n in [17, 1000, 99_999] {
      let coin = FairCoin(tosses: n)
      #expect(abs((0...n).reduce(0) { $0 + coin.mass($1) } - 1) < 1e-12)
      #expect(coin.lowerTail(n) == 1 && coin.lowerTail(-1) == 0)
      #expect(abs(coin.lowerTail(n / 2) + coin.lowerTail(n - n / 2 - 1) - 1) < 1e-14)
    }
  }

  /// The splits that a 5 % test needs, from a table of McNemar's test.
  @Test(arguments: [(5, 0, false), (6, 0, true), (15, 5, true), (14, 6, false), (39, 21, true)])
  func neededSplits(b: Int, c: Int, significant: Bool) {
    #expect((PairedOutcomes(count: 164, lost: b, gained: c).exactP < 0.05) == significant)
  }

  @Test func intervalsMirrorAndKeepAWidth() {
    for (b, c) in [(0, 0), (3, 9), (0, 5), (40, 40)] {
      let one = PairedOutcomes(count: 100, lost: b, gained: c).interval(tail: 0.025)
      let other = PairedOutcomes(count: 100, lost: c, gained: b).interval(tail: 0.025)
      #expect(abs(one.lowerBound + other.upperBound) < 1e-12 && one.upperBound > one.lowerBound + 0.01)
    }
    // Without any discordant pair the score interval is ± z² / (n + z²).
    let empty = PairedOutcomes(count: 164, lost: 0, gained: 0).interval(tail: 0.025)
    #expect(abs(empty.upperBound - 3.841459 / 167.841459) < 1e-7)
    let whole = PairedOutcomes(count: 1, lost: 1, gained: 0).interval(tail: 0.025)
    #expect(whole.lowerBound == -1)
  }

  /// Percentage points for power 0.8 at the sizes of the benchmarks, as published tables have them.
  @Test(arguments: [
    (164, 0.05, 0.025, 4.9), (378, 0.10, 0.025, 4.5), (542, 0.20, 0.025, 5.4), (1140, 0.10, 0.01, 3.0),
    (1682, 0.05, 0.05, 1.4),
  ])
  func detectableDifferences(count: Int, discordance: Double, tail: Double, points: Double) throws {
    let found = PairedPower(count: count, discordance: discordance).detectableDifference(tail: tail)
    #expect(abs(try #require(found) * 100 - points) < 0.051)
  }

  @Test func whatNoTestCanSeeIsNil() {
    #expect(PairedPower(count: 164, discordance: 0.05).detectableDifference(tail: 0.01) == nil)
    #expect(PairedPower(count: 164, discordance: 0).detectableDifference(tail: 0.01) == nil)
  }

  @Test func signFlipsOfSingleAnswersAreMcNemar() {
    let flips = SignFlips(Array(repeating: -1, count: 9) + Array(repeating: 1, count: 3) + [0, 0])
    let pairs = PairedOutcomes(count: 14, lost: 9, gained: 3)
    #expect(flips.isExhaustive && abs(flips.p - pairs.exactP) < 1e-12)
    #expect(SignFlips([]).p == 1 && SignFlips([0, 0]).worseP == 1)
  }

  @Test func equalDifferencesHaveNoBootstrapInterval() {
    let same = PairedBootstrap(strata: [[0, 0, 0], []], resamples: 10)
    #expect(same.correctedInterval(tail: 0.025) == nil && same.mean == 0)
    #expect(same.interval(tail: 0.025) == 0...0)
  }

  /// Where no task differs, the widened interval is about as wide as the one of single answers.
  @Test func severalSamplesAlwaysHaveAWidth() {
    let zero = PairedScores(strata: [Array(repeating: 0, count: 164)], isSingle: false)
    let interval = zero.interval(tail: 0.025)
    #expect(interval.contains(0) && (0.01...0.03).contains(interval.upperBound) && zero.p == 1)
    #expect(zero.detectableDifference() == nil)
    let some = PairedScores(strata: [(0..<100).map { $0 % 2 == 0 ? 0.1 : -0.1 }], isSingle: false)
    #expect(abs((some.detectableDifference() ?? 0) - 2.801585 * 0.01) < 1e-6)
    let all = PairedScores(strata: [Array(repeating: 1, count: 20), [1]], isSingle: false)
    #expect(all.interval(tail: 0.025).upperBound == 1 && all.interval(tail: 0.025).lowerBound > 0.7)
  }

  @Test func theSameSeedGivesTheSameInterval() {
    let values = (1...30).map { 1 / Double($0) - 0.1 }
    let first = PairedBootstrap(strata: [values], resamples: 500, seed: 3)
    #expect(
      first.interval(tail: 0.025)
        == PairedBootstrap(strata: [values], resamples: 500, seed: 3).interval(tail: 0.025))
    #expect(
      first.interval(tail: 0.025)
        != PairedBootstrap(strata: [values], resamples: 500, seed: 4).interval(tail: 0.025))
  }
}
