import Foundation
import JSON

/// A finished run's folder written by hand, as the article on the run folder describes it.
struct WrittenRun {
  var samples: [[Bool]]
  var steps = 512
  var schema = 1
  var isComplete = true
  var tokens: (Int) -> String = { "\($0)" }

  /// One sample a task.
  static func answers(right: Int, wrong: Int) -> WrittenRun {
    WrittenRun(samples: Array(repeating: [true], count: right) + Array(repeating: [false], count: wrong))
  }

  func write(to path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let identity: JSONValue = [
      "schema": "evalkit.identity", "schema_version": JSONValue(schema), "evalkit": "0.1.0",
      "benchmarks": [["name": "humaneval+", "version": "v0.1.10", "sha256": "d", "tasks": "all"]],
      "source": [
        "kind": "model", "sha256": "m", "sampler": ["steps": JSONValue(steps)], "prompt_style": "chat",
      ],
      "scoring": ["semantics": "evalplus-head"],
    ]
    let results = samples.enumerated().map { task, samples -> JSONValue in
      let verdicts = samples.enumerated().map { number, right -> JSONValue in
        ["sample": JSONValue(number), "base": "pass", "plus": right ? "pass" : "fail"]
      }
      return [
        "task_id": .string("HumanEval/\(task)"), "samples": JSONValue(samples.count),
        "base_passed": JSONValue(samples.count), "plus_passed": JSONValue(samples.count { $0 }),
        "verdicts": .array(verdicts),
      ]
    }
    let notJudged: JSONValue = isComplete ? [] : [["task_id": "HumanEval/0", "sample": 1, "fault": "lost"]]
    let report: JSONValue = [
      "schema": "evalkit.report", "schema_version": JSONValue(schema), "identity": identity,
      "complete": .bool(isComplete),
      "benchmarks": [
        [
          "name": "humaneval+", "pass_at_k": [["k": 1]], "missing_tasks": [], "not_judged": notJudged,
          "results": .array(results),
        ]
      ],
    ]
    try put(["identity": identity, "machine": [:]], "\(path)/identity.json")
    try put(report, "\(path)/report.json")
    let rows = samples.enumerated().flatMap { task, samples in
      samples.enumerated().map { number, right -> String in
        let row: JSONValue = [
          "task_id": .string("HumanEval/\(task)"), "sample": JSONValue(number),
          "solution": .string("def f():\n    # \u{1B}[31m\n    return \(right ? 1 : 2)\n"),
          "tokens_sha256": .string(tokens(task)),
        ]
        return String(decoding: row.serialized(), as: UTF8.self) + "\n"
      }
    }
    try rows.joined().write(toFile: "\(path)/samples.jsonl", atomically: true, encoding: .utf8)
    for file in ["verdicts.jsonl", "report.md"] {
      try "".write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
    }
  }

  /// Writes the run as `evalkit gate init` would have, hashes made by another program.
  func writeBaseline(to path: String, mode: String = "score") async throws {
    try write(to: path)
    try put(
      [
        "schema": "evalkit.baseline", "schema_version": 1, "repeat": "evalkit run",
        "gate": [
          "mode": .string(mode), "max_drop": 0.02, "alpha": 0.01, "miss": 0.05, "tests": "plus", "k": 1,
        ],
      ], "\(path)/baseline.json")
    let sums = try await Binary.run(
      ["-c", "sha256sum *.* > SHA256SUMS"], executable: "/bin/sh", directory: path)
    guard sums.code == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private func put(_ value: JSONValue, _ path: String) throws {
    try Data(value.serialized(indented: true)).write(to: URL(fileURLWithPath: path))
  }
}
