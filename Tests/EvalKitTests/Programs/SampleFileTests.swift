import Foundation
import JSON
import Testing

@testable import EvalKit

struct SampleFileTests {
  private let tasks: [BenchmarkTask]
  private let temporary: TemporaryFolder
  private var folder: String { temporary.path }

  init() throws {
    temporary = try TemporaryFolder()
    tasks = try ["HumanEval/0", "HumanEval/1"].map { id in
      let line =
        #"{"task_id": "\#(id)", "prompt": "def f():\n", "entry_point": "f", "canonical_solution": "  1", "#
        + #""base_input": [], "plus_input": [], "atol": 0}"#
      return try BenchmarkTask(line: Array(line.utf8), number: 1)
    }
  }

  private func load(_ text: String, name: String = "s.jsonl") throws -> SampleFile {
    let path = "\(folder)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try SampleFile.load(path, tasks: tasks)
  }

  @Test func solutionsStandAloneAndCompletionsFollowThePrompt() throws {
    let file = try load(
      """
      {"task_id": "HumanEval/1", "solution": "a"}

      {"task_id": "HumanEval/0", "completion": "  pass"}
      {"task_id": "HumanEval/1", "solution": "b", "completion": "ignored"}
      {"task_id": "Other/7", "solution": "c"}
      """)
    #expect(file.programs["HumanEval/0"] == [Program(text: "def f():\n  pass")])
    #expect(file.programs["HumanEval/1"] == [Program(text: "a"), Program(text: "b")])
    #expect(file.unknownTasks == ["Other/7"])
  }

  @Test(arguments: [
    (#"{"task_id": "HumanEval/0"}"#, "neither 'solution' nor 'completion'"),
    (#"{"solution": "a"}"#, "'task_id' is missing"),
    (#"{"task_id": "HumanEval/0", "solution": 3}"#, "'solution' is not text"),
    (#"{"task_id": "HumanEval/0", "solution": "a""#, "ends too early"),
    ("[]", "expected an object"),
  ])
  func badRowsAreNamed(row: String, says: String) throws {
    let error = #expect(throws: EvalKitError.self) {
      try load("{\"task_id\": \"HumanEval/0\", \"solution\": \"ok\"}\n" + row)
    }
    #expect(error?.message.contains("line 2") == true)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["", "\n\n", #"{"task_id": "Mbpp/2", "solution": "a"}"#])
  func aFileWithoutOurSamplesIsAnError(text: String) throws {
    #expect(throws: EvalKitError.self) { try load(text) }
  }

  @Test func foldersHoldOneFileASample() throws {
    for (name, text) in [
      ("HumanEval_0/10.py", "ten"), ("HumanEval_0/9.py", "nine"), ("HumanEval_1/0.py", "x"),
    ] {
      let path = "\(folder)/made/\(name)"
      try FileManager.default.createDirectory(
        atPath: path.components(separatedBy: "/").dropLast().joined(separator: "/"),
        withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let file = try SampleFile.load("\(folder)/made", tasks: tasks)
    #expect(file.programs["HumanEval/0"] == [Program(text: "nine"), Program(text: "ten")])
    #expect(file.programs["HumanEval/1"] == [Program(text: "x")])
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: EvalKitError.self) {
      try SampleFile.load("\(folder)/absent.jsonl", tasks: tasks)
    }
    #expect(error?.message.contains("absent.jsonl") == true)
  }
}
