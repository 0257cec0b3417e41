public import JSON

/// One case of a run with what it is a case of: what `evalkit show` prints.
public struct ShownCase: Sendable {
  /// Raised when a member changes its meaning or goes away.
  public static let schemaVersion = 1

  public let run: RecordedRun
  public let benchmark: RecordedBenchmark
  public let task: RecordedTask
  public let sample: RecordedTask.Sample
  /// What the run holds of it.
  public let record: RecordedCase
  /// `nil` where the task file is not on this machine.
  public let statement: TaskStatement?

  /// - Parameters:
  ///   - name: a task's id, or the number at its end where only one task has it.
  ///   - number: `nil` takes the first sample that failed, or the first.
  /// - Throws: ``EvalKitError``: `nothingSelected`, with the nearest name, when there is no such task or sample;
  ///   `data` about a damaged journal.
  public init(
    _ name: String, sample number: Int? = nil, of run: RecordedRun, statements: TaskStatements
  ) throws(EvalKitError) {
    let (benchmark, task) = try run.find(name)
    let id = task.score.task
    let failed = task.samples.first { !$0.passed(benchmark.fullest) }
    let wanted =
      number.map { number in task.samples.first { $0.number == number } } ?? failed ?? task.samples.first
    guard let sample = wanted else {
      let lost = benchmark.notJudged.first { $0 == "\(id) #\(number ?? 0)" }
      throw EvalKitError(
        .nothingSelected, "'\(run.path)' has no verdict on sample \(number ?? 0) of \(id)",
        cause: lost == nil ? nil : "the sandbox failed on it",
        hint: task.samples.isEmpty ? "the task has no sample" : "it has \(task.samples.count), counted from 0"
      )
    }
    self.run = run
    self.benchmark = benchmark
    self.task = task
    self.sample = sample
    let sampleID = SampleID(task: id, sample: sample.number)
    record = try RecordedCases(of: run, [sampleID], task: id)[sampleID] ?? RecordedCase(id: sampleID)
    statement = statements[id]
  }

  /// Base and plus with all that is recorded about them; the endings where the run holds its report alone.
  public func half(_ half: Half) -> HalfVerdict {
    if let verdict = record.verdict { return verdict.half(half) }
    let ending = sample.ending(half)
    return HalfVerdict(status: ending.status, reason: ending.word)
  }

  /// The document of `evalkit show --json`, `evalkit.case`.
  public var json: JSONValue {
    var document: JSONObject = [
      "schema": "evalkit.case", "schema_version": JSONValue(Self.schemaVersion), "run": .string(run.path),
      "benchmark": .string(benchmark.name), "task_id": .string(task.score.task),
      "sample": JSONValue(sample.number), "samples": JSONValue(task.score.samples),
      "prompt": JSONValue(statement?.prompt), "entry_point": JSONValue(statement?.entryPoint),
      "difficulty": JSONValue(statement?.difficulty), "completion": JSONValue(record.rawText),
      "program": JSONValue(record.program), "timing_sensitive": .bool(sample.isTimingSensitive),
    ]
    for half in benchmark.halves { document[half.rawValue] = .object(self.half(half).document) }
    document["prompt_tokens"] = record.promptTokens.map { JSONValue($0) }
    document["forward_passes"] = record.forwardPasses.map { JSONValue($0) }
    document["masks_left"] = record.masksLeft.map { JSONValue($0) }
    if let decoding = record.decoding {
      document["decoding"] = [
        "tokens_per_forward": JSONValue(decoding.tokensPerForward),
        "local_ar_ness": .array(decoding.localARness.map { .double($0) }),
        "global_ar_ness": .array(decoding.globalARness.map { .double($0) }),
      ]
    }
    return .object(document)
  }
}

extension RecordedRun {
  /// The task called `name`, or the only one whose id ends with the number `name`.
  ///
  /// - Throws: ``EvalKitError`` (`nothingSelected`) that names the nearest task.
  func find(_ name: String) throws(EvalKitError) -> (RecordedBenchmark, RecordedTask) {
    var numbered: [(RecordedBenchmark, RecordedTask)] = []
    for part in benchmarks {
      for task in part.tasks {
        if task.score.task == name { return (part, task) }
        if task.score.task.hasSuffix("/\(name)") { numbered.append((part, task)) }
      }
    }
    if let only = numbered.first, numbered.count == 1 { return only }
    let names = benchmarks.flatMap(\.tasks).map(\.score.task)
    let near =
      Spelling.nearest(to: name, among: names) ?? Spelling.nearest(to: name.lowercased(), among: names)
    let hint =
      numbered.isEmpty
      ? near.map { "did you mean \($0)?" } ?? "its tasks look like \(names.first ?? "nothing: it has none")"
      : "say which: \(numbered.map { $0.1.score.task }.joined(separator: " or "))"
    throw EvalKitError(.nothingSelected, "'\(path)' has no task '\(name)'", hint: hint)
  }
}
