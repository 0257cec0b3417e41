import Foundation
import JSON
import Testing

@testable import DiffusionEngine

/// AR-ness and the other statistics of a trace, against examples counted by hand.
struct DecodingOrderTests {
  /// Positions from 1 as in the paper; the engine counts from 0.
  private func order(_ positions: [Int]) -> DecodingOrder {
    DecodingOrder(positions: positions.map { $0 - 1 }, length: positions.count)
  }

  /// AR-ness@1, @2, ... in units of one event.
  private func local(_ order: DecodingOrder, _ ks: Int, _ form: DecodingOrder.Form = .ordered) -> [Double] {
    (1...ks).map { (order.localARness($0, form) ?? -1) * Double(order.positions.count) }
  }

  private func global(_ order: DecodingOrder, _ ks: Int) -> [Double] {
    (1...ks).map { (order.globalARness($0) ?? -1) * Double(order.positions.count) }
  }

  @Test func leftToRightIsOne() {
    let order = order(Array(1...6))
    for k in 1...9 {
      #expect(order.localARness(k) == 1 && order.localARness(k, .set) == 1 && order.globalARness(k) == 1)
    }
  }

  /// Steps 1-3 follow the prompt, 4 jumps to the end, 5 returns to the leftmost mask, 6 follows it, 7 skips
  /// one mask, 8 takes that.
  @Test func anOrderWithTwoJumps() {
    let order = order([1, 2, 3, 8, 4, 5, 7, 6])
    #expect(local(order, 3) == [4, 3, 3])
    #expect(local(order, 3, .set) == [4, 3, 3])
    #expect(global(order, 5) == [6, 7, 7, 7, 8])
  }

  /// Here the form with sets grows with k, which the ordered form never does.
  @Test func anOrderWithSwaps() {
    let order = order([2, 1, 3, 4, 8, 7, 5, 6])
    #expect(local(order, 3) == [2, 0, 0])
    #expect(local(order, 3, .set) == [2, 1, 2])
    #expect(global(order, 5) == [5, 6, 7, 8, 8])
  }

  @Test func rightToLeftIsZeroButForTheLast() {
    let order = order([4, 3, 2, 1])
    #expect(order.localARness(1) == 0)
    #expect(order.globalARness(1) == 0.25, "the last mask is the leftmost")
    #expect(DecodingOrder(positions: [], length: 4).localARness(1) == nil)
    #expect(DecodingOrder(positions: [], length: 4).globalARness(1) == nil)
  }

  @Test func theTextEndsAtItsEnd() {
    // Position 3 (the padding) goes first: it disturbs the canvas and not the text.
    let order = DecodingOrder(positions: [3, 0, 1, 2], length: 4)
    #expect(order.localARness(1) == 0.5 && order.globalARness(1) == 0.75)
    #expect(order.before(3).localARness(1) == 1 && order.before(3).globalARness(1) == 1)
  }

  /// A mask that is never revealed stays to the left of all that follow it.
  @Test func masksThatAreLeftCount() {
    let order = DecodingOrder(positions: [1, 2], length: 3)
    #expect(order.globalARness(1) == 0 && order.globalARness(2) == 1)
    #expect(order.localARness(1) == 0.5)
  }

  private static let steps: [Int?] = [0, 2, 0, 1, 3, nil, 4]

  /// Seven positions in five steps; the end token is at index 3.
  private func trace() throws -> GenerationTrace {
    try GenerationTrace(
      JSONValue(
        parsing: Array(
          """
          {"prompt_ids": [7], "ids": [1, 2, 3, 302, 4, 304, 5], "text": "abc", "steps": 6,
           "pieces": ["a", "b", "c", "<|im_end|>", "&<", "", "e"], "commit_step": [0, 2, 0, 1, 3, null, 4],
           "confidence": [0.25, 0.5, 0.75, 1, 1, null, 1], "entropy": [1, 1, 1, 0, 0, null, 0],
           "forward_passes": 5, "tie_decided_share": 0, "end": 3}
          """.utf8)))
  }

  @Test func statisticsOfATrace() throws {
    let trace = try trace()
    #expect(trace.commitStep == Self.steps)
    #expect(trace.order.positions == [2, 0, 3, 1, 4, 6], "surest first inside of step 0")
    let statistics = TraceStatistics(trace)
    #expect(statistics.tokensPerForward == 6.0 / 5)
    #expect(statistics.textTokensPerForward == 3.0 / 5)
    #expect(statistics.tailStepShare == 2.0 / 5, "steps 3 and 4 of 0...4 come behind the end")
    // The text's order is 2, 0, 1: only the last follows its left neighbour.
    #expect(statistics.text.local[0] == 1.0 / 3 && statistics.text.global[0] == 2.0 / 3)
    // The canvas' order is 2, 0, 3, 1, 4, 6: nobody follows its left neighbour; 0, 1 and 4 are leftmost.
    #expect(statistics.canvas.local[0] == 0 && statistics.canvas.global[0] == 3.0 / 6)
  }

  @Test func aTraceSurvivesItsJSON() throws {
    let trace = try trace()
    #expect(try GenerationTrace(trace.json) == trace)
    let svg = TracePicture(trace).svg
    #expect(svg.components(separatedBy: "<rect x=").count == 8 && svg.contains("&amp;&lt;"))
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n") && svg.contains("still masked"))
  }

  @Test(arguments: ["ids", "commit_step", "entropy", "steps", "text", "pieces", "forward_passes"])
  func aDamagedTraceIsNamed(_ field: String) throws {
    guard case .object(var object) = try trace().json else { return }
    object[field] = ["x", .null, .bool(true)]
    let error = try engineError { try GenerationTrace(.object(object)) }
    #expect(error.kind == .malformed && error.message.contains("'\(field)'"), "\(error)")
  }

  @Test func aStepBeyondTheScheduleIsRefused() throws {
    guard case .object(var object) = try trace().json else { return }
    object["commit_step"] = [0, 2, 0, 1, 6, .null, 4]
    #expect(try engineError { try GenerationTrace(.object(object)) }.message.contains("commit_step"))
  }

  /// What a generation records is what the sampler saw.
  @Test(arguments: UnmaskingAlgorithm.allCases)
  func recordsEveryCommit(_ algorithm: UnmaskingAlgorithm) throws {
    let model = try Fixture.model("tiny")
    var options = GenerationTests.options(algorithm, steps: 5)
    options.bansMaskToken = true
    let plain = try model.generate(
      prompt: GenerationTests.prompt, options: options, key: GenerationTests.key)
    options.recordsEntropy = true
    let generation = try model.generate(
      prompt: GenerationTests.prompt, options: options, key: GenerationTests.key)
    #expect(generation.tokens == plain.tokens && generation.commitSteps == plain.commitSteps)
    #expect(plain.commits.allSatisfy { ($0.entropy != nil) == (algorithm == .entropy) })
    #expect(generation.commits.map(\.position).sorted() == Array(5..<17))
    #expect(generation.commits.map(\.step) == generation.commits.map(\.step).sorted())
    for commit in generation.commits {
      #expect(commit.step == generation.commitSteps[commit.position])
      let entropy = try #require(commit.entropy)
      #expect(entropy >= 0 && entropy < 5.8, "320 tokens have at most log 320")
      if algorithm == .entropy { #expect(entropy == -commit.confidence) }
    }
  }
}
