import JSON
import Testing

@testable import DiffusionEngine

/// Schedule, distribution, ranking and random numbers, each against published or reference vectors.
struct SamplingTests {
  @Test func scheduleAgreesWithReference() throws {
    let schedules = try #require(try Fixture.json("schedules.json").array)
    #expect(schedules.count == 13)
    for json in schedules {
      let steps = try json.require("steps", \.integer)
      var left = try json.require("new", \.integer)
      let schedule = Schedule(steps: steps, eps: 1e-3)
      var counts: [Int] = []
      for step in 0..<steps {
        counts.append(schedule.count(step, masks: left))
        left -= counts[step]
      }
      #expect(counts == (try Fixture.integers(json["counts"])), "\(steps) steps")
      #expect(left == 0)
      if let times = json["times"]?.array {
        #expect((0...steps).map { Double(schedule.time($0)) } == times.map { $0.double })
      }
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for step in 0...steps {
        withUnsafeBytes(of: schedule.time(step).bitPattern.littleEndian) { bytes in
          for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
      }
      #expect(String(hash, radix: 16) == (try json.require("times_fnv1a", \.string)), "\(steps) steps")
    }
  }

  /// Logits 2, 1, 0, -1 under temperature, top-p and top-k; values computed apart from this code.
  struct Vector: Sendable {
    let temperature: Double
    let topP: Double?
    let topK: Int?
    let probabilities: [Float]
    let margin: Float
    let negativeEntropy: Float
  }

  static let vectors = [
    Vector(
      temperature: 0, topP: nil, topK: nil, probabilities: [0.643914, 0.236883, 0.087144, 0.032059],
      margin: 0.407031, negativeEntropy: -0.947537),
    Vector(
      temperature: 0, topP: 0.95, topK: nil, probabilities: [0.665241, 0.244728, 0.090031],
      margin: 0.420512, negativeEntropy: -0.832396),
    Vector(
      temperature: 0, topP: 0.9, topK: nil, probabilities: [0.665241, 0.244728, 0.090031],
      margin: 0.420512, negativeEntropy: -0.832396),
    Vector(
      temperature: 0.5, topP: 0.95, topK: nil, probabilities: [0.880797, 0.119203],
      margin: 0.761594, negativeEntropy: -0.365334),
    Vector(
      temperature: 0.2, topP: 0.95, topK: nil, probabilities: [1], margin: 1, negativeEntropy: 0),
    Vector(
      temperature: 1, topP: nil, topK: 2, probabilities: [0.731059, 0.268941],
      margin: 0.462117, negativeEntropy: -0.582203),
    Vector(
      temperature: 1.2, topP: 0.95, topK: nil, probabilities: [0.615963, 0.267696, 0.116340],
      margin: 0.348267, negativeEntropy: -0.901549),
  ]

  @Test(arguments: vectors)
  func distributionAgreesWithVectors(_ vector: Vector) throws {
    let distribution = try #require(
      TokenDistribution(
        [2, 1, 0, -1], temperature: vector.temperature, topP: vector.topP, topK: vector.topK))
    let found = distribution.probabilities.filter { $0.probability > 0 }
    try #require(found.count == vector.probabilities.count)
    for (index, expected) in vector.probabilities.enumerated() {
      #expect(Int(found[index].token) == index)
      #expect(abs(found[index].probability - expected) < 1e-6)
    }
    #expect(abs(distribution.maximum - vector.probabilities[0]) < 1e-6)
    #expect(abs(distribution.margin - vector.margin) < 1e-6)
    #expect(abs(distribution.negativeEntropy - vector.negativeEntropy) < 1e-6)
  }

  @Test func aLoneTokenTiesExactly() throws {
    let one = try #require(TokenDistribution([3, 9, 1], temperature: 0.2, topP: 0.95))
    let other = try #require(TokenDistribution([8.5, 0, 1, 1], temperature: 0.2, topP: 0.95))
    #expect(one.negativeEntropy == 0 && other.negativeEntropy == 0)
    #expect(one.margin == 1 && one.maximum == 1 && other.margin == 1)
  }

