import Foundation
import Testing

@testable import DiffusionEngine

/// The fused sweeps over a vocabulary against plain loops in double precision.
struct LogitRowTests {
  /// Sizes with and without a rest of eight; spreads from flat to one token that takes everything.
  static let cases: [(count: Int, spread: Float)] = [
    (1, 1), (7, 2), (8, 2), (9, 40), (513, 0.001), (1000, 3), (4099, 12), (4099, 300),
  ]

  private func logits(_ count: Int, _ spread: Float) -> [Float] {
    let stream = SampleKey(task: "row", sample: count).stream(seed: 3)
    return (0..<count).map { Float(stream.draws(step: 0, position: $0).token - 0.5) * spread + 5 }
  }

  private func close(_ found: Float, _ expected: Double, _ error: Double = 3e-6) -> Bool {
    abs(Double(found) - expected) <= error * max(1, abs(expected))
  }

  @Test(arguments: cases, [0, 0.2, 1.3])
  func agreesWithPlainLoops(_ size: (count: Int, spread: Float), _ temperature: Double) throws {
    let logits = logits(size.count, size.spread)
    let scores = logits.map { Double(temperature > 0 ? $0 / Float(temperature) : $0) }
    let top = try #require(scores.max())
    let sum = scores.reduce(0) { $0 + exp($1 - top) }
    let probabilities = scores.map { exp($0 - top) / sum }
    let sorted = probabilities.sorted(by: >)

    let row = try #require(LogitRow(logits[...], temperature: temperature, banned: nil))
    #expect(Double(row.top) == top)
    #expect(abs(log(row.sum) - log(sum)) < 1e-6)
    let distribution = try #require(TokenDistribution(logits[...], temperature: temperature))
    #expect(Int(distribution.best) == scores.firstIndex(of: top))
    #expect(close(distribution.maximum, sorted[0]))
    #expect(close(distribution.margin, sorted[0] - (sorted.count > 1 ? sorted[1] : 0)))
    let entropy = probabilities.reduce(0) { $0 + $1 * log($1 + 1e-10) }
    #expect(close(distribution.negativeEntropy, entropy, 1e-5))
  }

  /// Tests/Kernels/check-exponentials.sh tries every number.
  @Test func weightsAreExponentials() throws {
    func weight(_ score: Float) throws -> Float {
      try #require(LogitRow([0, score], temperature: 0, banned: nil)).token(at: 1, .none).weight
    }
    for bits in stride(from: Float(-0x1p-30).bitPattern, through: Float(-87).bitPattern, by: 20_011) {
      let score = Float(bitPattern: bits)
      let error = try abs(Double(weight(score)) / exp(Double(score)) - 1)
      try #require(error < 0x1p-23 * 0.66, "e^\(score)")
    }
    #expect(try weight(0) == 1)
    // Nothing is left: the last token with a weight is the first.
    #expect(try weight(-87.1) == 1 && weight(-.infinity) == 1)
  }

  /// Top-p by sorting everything, as the reference does.
  @Test(arguments: cases, [0.1, 0.5, 0.95, 0.999])
  func theNucleusIsThatOfASort(_ size: (count: Int, spread: Float), _ topP: Double) throws {
    let logits = logits(size.count, size.spread)
    let row = try #require(LogitRow(logits[...], temperature: 0, banned: nil))
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    var mass = 0.0
    var expected: [Int32] = []
    for token in order {
      expected.append(Int32(token))
      mass += Double(exp(logits[token] - row.top)) / row.sum
      if Float(mass) > Float(topP) { break }
    }
    let found = try #require(TokenDistribution(logits[...], topP: topP)).probabilities.map(\.token)
    // Sums in another order may place the crossing one token further.
    #expect(Set(found).symmetricDifference(expected).count <= 1)
    #expect(found == found.sorted() && abs(found.count - expected.count) <= 1)
  }

  @Test func theTwoLargestMayShareALane() throws {
    for (first, second) in [(0, 8), (3, 4), (16, 2), (9, 1), (15, 17)] {
      var logits = [Float](repeating: -1, count: 18)
      logits[first] = 4
      logits[second] = 3
      let row = try #require(LogitRow(logits[...], temperature: 0, banned: nil))
      #expect(row.top == 4 && row.second == 3)
    }
    let equal = try #require(LogitRow([2, 2, 1], temperature: 0, banned: nil))
    #expect(equal.top == 2 && equal.second == 2 && equal.best == 0)
  }

  /// A slice that does not begin at 0, and a NaN at every place.
  @Test func placesAreThoseOfTheSlice() throws {
    let logits = logits(50, 4)
    let slice = ([9, 9, 9] + logits + [9])[3..<53]
    let whole = try #require(TokenDistribution(logits[...], temperature: 1))
    let part = try #require(TokenDistribution(slice, temperature: 1))
    #expect(whole.best == part.best && whole.draw(0.7).token == part.draw(0.7).token)
    for place in 0..<19 {
      var damaged = [Float](repeating: 1, count: 19)
      damaged[place] = .nan
      #expect(LogitRow(damaged[...], temperature: 0, banned: nil) == nil)
      let banned = try #require(LogitRow(damaged[...], temperature: 0, banned: Int32(place)))
      #expect(abs(banned.sum - 18) < 1e-6)
    }
  }
}
