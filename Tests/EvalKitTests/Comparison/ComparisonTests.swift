import JSON
import Statistics
import Testing

@testable import EvalKit

struct ComparisonTests {
  private func compare(
    _ base: RecordedRun, _ new: RecordedRun, ks: [Int]? = nil, allowed: [String] = []
  ) throws -> Comparison {
    try #require(try Comparison.all(base: base, runs: [new], ks: ks, allowed: allowed).first)
  }

  @Test func singleAnswersArePairedByTask() throws {
    let base = MadeUpRun.run("a", ["s": MadeUpRun.answers((20, 5), (9, 0), (0, 2))])
    let new = MadeUpRun.run("b", ["s": MadeUpRun.answers((20, 5), (0, 9), (2, 0))])
    let comparison = try compare(base, new)
    let plus = try #require(comparison.scores.first { $0.half == .plus })
    let outcomes = try #require(plus.scores.outcomes)
    #expect(outcomes == PairedOutcomes(count: 36, lost: 9, gained: 2))
    #expect(plus.scores.p == outcomes.midP && plus.adjustedP == plus.scores.p)
    #expect(plus.base.value == 29.0 / 36 && plus.new.value == 22.0 / 36)
    #expect(plus.isDistinguishable)
    let base1 = try #require(comparison.scores.first { $0.half == .base })
    #expect(base1.scores.difference == 0 && !base1.isDistinguishable)
    let changes = try #require(comparison.changes.first)
    #expect(changes.worse.map(\.task) == (25..<34).map { "s/\($0)" })
    #expect(changes.better.map(\.task) == ["s/34", "s/35"])
    #expect(changes.worse.allSatisfy { $0.baseSample == 0 && $0.newSample == 0 })
  }

  @Test func severalSamplesAreResampledOverTasks() throws {
    let samples = (0..<40).map { task in (0..<8).map { ($0 + task) % 8 < task % 6 + 1 } }
    let fewer = samples.map { $0.enumerated().map { $0.element && $0.offset > 1 } }
    let comparison = try compare(
      MadeUpRun.run("a", ["s": samples]), MadeUpRun.run("b", ["s": fewer]), ks: [1, 4])
    #expect(comparison.scores.map(\.k) == [1, 1, 4, 4])
    for score in comparison.scores where score.half == .plus {
      #expect(score.scores.outcomes == nil && score.scores.test == "sign flips")
      #expect(score.scores.intervalMethod == "bootstrap, widened")
      #expect(score.isDistinguishable && score.scores.interval(tail: 0.025).upperBound < 0)
    }
    let again = try compare(MadeUpRun.run("a", ["s": samples]), MadeUpRun.run("b", ["s": fewer]), ks: [1, 4])
    #expect(Comparison.document(of: [again]) == Comparison.document(of: [comparison]))
    let most = try #require(comparison.changes.first?.worse)
    #expect(zip(most, most.dropFirst()).allSatisfy { $0.difference <= $1.difference })
    // A sample that shows the drop: right before, wrong now.
    for change in most {
      let index = try #require(Int(change.task.dropFirst(2)))
      #expect(samples[index][try #require(change.baseSample)])
      #expect(!fewer[index][try #require(change.newSample)])
    }
  }

  @Test func holmCoversSuitesAndRuns() throws {
    let base = MadeUpRun.run("a", ["s": MadeUpRun.answers((30, 0)), "t": MadeUpRun.answers((30, 0))])
    let one = MadeUpRun.run("b", ["s": MadeUpRun.answers((24, 6)), "t": MadeUpRun.answers((29, 1))])
    let two = MadeUpRun.run("c", ["s": MadeUpRun.answers((20, 10)), "t": MadeUpRun.answers((30, 0))])
    let comparisons = try Comparison.all(base: base, runs: [one, two])
    let plus = comparisons.flatMap(\.scores).filter { $0.half == .plus }
    #expect(plus.map(\.adjustedP) == holmAdjusted(plus.map(\.scores.p)))
    #expect(plus.count == 4 && plus[0].adjustedP > plus[0].scores.p)
  }

  @Test func theOnlySampleDecidesWhetherMcNemarApplies() throws {
    let base = MadeUpRun.run("a", ["s": [[true], [true, false], []]])
    let new = MadeUpRun.run("b", ["s": [[true], [false, false], [true]]])
    let score = try #require(try compare(base, new).scores.last)
    #expect(score.scores.outcomes == nil && score.scores.test == "sign flips, all")
    #expect(score.scores.difference == 0.5 / 3)
  }

