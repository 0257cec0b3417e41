public import JSON

/// What decides a verdict beside the program and the task's data. Part of the run's identity.
public struct JudgingLimits: Sendable, Equatable {
  /// Whose rules: evalplus at HEAD, or its newest release with that release's quirks.
  public enum Semantics: String, Sendable, CaseIterable {
    case evalplusHead = "evalplus-head"
    /// HumanEval/32 always fails, and tests have 1 s instead of 4 s.
    case evalplus031 = "evalplus-0.3.1"
  }

  public var semantics: Semantics
  /// A test may take max(this, `timeFactor` × the reference program's time), in seconds.
  public var minimumSeconds: Double
  public var timeFactor: Double
  /// All tests of one half together, in seconds (`evalplus/config.py`).
  public var totalSeconds: Double
  /// What a candidate may allocate beyond the interpreter and its inputs, in bytes.
  public var memoryBytes: Int

  /// evalplus' own limits for `semantics`.
  public init(semantics: Semantics = .evalplusHead) {
    self.semantics = semantics
    minimumSeconds = semantics == .evalplusHead ? 4 : 1
    timeFactor = 4
    totalSeconds = 60
    memoryBytes = 4 << 30
  }

  /// As in a run's identity.
  public var document: JSONValue { .object(json) }

  var json: JSONObject {
    [
      "semantics": .string(semantics.rawValue),
      "min_time_limit": .double(minimumSeconds),
      "time_factor": .double(timeFactor),
      "max_total_time": .double(totalSeconds),
      "memory_bytes": JSONValue(memoryBytes),
    ]
  }
}
