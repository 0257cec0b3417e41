import Foundation
import JSON
import Testing

/// `evalkit compare` on runs written by hand.
struct CompareTests {
  @Test func differencesAreSaidAndShown() async throws {
    try await Scratch.withFolder { folder in
      try WrittenRun.answers(right: 30, wrong: 10).write(to: "\(folder)/a")
      try WrittenRun.answers(right: 18, wrong: 22).write(to: "\(folder)/b")
      let result = try await Binary.run(["compare", "a", "b", "--diff"], directory: folder)
      #expect(result.code == 0, "\(result.error)")
      #expect(result.output.contains("humaneval+ plus pass@1: new is worse"))
      #expect(result.output.contains("12 newly failing: HumanEval/18, HumanEval/19"))
      #expect(!result.output.contains("newly passing"))
      #expect(result.output.contains("HumanEval/18: base passed, new failed"))
      #expect(result.output.split(separator: "\n").contains { $0.contains("return 1") && $0.contains("| ") })
      // What a program wrote does not reach the terminal as it is.
      #expect(!result.output.contains("\u{1B}"))

      let same = try await Binary.run(["compare", "a", "a/"], directory: folder)
      #expect(same.code == 0 && same.output.contains("no task changed"))
    }
  }

  @Test func chanceIsCalledChance() async throws {
    try await Scratch.withFolder { folder in
      try WrittenRun.answers(right: 30, wrong: 10).write(to: "\(folder)/a")
      try WrittenRun.answers(right: 28, wrong: 12).write(to: "\(folder)/b")
      let result = try await Binary.run(["compare", "a", "b"], directory: folder)
      #expect(result.output.contains("humaneval+ plus pass@1: not distinguishable"))
      let json = try await Binary.run(["compare", "a", "b", "--json", "--diff"], directory: folder).json()
      #expect(json["schema"] == "evalkit.comparison" && json["schema_version"] == 1)
      let comparison = try #require(json["comparisons"]?.array?.first)
      let plus = try #require(comparison["scores"]?.array?.last)
      #expect(plus["tests"] == "plus" && plus["lost"] == 2 && plus["gained"] == 0)
      #expect(plus["distinguishable"] == false && plus["p"]?.double == 0.25)
      let change = try #require(comparison["changes"]?.array?.first?["worse"]?.array?.first)
      #expect(
        change["task_id"] == "HumanEval/28" && change["new_program"]?.string?.contains("return 2") == true)
    }
  }

  @Test func otherSamplersAreRefusedUnlessAllowed() async throws {
    try await Scratch.withFolder { folder in
      var other = WrittenRun.answers(right: 3, wrong: 1)
      try other.write(to: "\(folder)/a")
      other.steps = 256
      try other.write(to: "\(folder)/b")
      let refused = try await Binary.run(["compare", "a", "b"], directory: folder)
      #expect(refused.code == 2 && refused.output.isEmpty)
      #expect(refused.error.contains("'source.sampler.steps'"))
      #expect(refused.error.contains("base has 512, new has 256"))
      let allowed = try await Binary.run(
        ["compare", "a", "b", "--allow-different", "source.sampler"], directory: folder)
      #expect(allowed.code == 0 && allowed.output.contains("source.sampler.steps (allowed)"))
    }
  }

  @Test func trendsArePlotted() async throws {
    try await Scratch.withFolder { folder in
      for right in [10, 20, 30] {
        try WrittenRun.answers(right: right, wrong: 40 - right).write(to: "\(folder)/r\(right)")
      }
      let runs = ["compare", "--trend", "r10", "r20", "r30"]
      let result = try await Binary.run(runs + ["-o", "trend.svg"], directory: folder)
      #expect(result.code == 0 && result.output.contains("humaneval+ base + plus, pass@1"), "\(result.error)")
      let columns = result.output.split(separator: "\n").compactMap { line in
        line.hasPrefix("r")
          ? line.firstIndex(of: "o").map { line.distance(from: line.startIndex, to: $0) } : nil
      }
      #expect(columns.count == 3 && columns == columns.sorted() && Set(columns).count == 3)
      let svg = String(decoding: try #require(Scratch.bytes("\(folder)/trend.svg")), as: UTF8.self)
      #expect(svg.hasPrefix("<svg") && svg.contains("r30: 75.0 %"))
      let json = try await Binary.run(runs + ["--json"], directory: folder).json()
      #expect(json["points"]?.array?.compactMap { $0["value"]?.double } == [0.25, 0.5, 0.75])
    }
  }

  @Test func newerDamagedAndUnfinishedRunsAreNamed() async throws {
    try await Scratch.withFolder { folder in
      try WrittenRun.answers(right: 3, wrong: 1).write(to: "\(folder)/a")
      var newer = WrittenRun.answers(right: 3, wrong: 1)
      newer.schema = 2
      try newer.write(to: "\(folder)/newer")
      try newer.write(to: "\(folder)/begun")
      try FileManager.default.removeItem(atPath: "\(folder)/begun/report.json")
      try newer.write(to: "\(folder)/torn")
      try "{\"schema\": \"evalk".write(
        toFile: "\(folder)/torn/report.json", atomically: true, encoding: .utf8)
      try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
      let says = [
        ("newer", "written by a newer evalkit"), ("begun", "is not finished"), ("torn", "is damaged"),
        ("empty", "is no run"), ("nowhere", "there is no run"),
      ]
      for (name, text) in says {
        let result = try await Binary.run(["compare", "a", name], directory: folder)
        #expect(result.code == 2 && result.error.contains(text), "\(result.error)")
        #expect(result.error.contains(name) && result.output.isEmpty)
      }
    }
  }
}
