import Foundation
import JSON
import Testing

@testable import EvalKit

struct RunFolderTests {
  private let identity = RunIdentity(["schema": "x", "source": ["kind": "canonical", "n": 1]])
  private let sample = SampleID(task: "HumanEval/0", sample: 0)
  private let verdict = Verdict(
    base: HalfVerdict(status: .pass, reason: "passed", detail: ["wall_seconds": 0.5]),
    plus: HalfVerdict(status: .fail, reason: "wrong answer", detail: ["test": 3, "fail_tests": "[[1]]"]))

  private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    // Two levels down: opening makes what is missing.
    return try await body(folder.path + "/deep/run")
  }

  private func open(_ path: String) throws -> RunFolder {
    try RunFolder(path: path, identity: identity, machine: ["cores": 2])
  }

  @Test func whatWasAppendedIsThereAgain() async throws {
    try await withFolder { path in
      do {
        let folder = try open(path)
        try await folder.append(
          sample: sample, program: Program(text: "x = 'é\u{0}'"), facts: ["completion": "raw"])
        try await folder.append(verdict: verdict, of: sample)
      }
      let again = try open(path)
      #expect(await again.programs == [sample: Program(text: "x = 'é\u{0}'")])
      // In memory is what the reports need, in the journal everything.
      let kept = try #require(await again.verdicts[sample])
      #expect(kept.base == HalfVerdict(status: .pass, reason: "passed"))
      #expect(
        kept.plus == HalfVerdict(status: .fail, reason: "wrong answer", detail: ["fail_tests": "[[1]]"]))
      let row = try JSONValue(parsing: Array(try Data(contentsOf: URL(filePath: "\(path)/verdicts.jsonl"))))
      #expect(try Verdict(json: row) == verdict)
    }
  }

  @Test(arguments: [0, 1, 17, 60])
  func aTornLastLineIsForgotten(cut: Int) async throws {
    try await withFolder { path in
      do {
        let folder = try open(path)
        try await folder.append(sample: sample, program: Program(text: "a"), facts: [:])
        try await folder.append(verdict: verdict, of: sample)
      }
      let file = "\(path)/verdicts.jsonl"
      let whole = try #require(FileManager.default.contents(atPath: file))
      let torn = whole + whole.prefix(min(cut, whole.count - 1))
      try torn.write(to: URL(fileURLWithPath: file))
      do {
        let again = try open(path)
        #expect(await again.verdicts.count == 1)
        try await again.append(verdict: verdict, of: sample)
      }
      #expect(FileManager.default.contents(atPath: file) == whole + whole)
    }
  }

  @Test func aDamagedLineIsNamed() async throws {
    try await withFolder { path in
      _ = try open(path)
      try "{\"task_id\":\"a\",\"sample\":0,\"solution\":\"\"}\nnot json\n".write(
        toFile: "\(path)/samples.jsonl", atomically: true, encoding: .utf8)
      let error = #expect(throws: EvalKitError.self) { try open(path) }
      #expect(error?.message.contains("samples.jsonl' is damaged in line 2") == true)
    }
  }

  @Test func anotherIdentityIsRefusedByKey() async throws {
    try await withFolder { path in
      _ = try open(path)
      let other = RunIdentity(["schema": "x", "source": ["kind": "canonical", "n": 2]])
      let error = #expect(throws: EvalKitError.self) {
        try RunFolder(path: path, identity: other, machine: [:])
      }
      #expect(error?.message.contains("'source.n'") == true)
      #expect(error?.cause == "there it is 1, now it is 2")
    }
  }

  @Test func twoWritersAreRefused() async throws {
    try await withFolder { path in
      let first = try open(path)
      let error = #expect(throws: EvalKitError.self) { try open(path) }
      #expect(error?.message.contains("another evalkit") == true)
      _ = first
    }
  }

  @Test func samplesOfAnotherToolAreNotTakenOver() async throws {
    try await withFolder { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try "".write(toFile: "\(path)/samples.jsonl", atomically: true, encoding: .utf8)
      #expect(throws: EvalKitError.self) { try open(path) }
    }
  }

  @Test func aVerdictWithoutItsSampleIsMadeAgain() async throws {
    try await withFolder { path in
      do {
        let folder = try open(path)
        try await folder.append(verdict: verdict, of: sample)
      }
      #expect(try await open(path).verdicts.isEmpty)
    }
  }
}
