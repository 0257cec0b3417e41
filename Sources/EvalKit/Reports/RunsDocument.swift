public import JSON

/// Runs as one JSON document, `evalkit.reports`, described in the article "The run folder" and by
/// `Schemas/reports.schema.json`.
public struct RunsDocument: Sendable {
  /// Raised when a member changes its meaning or goes away.
  public static let schemaVersion = 1

  public let json: JSONValue

  /// - Throws: ``EvalKitError`` (`data`) when a report cannot be read.
  public init(of runs: [RecordedRun]) throws(EvalKitError) {
    var rows: [JSONValue] = []
    for run in runs {
      rows.append([
        "name": .string(run.name), "path": .string(run.path),
        "origin": run.origin == .folder ? "folder" : "result file",
        "repeat": .string(RepeatCommand(run.identity).text),
        // As it stands: it was read before, and may be large.
        "report": run.origin == .folder
          ? .raw(try RunFile.report.slices(in: run.path).bytes) : run.report,
      ])
    }
    json = [
      "schema": "evalkit.reports", "schema_version": JSONValue(Self.schemaVersion),
      "evalkit": .string(evalkitVersion), "runs": .array(rows),
    ]
  }
}

extension RecordedRun {
  /// The report that the run would have as a folder. What was not run has no member: neither a score on the
  /// plus tests nor a status of them.
  fileprivate var report: JSONValue {
    [
      "schema": "evalkit.report", "schema_version": JSONValue(Report.schemaVersion),
      "identity": .object(identity.json), "complete": .bool(isComplete),
      "benchmarks": .array(benchmarks.map(document)),
    ]
  }

  private func document(_ part: RecordedBenchmark) -> JSONValue {
    var row: JSONObject = ["name": .string(part.name)]
    row["version"] = identity.benchmark(part.name)?["version"]
    row["tasks"] = JSONValue(part.tasks.count)
    row["partial"] = .bool(coverage(of: part) != nil)
    row["samples"] = JSONValue(part.sampleCount)
    row["pass_at_k"] = .array(
      part.score.rows.map { score in
        .object(
          JSONObject(
            [.init(name: "k", value: JSONValue(score.k))]
              + part.halves.map {
                .init(name: $0.rawValue, value: score.estimate($0).json)
              }))
      })
    row["k_omitted"] = []
    row["missing_tasks"] = .array(part.missing.map { .string($0) })
    row["not_judged"] = []
    row["timing_sensitive"] = 0
    for half in part.halves { row[half.rawValue] = tally(part, half) }
    row["results"] = .array(part.tasks.map { result($0, part.halves) })
    return .object(row)
  }

  private func tally(_ part: RecordedBenchmark, _ half: Half) -> JSONValue {
    let endings = part.tasks.flatMap { $0.samples.map { $0.ending(half) } }
    let statuses = HalfVerdict.Status.allCases.map { status in
      JSONObject.Member(name: status.rawValue, value: JSONValue(endings.count { $0.status == status }))
    }
    let reasons = part.endings(half).sorted { $0.reason < $1.reason }.map {
      JSONObject.Member(name: $0.reason, value: JSONValue($0.count))
    }
    return ["statuses": .object(JSONObject(statuses)), "reasons": .object(JSONObject(reasons))]
  }

  private func result(_ task: RecordedTask, _ halves: [Half]) -> JSONValue {
    var row: JSONObject = ["task_id": .string(task.score.task), "samples": JSONValue(task.score.samples)]
    for half in halves { row["\(half.rawValue)_passed"] = JSONValue(task.score.correct(half)) }
    row["verdicts"] = .array(
      task.samples.map { sample in
        var verdict: JSONObject = ["sample": JSONValue(sample.number)]
        for half in halves {
          verdict[half.rawValue] = .string(sample.ending(half).status.rawValue)
          verdict["\(half.rawValue)_reason"] = .string(sample.ending(half).word)
        }
        return .object(verdict)
      })
    return .object(row)
  }
}
