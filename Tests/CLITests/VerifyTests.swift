import Foundation
import JSON
import Testing

/// `evalkit verify` and baselines on a real run.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set"))
struct VerifyTests {
  private func run(_ folder: String) async throws {
    let result = try await Binary.run([
      "run", "humaneval+", "mbpp+", "--model", "canonical", "--limit", "2", "-n", "2", "--output", folder,
      "-q",
    ])
    #expect(result.code == 0, "\(result.error)")
  }

  private func edit(_ file: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let range = try #require(text.range(of: old), "\(file) has no \(old)")
    try text.replacingCharacters(in: range, with: new).write(toFile: file, atomically: true, encoding: .utf8)
  }

  @Test func aFinishedRunHoldsAndEveryEditIsFound() async throws {
    try await Scratch.withFolder { folder in
      try await run("\(folder)/run")
      let whole = try await Binary.run(["verify", "run", "--json"], directory: folder)
      #expect(whole.code == 0, "\(whole.output)")
      let checks = try #require(try whole.json()["checks"]?.array)
      #expect(checks.map { $0["outcome"]?.string } == Array(repeating: "holds", count: 5))
      let sums = try await Binary.run(
        ["--check", "--quiet", "SHA256SUMS"], executable: "/usr/bin/sha256sum", directory: "\(folder)/run")
      #expect(sums.code == 0, "\(sums.error)")

      // With the checksums every byte counts, without them every number does.
      let edits: [(file: String, old: String, new: String, says: String)] = [
        ("samples.jsonl", "return", "retorn", ""),
        ("verdicts.jsonl", "\"status\":\"pass\"", "\"status\":\"fail\"", "pass_at_k[0]"),
        ("verdicts.jsonl", "\"sample\":1", "\"sample\":0", "occurs twice"),
        ("verdicts.jsonl", "\"sample\":1", "\"sample\":7", "is no sample of the run"),
        ("verdicts.jsonl", "{\"task_id\"", "{\"task_id", "damaged in line 1"),
        ("report.json", "\"plus_passed\": 2", "\"plus_passed\": 1", "plus_passed"),
        ("report.json", "\"value\": 1.0", "\"value\": 0.5", "pass_at_k[0].base.value"),
        ("report.json", "\"complete\": true", "\"complete\": false", "complete"),
        (
          "report.json", "\"task_id\": \"HumanEval/1\"", "\"task_id\": \"HumanEval/9\"",
          "results of humaneval+"
        ),
        (
          "identity.json", "\"samples_per_task\": 2", "\"samples_per_task\": 3",
          "identity.source.samples_per_task"
        ),
        ("identity.json", "\"md5\": \"", "\"md5\": \"0", "md5"),
      ]
      for edit in edits {
        let copy = "\(folder)/copy"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: "\(folder)/run", toPath: copy)
        try self.edit("\(copy)/\(edit.file)", edit.old, edit.new)
        let found = try await Binary.run(["verify", copy, "--json"])
        #expect(found.code == 1)
        let first = try #require(try found.json()["first_difference"]?.string)
        #expect(first.hasPrefix("\(edit.file) was changed"), "\(first)")
        if edit.says.isEmpty { continue }
        // As runs were before there were checksums.
        try FileManager.default.removeItem(atPath: "\(copy)/SHA256SUMS")
        try self.edit("\(copy)/report.json", "  \"checksums\": \"SHA256SUMS\",\n", "")
        let counted = try await Binary.run(["verify", copy])
        #expect(counted.code == 1 && counted.output.contains(edit.says), "\(edit) \(counted.output)")
      }
    }
  }

  @Test func tornUnfinishedAndNewerRunsAreNotVerified() async throws {
    try await Scratch.withFolder { folder in
      let path = "\(folder)/run"
      try await run(path)
      try FileManager.default.removeItem(atPath: "\(path)/SHA256SUMS")
      let unfinished = try await Binary.run(["verify", path])
      #expect(unfinished.code == 1 && unfinished.output.contains("SHA256SUMS is missing"))
      // The same command again finishes it.
      try await run(path)
      #expect(try await Binary.run(["verify", path]).code == 0)
      let bytes = try #require(Scratch.bytes("\(path)/verdicts.jsonl"))
      try bytes.dropLast(7).write(to: URL(fileURLWithPath: "\(path)/verdicts.jsonl"))
      let torn = try await Binary.run(["verify", path])
      #expect(torn.code == 1 && torn.output.contains("ends in the middle of a line"))
      try edit("\(path)/report.json", "\"schema_version\": 1", "\"schema_version\": 2")
      let newer = try await Binary.run(["verify", path])
      #expect(newer.code == 2 && newer.error.contains("written by a newer evalkit"))
      #expect(newer.error.contains("reads up to 1"))
    }
  }

  @Test func aBaselineIsAWholeRunWithItsCommand() async throws {
    try await Scratch.withFolder { folder in
      try await run("\(folder)/run")
      let made = try await Binary.run(
        ["gate", "init", "run", "--baseline", "Results/base", "--max-drop", "50pp", "--json"],
        directory: folder)
      #expect(made.code == 0, "\(made.error)")
      #expect(
        try made.json()["repeat"]?.string?.hasPrefix("evalkit run humaneval+ mbpp+ --model canonical") == true
      )
      #expect(try await Binary.run(["verify", "\(folder)/Results/base"]).code == 0)
      let gate = ["gate", "--baseline", "Results/base", "--run", "run"]
      let pass = try await Binary.run(gate, directory: folder)
      #expect(pass.code == 0, "\(pass.output)")
      let exact = try await Binary.run(gate + ["--exact"], directory: folder)
      #expect(exact.code == 0 && exact.output.contains("programs of all 8 samples are the same"))
      // Neither a run of its own nor an edited one becomes a baseline.
      let taken = try await Binary.run(
        ["gate", "init", "Results/base", "--baseline", "run"], directory: folder)
      #expect(taken.code == 2 && taken.error.contains("is a run of its own"))
      try edit("\(folder)/run/report.md", "humaneval", "x")
      let edited = try await Binary.run(["gate", "init", "run", "--baseline", "other"], directory: folder)
      #expect(edited.code == 2 && edited.error.contains("report.md was changed"))
    }
  }

  /// The hash of the tokens is in the rows of a model's run, and another seed has another.
  @Test func tokensOfAModelAreRecorded() async throws {
    try await Scratch.withFolder { folder in
      let checkpoint = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("DiffusionEngineTests/Fixtures/tiny").path
      for (name, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
        let result = try await Binary.run([
          "run", "humaneval+", "--model", checkpoint, "--task", "53", "--max-new-tokens", "16",
          "--temperature", "0.4", "--seed", seed, "--threads", "1", "-q", "--output", "\(folder)/\(name)",
        ])
        #expect(result.code == 0, "\(result.error)")
      }
      let made = try await Binary.run(
        ["gate", "init", "a", "--baseline", "base", "--exact"], directory: folder)
      #expect(made.code == 0, "\(made.error)")
      let same = try await Binary.run(["gate", "--baseline", "base", "--run", "b"], directory: folder)
      #expect(same.code == 0 && same.output.contains("tokens of all 1 samples"), "\(same.output)")
      let other = try await Binary.run(["gate", "--baseline", "base", "--run", "c"], directory: folder)
      #expect(other.code == 1, "\(other.output)")
    }
  }
}