  @Test func filtersKeepTiesAndTheBest() throws {
    let tied = try #require(TokenDistribution([1, 4, 4, 2, 4, 0], topK: 2))
    #expect(tied.probabilities.map(\.token) == [1, 2, 4], "equals of the k-th survive")
    #expect(tied.best == 1 && tied.margin == 0)
    let none = try #require(TokenDistribution([1, 4, 2], topP: 0))
    #expect(none.probabilities.map(\.token) == [1])
    let all = try #require(TokenDistribution([1, 4, 2], topP: 1, topK: 50))
    #expect(all.probabilities.count == 3)
    // 300 equal logits: the mass of a prefix decides, the smallest ids stay.
    let flat = try #require(TokenDistribution(ArraySlice([Float](repeating: 2, count: 300)), topP: 0.5))
    #expect(abs(flat.probabilities.count - 151) <= 1)
    #expect(flat.probabilities.map(\.token) == Array(0..<Int32(flat.probabilities.count)))
    let wide = try #require(TokenDistribution([0, -50, -500, 3], topK: 3))
    #expect(wide.probabilities.map(\.token) == [0, 1, 3])
    let banned = try #require(TokenDistribution([1, 4, 2], banned: 1))
    #expect(banned.best == 2)
  }

  @Test func numbersThatAreNoneAreNoticed() {
    #expect(TokenDistribution([1, .nan, 2]) == nil)
    #expect(TokenDistribution([1, .infinity]) == nil)
    #expect(TokenDistribution([-.infinity]) == nil)
    #expect(TokenDistribution([]) == nil)
    #expect(TokenDistribution([1, -.infinity]) != nil)
  }

  @Test func drawsFollowTheProbabilities() throws {
    let distribution = try #require(TokenDistribution([2, 1, -.infinity, 0, -1], temperature: 1))
    #expect(distribution.draw(0).token == 0)
    #expect(distribution.draw(0.6439).token == 0)
    #expect(distribution.draw(0.6440).token == 1)
    #expect(distribution.draw(0.8807).token == 1)
    #expect(distribution.draw(0.8809).token == 3)
    #expect(distribution.draw(1 - 0x1p-53).token == 4)
    #expect(abs(distribution.draw(0.7).probability - 0.236883) < 1e-6)
  }

  private func candidates(_ confidences: [Float]) -> [Ranking.Candidate] {
    confidences.enumerated().map { .init(position: 10 + $0.offset, confidence: $0.element, token: 1) }
  }

  @Test func tiesGoToTheLowestPosition() {
    let ranking = Ranking(surest: 3, of: candidates([-1, 0, -2, 0, 0, 0]))
    #expect(ranking.chosen.map(\.position) == [11, 13, 14])
    #expect(ranking.tieDecided == 3)
    let mixed = Ranking(surest: 2, of: candidates([-1, 0, -1, -1]))
    #expect(mixed.chosen.map(\.position) == [10, 11])
    #expect(mixed.tieDecided == 1)
    #expect(Ranking(surest: 4, of: candidates([0, 0, 0, 0])).tieDecided == 0)
    #expect(Ranking(surest: 9, of: candidates([0, 1])).chosen.count == 2)
  }

  @Test func drawnOrderFollowsTheSoftmax() {
    let stream = SampleKey(task: "t", sample: 0).stream(seed: 1)
    var counts = [0, 0, 0]
    for step in 0..<4000 {
      let ranking = Ranking(drawing: 1, of: candidates([0, -1, -2]), temperature: 1) {
        stream.draws(step: step, position: $0).order
      }
      counts[ranking.chosen[0].position - 10] += 1
    }
    // softmax(0, -1, -2) = 0.665, 0.245, 0.090; four standard deviations of 4000 draws are 0.03.
    for (count, share) in zip(counts, [0.665, 0.245, 0.090]) {
      #expect(abs(Double(count) / 4000 - share) < 0.03)
    }
  }

  /// Known answers of the generator's authors (Random123, kat_vectors).
  @Test func philoxKnownAnswers() {
    #expect(
      Philox.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    #expect(
      Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      Philox.block(
        counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
        key: SIMD2(0xA409_3822, 0x299F_31D0))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }
}
