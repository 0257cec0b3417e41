public import JSON

/// The result of one benchmark within a run.
public struct BenchmarkResult: Sendable {
  public let benchmark: Benchmark
  /// One per task that was asked for, in the order of the file.
  public let tasks: [TaskScore]
  public let score: Score
  /// Whether only a part of the benchmark was asked for.
  public let isPartial: Bool
  /// Tasks of the benchmark without any sample; each counts as failed.
  public let missing: [String]
  /// Samples without a verdict, through our fault, with the reason. The score is not to be trusted.
  public let notJudged: [(sample: SampleID, fault: HarnessFault)]
  /// How many samples had another verdict while the machine was busy, and the one that counts when it was not.
  public let timingSensitive: Int
  /// How many samples ended in each status and for each reason, base and plus.
  public let base: Tally
  public let plus: Tally

  /// Counts of what became of the samples.
  public struct Tally: Sendable {
    public private(set) var statuses: [HalfVerdict.Status: Int] = [:]
    public private(set) var reasons: [String: Int] = [:]

    mutating func count(_ half: HalfVerdict) {
      statuses[half.status, default: 0] += 1
      reasons[half.reason, default: 0] += 1
    }
  }

  init(_ planned: PlannedBenchmark, plan: RunPlan, verdicts: [SampleID: Verdict], notJudged: Faults) {
    let tasks = Dictionary(planned.tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.init(
      planned.benchmark, taskIDs: planned.tasks.map(\.id), isPartial: planned.isPartial, ks: plan.ks,
      sampleCount: { tasks[$0].map { plan.sampleCount(for: $0) } ?? 0 }, verdicts: verdicts,
      notJudged: notJudged)
  }

  /// - Parameters:
  ///   - taskIDs: those that were asked for, in the order of the file.
  ///   - sampleCount: how many samples a task should have.
  init(
    _ benchmark: Benchmark, taskIDs: [String], isPartial: Bool, ks: [Int], sampleCount: (String) -> Int,
    verdicts: [SampleID: Verdict], notJudged: Faults
  ) {
    self.benchmark = benchmark
    self.isPartial = isPartial
    var base = Tally()
    var plus = Tally()
    var missing: [String] = []
    var faults: [(sample: SampleID, fault: HarnessFault)] = []
    var scores: [TaskScore] = []
    var timingSensitive = 0
    for task in taskIDs {
      let count = sampleCount(task)
      if count == 0 { missing.append(task) }
      var own: [Verdict] = []
      for sample in 0..<count {
        let id = SampleID(task: task, sample: sample)
        if let verdict = verdicts[id] {
          own.append(verdict)
          base.count(verdict.base)
          plus.count(verdict.plus)
          if verdict.isTimingSensitive { timingSensitive += 1 }
        } else {
          faults.append((id, notJudged[id] ?? HarnessFault("no verdict")))
        }
      }
      scores.append(TaskScore(task: task, verdicts: own))
    }
    self.base = base
    self.plus = plus
    self.missing = missing
    self.timingSensitive = timingSensitive
    self.notJudged = faults
    tasks = scores
    score = Score(of: scores, ks: ks)
  }

  typealias Faults = [SampleID: HarnessFault]
}

/// The result of a run. Two runs with the same identity and verdicts give the same bytes: there is no
/// time, date or order of arrival in it.
public struct Report: Sendable {
  /// Raised when a member changes its meaning or goes away; new members do not raise it.
  public static let schemaVersion = 1

  public let identity: RunIdentity
  public let benchmarks: [BenchmarkResult]
  /// Whether the programs ran without a sandbox (``Executor/isInsecure``).
  public let isInsecure: Bool
  private let verdicts: [SampleID: Verdict]
  /// In the order of the samples; one without a verdict leaves a gap.
  private let verdictsByTask: [String: [SampleID]]

  init(plan: RunPlan, verdicts: [SampleID: Verdict], notJudged: [SampleID: HarnessFault]) {
    self.init(
      identity: plan.identity,
      benchmarks: plan.benchmarks.map {
        BenchmarkResult($0, plan: plan, verdicts: verdicts, notJudged: notJudged)
      },
      isInsecure: plan.executor.isInsecure, verdicts: verdicts)
  }

