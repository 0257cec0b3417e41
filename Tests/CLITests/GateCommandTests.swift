import Foundation
import JSON
import Testing

/// `evalkit gate` on baselines written by hand: what CI sees of it.
struct GateCommandTests {
  @Test(arguments: [(1000, 0, "pass"), (900, 1, "fail")])
  func theExitCodeIsTheAnswer(right: Int, code: Int, decision: String) async throws {
    try await Scratch.withFolder { folder in
      try await WrittenRun.answers(right: 1000, wrong: 140).writeBaseline(to: "\(folder)/base")
      try WrittenRun.answers(right: right, wrong: 1140 - right).write(to: "\(folder)/new")
      let result = try await Binary.run(["gate", "--baseline", "base", "--run", "new"], directory: folder)
      #expect(result.code == code, "\(result.error)")
      #expect(result.output.hasSuffix("gate: \(decision)\n"))
      #expect(result.error.isEmpty)
    }
  }

  @Test func ciIsTold() async throws {
    try await Scratch.withFolder { folder in
      try await WrittenRun.answers(right: 30, wrong: 10).writeBaseline(to: "\(folder)/base")
      try WrittenRun.answers(right: 29, wrong: 11).write(to: "\(folder)/new")
      try "before\n".write(toFile: "\(folder)/summary.md", atomically: true, encoding: .utf8)
      let result = try await Binary.run(
        ["gate", "--baseline", "base", "--run", "new", "--json", "--junit", "g.xml", "--markdown", "g.md"],
        environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "\(folder)/summary.md"],
        directory: folder)
      #expect(result.code == 4)
      let json = try result.json()
      #expect(json["decision"] == "cannot tell" && json["schema_version"] == 1)
      #expect(json["checks"]?.array?.map { $0["decision"]?.string } == ["pass", "pass", "cannot tell"])
      #expect(result.error.hasPrefix("::warning title=evalkit gate%3A score%3A cannot tell::changed by"))
      let summary = Scratch.lines("\(folder)/summary.md")
      #expect(summary.first == "before" && summary[1].contains("cannot tell"))
      #expect(Scratch.lines("\(folder)/g.md").first == summary[1])
      let junit = Scratch.lines("\(folder)/g.xml")
      #expect(junit.contains { $0.contains("tests=\"3\" failures=\"0\" errors=\"1\"") })
      // A larger margin is one that forty tasks can show.
      let wide = try await Binary.run(
        ["gate", "--baseline", "base", "--run", "new", "--max-drop", "20pp"], directory: folder)
      #expect(wide.code == 0, "\(wide.output)")
    }
  }

  @Test func exactModeDemandsTheSameTokens() async throws {
    try await Scratch.withFolder { folder in
      var run = WrittenRun.answers(right: 3, wrong: 1)
      try await run.writeBaseline(to: "\(folder)/base", mode: "tokens")
      try run.write(to: "\(folder)/same")
      run.tokens = { $0 == 2 ? "another" : "\($0)" }
      try run.write(to: "\(folder)/other")
      let same = try await Binary.run(["gate", "--baseline", "base", "--run", "same"], directory: folder)
      #expect(same.code == 0 && same.output.contains("the tokens of all 4 samples are the same"))
      let other = try await Binary.run(["gate", "--baseline", "base", "--run", "other"], directory: folder)
      #expect(other.code == 1)
      #expect(other.output.contains("the tokens of 1 of 4 samples differ: HumanEval/2 #0"), "\(other.output)")
      let rows = try String(contentsOfFile: "\(folder)/other/samples.jsonl", encoding: .utf8)
      try rows.replacingOccurrences(of: "tokens_sha256", with: "tokens").write(
        toFile: "\(folder)/other/samples.jsonl", atomically: true, encoding: .utf8)
      let older = try await Binary.run(["gate", "--baseline", "base", "--run", "other"], directory: folder)
      #expect(older.code == 2 && older.error.contains("has no tokens_sha256"), "\(older.error)")
    }
  }

  @Test func faultsAndMissingTasksFailClosed() async throws {
    try await Scratch.withFolder { folder in
      try await WrittenRun.answers(right: 3, wrong: 1).writeBaseline(to: "\(folder)/base")
      var faulty = WrittenRun.answers(right: 3, wrong: 1)
      faulty.isComplete = false
      try faulty.write(to: "\(folder)/faulty")
      try WrittenRun.answers(right: 3, wrong: 0).write(to: "\(folder)/fewer")
      for (name, says) in [
        ("faulty", "1 samples have no verdict"), ("fewer", "tasks are missing: HumanEval/3"),
      ] {
        let result = try await Binary.run(
          ["gate", "--baseline", "base", "--run", name, "--max-drop", "99pp"], directory: folder)
        #expect(result.code == 1 && result.output.contains(says), "\(result.output)")
      }
    }
  }

  @Test func mistakesAreNamed() async throws {
    try await Scratch.withFolder { folder in
      try await WrittenRun.answers(right: 3, wrong: 1).writeBaseline(to: "\(folder)/base")
      try WrittenRun.answers(right: 3, wrong: 1).write(to: "\(folder)/run")
      func gate(_ arguments: String...) async throws -> Binary.Result {
        try await Binary.run(["gate"] + arguments, directory: folder)
      }
      let plain = try await gate("--baseline", "run", "--run", "run")
      #expect(plain.code == 2 && plain.error.contains("evalkit gate init RUN --baseline run"))
      let bad = try await gate("--baseline", "base", "--run", "run", "--max-drop", "x")
      #expect(bad.code == 64 && bad.error.contains("2.0pp"))
      let nothing = try await gate("--baseline", "base")
      #expect(nothing.code == 64 && nothing.error.contains("--run"))
      try "{}".write(toFile: "\(folder)/base/samples.jsonl", atomically: true, encoding: .utf8)
      let edited = try await gate("--baseline", "base", "--run", "run")
      #expect(edited.code == 2 && edited.error.contains("samples.jsonl was changed"), "\(edited.error)")
    }
  }

  @Test func simulationTellsWhatTheRuleWillDo() async throws {
    let command = ["--repetitions", "200", "--discordance", "0.1", "--max-drop", "5pp"]
    let result = try await Binary.run(
      ["gate", "--simulate", "humaneval+", "humaneval+,mbpp+", "1140"] + command)
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output.contains("| humaneval+,mbpp+ |   542 |"))
    let json = try await Binary.run(["gate", "simulate", "humaneval+,1140", "--json", "-n", "2"] + command)
      .json()
    let row = try #require(json["rows"]?.array?.first)
    #expect(row["tasks"] == 1304 && (row["unchanged"]?["fail"]?.double ?? 1) < 0.05)
    let unknown = try await Binary.run(["gate", "simulate", "humaneval"])
    #expect(unknown.code == 64 && unknown.error.contains("did you mean humaneval+"))
  }
}
