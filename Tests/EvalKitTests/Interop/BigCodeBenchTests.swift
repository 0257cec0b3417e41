import JSON
import Statistics
import Testing

@testable import EvalKit

/// bigcodebench's result files, as its `evaluate.py` writes them (0.1.0 without, 0.1.9 with scores beside them).
struct BigCodeBenchTests {
  private let rows = """
    {"date": "2024-12-25 02:52", "eval": {
      "BigCodeBench/10": [{"task_id": "BigCodeBench/10", "solution": "x = 1", "status": "fail",
        "details": {"test_b": "Traceback:\\n  line\\nAssertionError: 1 != 2\\n", "ALL": "late"}}],
      "BigCodeBench/9": [{"task_id": "BigCodeBench/9", "solution": "x = 2", "status": "pass", "details": {}}],
      "BigCodeBench/2": [{"task_id": "BigCodeBench/2", "solution": "x = 3", "status": "timeout", "details": {}}]}}
    """

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func oneKindOfTestsIsOneHalf() throws {
    let path = try folder.write("m--bigcodebench-instruct--vllm_eval_results.json", rows.utf8)
    let run = try RecordedRun(reading: path)
    let benchmark = try #require(run.benchmarks.first)
    #expect(benchmark.name == "bigcodebench" && benchmark.halves == [.base])
    #expect(benchmark.tasks.map(\.score.task) == ["BigCodeBench/2", "BigCodeBench/9", "BigCodeBench/10"])
    #expect(benchmark.tasks.map(\.score.base) == [0, 1, 0])
    // The name tells the split; nothing tells whether programs were calibrated.
    let own = try #require(run.identity.json["benchmarks"]?.array?.first)
    #expect(own["split"] == "instruct" && own["tasks"]?.array?.count == 3)
    #expect(run.identity.notRecorded.contains("benchmarks.bigcodebench.calibrated"))
    let id = SampleID(task: "BigCodeBench/10", sample: 0)
    #expect(try RecordedCases(of: run, [id])[id]?.verdict?.base.message == "test_b: AssertionError: 1 != 2")
  }

  @Test func theScoresBesideItAreReadAndMustBeItsOwn() throws {
    let path = try folder.write("x_eval_results.json", rows.utf8)
    let scores =
      "{\"pass@1\": 0.4, \"model\": \"m\", \"split\": \"complete\", \"calibrated\": true, \"subset\": \"full\"}"
    try folder.write("x_pass_at_k.json", scores.utf8)
    // Scores of the whole, rows of a part: nothing to compare.
    let run = try RecordedRun(reading: path)
    let own = try #require(run.identity.json["benchmarks"]?.array?.first)
    #expect(own["split"] == "complete" && own["calibrated"] == true)
    #expect(run.identity.json["results"]?["model"] == "m")
    try folder.write("x_pass_at_k.json", "{\"pass@1\":".utf8)
    let torn = #expect(throws: EvalKitError.self) { try RecordedRun(reading: path) }
    #expect(torn?.message.contains("x_pass_at_k.json") == true)
  }

  @Test func itIsWrittenAgain() throws {
    let path = try folder.write("x_eval_results.json", rows.utf8)
    let written = try ResultWriter(of: try RecordedRun(reading: path)).bigcodebench()
    let (theirs, ours) = (try JSONValue(parsing: Array(rows.utf8)), try JSONValue(parsing: written))
    for task in ["BigCodeBench/2", "BigCodeBench/9", "BigCodeBench/10"] {
      #expect(ours["eval"]?[task] == theirs["eval"]?[task])
    }
    #expect(ours["date"] == theirs["date"])
  }

  @Test(.enabled(if: DataFolder.path != nil, DataFolder.missing))
  func aPublishedEvaluationHasItsPublishedScore() throws {
    let folder = try #require(DataFolder.path) + "/samples/bigcodebench"
    let stem = "\(folder)/Qwen2.5-Coder-7B-Instruct_bigcodebench-complete"
    let run = try RecordedRun(reading: "\(stem)_eval_results.json.gz")
    let benchmark = try #require(run.benchmarks.first)
    #expect(benchmark.tasks.count == 1140 && benchmark.tasks.first?.score.task == "BigCodeBench/0")
    #expect(abs(benchmark.score.rows[0].base.value - 0.4956140350877193) < 1e-12)
    #expect(run.identity.json["results"]?["model"] == "Qwen2.5-Coder-7B-Instruct--main")
    #expect(run.coverage(of: benchmark) == nil)
  }

  /// A published run, judged by two versions of evalplus: pass and fail are the same in all 164 tasks.
  @Test(.enabled(if: DataFolder.path != nil, DataFolder.missing))
  func publishedEvaluationsAreCompared() throws {
    let stem = try #require(DataFolder.path) + "/samples/humanevalplus/llama3.1-70b-instruct_vllm_t0"
    let runs = try ["", "_evalplus-head"].map {
      try RecordedRun(reading: "\(stem)\($0)_eval_results.json.gz")
    }
    let comparison = try #require(try Comparison.all(base: runs[0], runs: [runs[1]]).first)
    let published: [Double] = [125.0 / 164.0, 112.0 / 164.0]
    #expect(comparison.scores.map(\.base.value) == published)
    #expect(comparison.scores.allSatisfy { $0.scores.discordance == 0 && $0.scores.count == 164 })
    #expect(comparison.differences.filter(\.isUnknown).map(\.key) == ["source", "scoring"])
  }
}