  init(
    identity: RunIdentity, benchmarks: [BenchmarkResult], isInsecure: Bool, verdicts: [SampleID: Verdict]
  ) {
    self.identity = identity
    self.benchmarks = benchmarks
    self.isInsecure = isInsecure
    self.verdicts = verdicts
    verdictsByTask = Dictionary(grouping: verdicts.keys, by: \.task).mapValues {
      $0.sorted { $0.sample < $1.sample }
    }
  }

  func verdict(of sample: SampleID) -> Verdict? { verdicts[sample] }

  /// Whether every sample that was asked for has a verdict.
  public var isComplete: Bool { benchmarks.allSatisfy { $0.notJudged.isEmpty } }

  /// The document that `report.json` holds; its format is described in the article "The run folder".
  public var json: JSONValue {
    var document: JSONObject = [
      "schema": "evalkit.report", "schema_version": JSONValue(Report.schemaVersion),
      "identity": .object(identity.json),
      "complete": .bool(isComplete),
      "checksums": .string(Checksums.file),
    ]
    if isInsecure { document["insecure"] = true }
    document["benchmarks"] = .array(benchmarks.map(self.document))
    return .object(document)
  }

  func write(to folder: String) throws(EvalKitError) {
    let newline = UInt8(ascii: "\n")
    try writeAtomically(json.serialized(indented: true) + [newline], to: "\(folder)/report.json")
    try writeAtomically(Array(try markdown().utf8), to: "\(folder)/report.md")
    try Checksums.write(in: folder)
  }

  private func document(_ result: BenchmarkResult) -> JSONValue {
    .object([
      "name": .string(result.benchmark.name), "version": .string(result.benchmark.version),
      "tasks": JSONValue(result.tasks.count), "partial": .bool(result.isPartial),
      "samples": JSONValue(result.tasks.reduce(0) { $0 + $1.samples }),
      "pass_at_k": .array(result.score.rows.map(row)),
      "k_omitted": .array(result.score.omitted.map { JSONValue($0) }),
      "missing_tasks": .array(result.missing.map { .string($0) }),
      "not_judged": .array(
        result.notJudged.map {
          [
            "task_id": .string($0.sample.task), "sample": JSONValue($0.sample.sample),
            "fault": .string($0.fault.detail),
          ]
        }),
      "timing_sensitive": JSONValue(result.timingSensitive),
      "base": tally(result.base), "plus": tally(result.plus),
      "results": .array(result.tasks.map(task)),
    ])
  }

  private func row(_ row: Score.Row) -> JSONValue {
    ["k": JSONValue(row.k), "base": row.base.json, "plus": row.plus.json]
  }

  private func tally(_ tally: BenchmarkResult.Tally) -> JSONValue {
    let statuses = HalfVerdict.Status.allCases.map {
      JSONObject.Member(name: $0.rawValue, value: JSONValue(tally.statuses[$0] ?? 0))
    }
    let reasons = tally.reasons.sorted { $0.key < $1.key }.map {
      JSONObject.Member(name: $0.key, value: JSONValue($0.value))
    }
    return ["statuses": .object(JSONObject(statuses)), "reasons": .object(JSONObject(reasons))]
  }

  private func task(_ score: TaskScore) -> JSONValue {
    let ids = verdictsByTask[score.task] ?? []
    let samples: [JSONValue] = ids.compactMap { id in
      guard let verdict = verdicts[id] else { return nil }
      var row: JSONObject = [
        "sample": JSONValue(id.sample),
        "base": .string(verdict.base.status.rawValue), "base_reason": .string(verdict.base.reason),
        "plus": .string(verdict.plus.status.rawValue), "plus_reason": .string(verdict.plus.reason),
      ]
      if verdict.isTimingSensitive { row["timing_sensitive"] = true }
      return .object(row)
    }
    return [
      "task_id": .string(score.task), "samples": JSONValue(score.samples),
      "base_passed": JSONValue(score.base), "plus_passed": JSONValue(score.plus),
      "verdicts": .array(samples),
    ]
  }
}

extension Estimate {
  /// As in `report.json`.
  var json: JSONValue {
    [
      "value": .double(value), "standard_error": .double(standardError),
      "low": .double(interval.lowerBound), "high": .double(interval.upperBound),
      "interval": .string(method.rawValue),
    ]
  }
}
