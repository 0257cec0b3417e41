import JSON

#if canImport(Glibc)
  import Glibc
#endif

extension RunFolder {
  /// Writes the run's verdicts as evalplus would have, `X_eval_results.json`, so that its tools, and
  /// anyone who doubts us, can read them.
  ///
  /// - Parameters:
  ///   - report: of this folder.
  ///   - planned: the one benchmark of the run.
  ///   - file: replaced whole.
  public func writeEvalPlusResults(
    _ report: Report, for planned: PlannedBenchmark, to file: String
  ) throws(EvalKitError) {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M", &local)
    let date = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let document = report.evalPlusResults(for: planned, programs: programs, date: date)
    try writeAtomically(document.serialized(), to: file)
  }
}

extension Report {
  /// The document of `evalplus/evaluate.py`.
  ///
  /// - Parameters:
  ///   - planned: the one benchmark of the run.
  ///   - programs: of every sample.
  ///   - date: `2026-01-31 23:59`, in local time.
  func evalPlusResults(
    for planned: PlannedBenchmark, programs: [SampleID: Program], date: String
  ) -> JSONValue {
    var eval: [JSONObject.Member] = []
    for task in planned.tasks {
      var rows: [JSONValue] = []
      var index = 0
      while let program = programs[SampleID(task: task.id, sample: index)] {
        if let verdict = verdict(of: SampleID(task: task.id, sample: index)) {
          rows.append([
            "task_id": .string(task.id), "solution": .raw(program.token),
            "base_status": .string(verdict.base.status.rawValue),
            "plus_status": .string(verdict.plus.status.rawValue),
            "base_fail_tests": verdict.base.failTests, "plus_fail_tests": verdict.plus.failTests,
          ])
        }
        index += 1
      }
      if !rows.isEmpty { eval.append(.init(name: task.id, value: .array(rows))) }
    }
    let score = benchmarks.first { $0.benchmark.name == planned.benchmark.name }?.score
    func passAtK(_ half: (Score.Row) -> Estimate) -> JSONValue {
      .object(
        JSONObject((score?.rows ?? []).map { .init(name: "pass@\($0.k)", value: .double(half($0).value)) }))
    }
    return [
      "date": .string(date), "hash": .string(planned.file.md5),
      "eval": .object(JSONObject(eval)),
      "pass_at_k": ["base": passAtK(\.base), "plus": passAtK(\.plus)],
    ]
  }
}

extension HalfVerdict {
  /// The failing inputs as the judge wrote them, already JSON.
  fileprivate var failTests: JSONValue {
    detail["fail_tests"]?.string.map { .raw(Array($0.utf8)) } ?? []
  }
}
