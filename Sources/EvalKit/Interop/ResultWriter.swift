import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A run in the words of another tool, so that its readers, and anyone who doubts us, can work with it.
public struct ResultWriter {
  private let tasks: [ResultFile.Task]
  private let suite: RecordedBenchmark
  private let md5: String?
  private let date: String

  /// - Parameter benchmark: which of the run's; `nil` takes the only one.
  /// - Throws: ``EvalKitError`` when the run has no such benchmark, or its rows are damaged.
  public init(of run: RecordedRun, benchmark: String? = nil) throws(EvalKitError) {
    let names = run.benchmarks.map(\.name)
    guard let name = benchmark ?? (names.count == 1 ? names.first : nil),
      let suite = run.benchmarks.first(where: { $0.name == name })
    else {
      throw EvalKitError(
        .usage, "a result file is of one benchmark",
        cause: "'\(run.path)' holds \(names.joined(separator: ", "))",
        hint: names.map { "--benchmark \($0)" }.joined(separator: " or "))
    }
    self.suite = suite
    md5 = run.identity.benchmark(name)?["md5"]?.string
    if run.origin == .resultFile {
      let file = try ResultFile(reading: run.path)
      tasks = file.tasks
      date = file.date ?? Self.now
    } else {
      tasks = try Self.tasks(of: suite, in: run.path)
      date = Self.now
    }
  }

  init(_ suite: RecordedBenchmark, tasks: [ResultFile.Task], md5: String?, date: String = now) {
    self.suite = suite
    self.tasks = tasks
    self.md5 = md5
    self.date = date
  }

  /// What `evalplus.evaluate` writes since 0.2.1, with the scores that it writes since 2025.
  ///
  /// - Throws: ``EvalKitError`` (`usage`) when the benchmark is none of evalplus'.
  public func evalplus() throws(EvalKitError) -> [UInt8] {
    guard Benchmark.all.contains(where: { $0.name == suite.name }) else {
      throw Self.stranger(suite.name, "evalplus", Benchmark.all.map(\.name))
    }
    var document: JSONObject = ["date": .string(date)]
    if let md5 { document["hash"] = .string(md5) }
    document["eval"] = rows { sample, task in
      [
        "task_id": .string(task), "solution": sample.solution,
        "base_status": .string(sample.base.status.rawValue),
        "plus_status": JSONValue(sample.plus?.status.rawValue),
        "base_fail_tests": sample.base.failTests, "plus_fail_tests": sample.plus?.failTests ?? [],
      ]
    }
    document["pass_at_k"] = .object(
      JSONObject(suite.halves.map { .init(name: $0.rawValue, value: passAtK($0)) }))
    return JSONValue.object(document).serialized()
  }

  /// What `bigcodebench.evaluate` writes.
  ///
  /// - Throws: ``EvalKitError`` (`usage`) when the benchmark is another one.
  public func bigcodebench() throws(EvalKitError) -> [UInt8] {
    guard suite.name == BigCodeBench.name else {
      throw Self.stranger(suite.name, "bigcodebench", [BigCodeBench.name])
    }
    let document: JSONValue = [
      "date": .string(date),
      "eval": rows { sample, task in
        [
          "task_id": .string(task), "solution": sample.solution,
          "status": .string(sample.base.status.rawValue),
          "details": sample.base.detail["details"] ?? [:],
        ]
      },
    ]
    return document.serialized(indented: true)
  }

  private func rows(_ row: (ResultFile.Sample, String) -> JSONValue) -> JSONValue {
    .object(
      JSONObject(
        tasks.filter { !$0.samples.isEmpty }.map { task in
          .init(name: task.id, value: .array(task.samples.map { row($0, task.id) }))
        }))
  }

  /// Over the tasks that are in the file, as evalplus has it.
  private func passAtK(_ half: Half) -> JSONValue {
    let present = suite.tasks.filter { $0.score.samples > 0 }
    let ks = suite.ks.filter { k in present.allSatisfy { $0.score.samples >= k } }
    return .object(
      JSONObject(
        ks.map { k in
          let sum = present.reduce(0) { $0 + $1.score.value(k: k, correct: $1.score.correct(half)) }
          return .init(name: "pass@\(k)", value: .double(sum / Double(max(1, present.count))))
        }))
  }

  /// From the journals: programs byte by byte, and the failing inputs as the judge wrote them.
  private static func tasks(
    of suite: RecordedBenchmark, in folder: String
  ) throws(EvalKitError) -> [ResultFile.Task] {
    let file = "\(folder)/samples.jsonl"
    guard access(file, F_OK) == 0 else {
      throw EvalKitError(
        .data, "'\(folder)' has no programs: it holds the report alone", hint: "give the run's whole folder")
    }
    var programs: [SampleID: Program] = [:]
    try JournalLines.read(file) { (_, bytes) throws(JSONError) in
      let (id, slices) = try RunFolder.row(bytes)
      programs[id] = slices["solution"].map { Program(token: Array(bytes[$0])) }
    }
    var verdicts: [SampleID: Verdict] = [:]
    try JournalLines.read("\(folder)/verdicts.jsonl") { (_, bytes) throws(JSONError) in
      let (id, _) = try RunFolder.row(bytes)
      verdicts[id] = try Verdict(json: try JSONValue(parsing: bytes)).forReports
    }
    return suite.tasks.map { task in
      ResultFile.Task(
        id: task.score.task,
        samples: task.samples.compactMap { sample in
          let id = SampleID(task: task.score.task, sample: sample.number)
          guard let verdict = verdicts[id] else { return nil }
          return ResultFile.Sample(program: programs[id], base: verdict.base, plus: verdict.plus)
        })
    }
  }

  /// In local time, as both tools write it.
  static var now: String { localTime(time(nil)) }

  private static func stranger(_ name: String, _ tool: String, _ known: [String]) -> EvalKitError {
    EvalKitError(
      .usage, "\(name) cannot be written in the format of \(tool)",
      cause: "its files are of \(known.joined(separator: " or "))")
  }
}

extension ResultFile.Sample {
  fileprivate var solution: JSONValue { program.map { .raw($0.token) } ?? .null }
}

extension HalfVerdict {
  /// The failing inputs as they were written, already JSON.
  fileprivate var failTests: JSONValue {
    detail["fail_tests"]?.string.map { .raw(Array($0.utf8)) } ?? []
  }
}
