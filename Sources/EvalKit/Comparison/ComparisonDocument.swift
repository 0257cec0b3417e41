public import JSON
import Statistics

extension Comparison {
  /// Raised when a member changes its meaning or goes away.
  public static let schemaVersion = 1

  /// The document of `evalkit compare --json`, described in the article "Comparing runs".
  ///
  /// - Parameter programs: by run, to be put beside the changed tasks.
  public static func document(
    of comparisons: [Comparison], programs: [String: RecordedPrograms] = [:]
  ) -> JSONValue {
    [
      "schema": "evalkit.comparison", "schema_version": JSONValue(schemaVersion),
      "base": JSONValue(comparisons.first?.base.path),
      "comparisons": .array(comparisons.map { $0.json(programs) }),
    ]
  }

  private func json(_ programs: [String: RecordedPrograms]) -> JSONValue {
    [
      "new": .string(new.path),
      "complete": .bool(base.isComplete && new.isComplete),
      "insecure": .bool(base.isInsecure || new.isInsecure),
      "differences": .array(
        differences.map {
          [
            "key": .string($0.key), "base": .string($0.base), "new": .string($0.new),
            "decisive": .bool($0.isDecisive), "unknown": .bool($0.isUnknown),
          ]
        }),
      "scores": .array(scores.map(\.json)),
      "changes": .array(
        changes.map { change in
          [
            "benchmark": .string(change.benchmark), "tests": .string(change.half.rawValue),
            "tasks": JSONValue(change.tasks), "excluded": .array(change.excluded.map { .string($0) }),
            "worse": .array(change.worse.map { json($0, programs) }),
            "better": .array(change.better.map { json($0, programs) }),
          ]
        }),
    ]
  }

  private func json(_ change: TaskChange, _ programs: [String: RecordedPrograms]) -> JSONValue {
    var row: JSONObject = [
      "task_id": .string(change.task),
      "base_passed": JSONValue(change.base.right), "base_samples": JSONValue(change.base.of),
      "new_passed": JSONValue(change.new.right), "new_samples": JSONValue(change.new.of),
      "base_sample": JSONValue(change.baseSample), "new_sample": JSONValue(change.newSample),
    ]
    if change.isTimingSensitive { row["timing_sensitive"] = true }
    if !programs.isEmpty {
      row["base_program"] = JSONValue(programs[base.path]?[change.task, change.baseSample])
      row["new_program"] = JSONValue(programs[new.path]?[change.task, change.newSample])
    }
    return .object(row)
  }
}

extension ScoreComparison {
  var json: JSONValue {
    let interval = scores.interval(tail: 0.025)
    return [
      "benchmark": .string(benchmark), "tests": .string(half.rawValue), "k": JSONValue(k),
      "tasks": JSONValue(scores.count), "base": .double(base.value), "new": .double(new.value),
      "difference": .double(scores.difference),
      "low": .double(interval.lowerBound), "high": .double(interval.upperBound),
      "interval": .string(scores.intervalMethod),
      "lost": JSONValue(scores.outcomes?.lost), "gained": JSONValue(scores.outcomes?.gained),
      "discordance": .double(scores.discordance),
      "p": .double(scores.p), "p_exact": JSONValue(scores.outcomes?.exactP),
      "p_adjusted": .double(adjustedP), "test": .string(scores.test),
      "detectable_difference": JSONValue(scores.detectableDifference()),
      "distinguishable": .bool(isDistinguishable),
    ]
  }
}