  @Test func tooLargeKAndNothingInCommonAreNamed() throws {
    let base = MadeUpRun.run("a", ["s": MadeUpRun.answers((3, 0))])
    let usage = #expect(throws: EvalKitError.self) { try compare(base, base, ks: [5]) }
    #expect(usage?.code == .usage && usage?.message == "pass@5 of s cannot be compared")
    let other = #expect(throws: EvalKitError.self) {
      try compare(base, MadeUpRun.run("b", ["t": MadeUpRun.answers((3, 0))]), allowed: ["benchmarks"])
    }
    #expect(other?.message.contains("no task in common") == true)
  }

  @Test(arguments: [
    "benchmarks.s.sha256", "source.sampler.steps", "source.prompt_style", "scoring.semantics",
    "source.something_new", "scoring.sandbox.insecure",
  ])
  func decisiveKeysAreRefusedByName(key: String) throws {
    let tasks = ["s": MadeUpRun.answers((3, 1))]
    let base = MadeUpRun.run("a", tasks)
    var changes: [String: JSONValue] = [key: "other"]
    if key.hasPrefix("benchmarks") {
      changes = ["benchmarks": [["name": "s", "sha256": "other", "tasks": "all"]]]
    }
    let new = MadeUpRun.run("b", tasks, changes: changes)
    let error = #expect(throws: EvalKitError.self) { try compare(base, new) }
    #expect(error?.message.contains("'\(key)'") == true)
    #expect(error?.hint?.hasSuffix("--allow-different \(key)") == true)
    let allowed = try compare(base, new, allowed: [key])
    #expect(allowed.differences.map(\.key) == [key] && allowed.differences.allSatisfy(\.isDecisive))
    let parent = key.split(separator: ".").dropLast().joined(separator: ".")
    #expect(try compare(base, new, allowed: [parent]).differences.count == 1)
    #expect(throws: EvalKitError.self) { try compare(base, new, allowed: [String(key.dropLast())]) }
  }

  @Test func whatIsComparedMayDiffer() throws {
    let tasks = ["s": MadeUpRun.answers((3, 1))]
    let changes: [String: JSONValue] = [
      "source.sha256": "n", "source.precision": "int8", "source.sampler.seed": "1", "evalkit": "0.2.0",
      "scoring.python": "3.12.1", "scoring.sandbox.tier": "reduced",
    ]
    let comparison = try compare(MadeUpRun.run("a", tasks), MadeUpRun.run("b", tasks, changes: changes))
    #expect(Set(comparison.differences.map(\.key)) == Set(changes.keys))
    #expect(!comparison.differences.contains { $0.isDecisive })
  }

  @Test func anotherKindOfSourceIsOneDifference() throws {
    let tasks = ["s": MadeUpRun.answers((3, 1))]
    let new = MadeUpRun.run("b", tasks, changes: ["source": ["kind": "samples", "sha256": "x"]])
    let comparison = try compare(MadeUpRun.run("a", tasks), new, allowed: ["source.kind"])
    #expect(comparison.differences.map(\.key) == ["source.kind"])
  }

  @Test func trendsKeepTheOrderAndNameWhatChanged() throws {
    let runs = [
      MadeUpRun.run("a", ["s": MadeUpRun.answers((3, 1))]),
      MadeUpRun.run("b<&", ["s": MadeUpRun.answers((2, 2))], changes: ["source.sampler.steps": 256]),
    ]
    let trend = try Trend(over: runs)
    #expect(trend.points.map(\.estimate.value) == [0.75, 0.5])
    #expect(trend.points.map(\.changedKeys) == [[], ["source.sampler.steps"]])
    let svg = TrendPicture(trend).svg
    #expect(svg.contains("* b&lt;&amp;") && !svg.contains("b<&"))
    #expect(throws: EvalKitError.self) { try Trend(over: runs, k: 2) }
    #expect(throws: EvalKitError.self) { try Trend(over: runs, benchmark: "t") }
  }
}

struct LineDiffTests {
  @Test func replacedLinesStandBesideEachOther() {
    let rows = LineDiff("a\nb\nc\n", "a\nx\ny\nc\n").rows
    #expect(rows.map(\.left) == ["a", "b", nil, "c"])
    #expect(rows.map(\.right) == ["a", "x", "y", "c"])
  }

  /// Each side of any difference is the whole text again.
  @Test func nothingIsLost() {
    let random = CounterRandom(seed: 1, stream: 1)
    for round in 0..<200 {
      func text(_ offset: Int) -> [String] {
        (0..<random.integer(round * 100 + offset, below: 12)).map {
          "\(random.integer(round * 100 + offset + 1 + $0, below: 4))"
        }
      }
      let (left, right) = (text(0), text(50))
      let rows = LineDiff(left.joined(separator: "\n"), right.joined(separator: "\n")).rows
      #expect(rows.compactMap(\.left) == left && rows.compactMap(\.right) == right)
    }
  }

  @Test func onlyTheSurroundingsAreKept() {
    let lines = (0..<40).map { "\($0)" }
    var changed = lines
    changed[20] = "x"
    let excerpt = LineDiff(lines.joined(separator: "\n"), changed.joined(separator: "\n")).excerpt(context: 2)
    #expect(excerpt.count == 7 && excerpt.first == .some(nil) && excerpt.last == .some(nil))
    #expect(LineDiff("a\nb", "a\nb\n").rows.allSatisfy { $0.isCommon })
  }
}

struct NumberTextTests {
  @Test func pointsHaveASign() {
    #expect(points(0.018) == "+1.8" && points(-0.0031) == "-0.3" && points(-0.0001) == "0.0")
  }

  @Test(arguments: [
    (1.0, "1"), (0.6875, "0.69"), (0.05, "0.050"), (0.0123, "0.012"), (0.00123, "0.0012"), (1e-9, "<0.0001"),
  ])
  func probabilitiesHaveTwoDigits(p: Double, text: String) {
    #expect(probability(p) == text)
  }
}
