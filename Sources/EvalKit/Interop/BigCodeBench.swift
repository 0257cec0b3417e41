import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// The benchmark that evalkit knows by its result files alone.
enum BigCodeBench {
  static let name = "bigcodebench"
  static let idPrefix = "BigCodeBench/"
  static let taskCount = 1140
  /// Of the subset Hard.
  static let hardTaskCount = 148
}

/// `X_pass_at_k.json`, which bigcodebench since 0.1.9 writes beside `X_eval_results.json`; where there is none,
/// what the file's name tells.
struct BigCodeBenchScores {
  let model: String?
  /// `complete` or `instruct`.
  let split: String?
  /// Whether the judged program begins with the prompt's imports and signature.
  let isCalibrated: Bool?

  /// What decides which programs were judged on which prompts.
  var facts: [(key: String, value: JSONValue?)] {
    [("split", split.map { .string($0) }), ("calibrated", isCalibrated.map { .bool($0) })]
  }

  /// - Throws: ``EvalKitError`` (`data`) when the neighbour is damaged, or is of other rows.
  init(beside file: ResultFile) throws(EvalKitError) {
    let name = file.path.split(separator: "/").last.map { String($0) } ?? ""
    let named = ["complete", "instruct"].first {
      name.contains("bigcodebench-\($0)") || name.contains("bigcodebench-hard-\($0)")
    }
    guard let neighbour = Self.neighbour(of: file.path), access(neighbour, F_OK) == 0 else {
      model = nil
      split = named
      isCalibrated =
        name.contains("sanitized-calibrated") || name.contains("sanitized_calibrated") ? true : nil
      return
    }
    do {
      let document = try JSONValue(parsing: try FileBytes.read(neighbour, limit: 1 << 24))
      guard document.object != nil else { throw JSONError("it is no object") }
      model = document["model"]?.string
      split = document["split"]?.string ?? named
      isCalibrated = document["calibrated"]?.bool
      try Self.check(document, against: file)
    } catch let error as JSONError {
      throw EvalKitError(
        .data, "'\(neighbour)' does not go with '\(file.path)'", cause: error.description,
        hint: "put the files of one evaluation side by side, or move this one away")
    } catch let error as EvalKitError {
      throw error
    } catch {
      throw EvalKitError(.data, "cannot read '\(neighbour)'", cause: "\(error)")
    }
  }

  /// Where the scores of the result file at `path` would lie.
  static func neighbour(of path: String) -> String? {
    for suffix in ["eval_results.json", "eval_results.json.gz"] where path.hasSuffix(suffix) {
      return path.dropLast(suffix.count) + "pass_at_k.json"
    }
    return nil
  }

  private static func check(_ document: JSONValue, against file: ResultFile) throws(JSONError) {
    let scored = ["full": BigCodeBench.taskCount, "hard": BigCodeBench.hardTaskCount][
      document["subset"]?.string ?? ""]
    // Of a full evaluation the scores of Hard alone may stand there.
    guard scored == file.tasks.count, let value = document["pass@1"]?.double else { return }
    let mean = file.tasks.meanPass(at: 1, .base)
    guard abs(mean - value) < 1e-9 else {
      throw JSONError("field 'pass@1' is \(value), the rows give \(mean)")
    }
  }
}
