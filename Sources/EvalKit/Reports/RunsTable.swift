import JSON

extension RecordedBenchmark {
  /// pass@k with its uncertainty; the `plus` of a row says nothing where the plus tests were not run.
  public var score: Score { Score(of: tasks.map(\.score), ks: ks) }

  /// How many samples ended so in `half`, the most frequent first: `passed`, `wrong answer`, ….
  public func endings(_ half: Half) -> [(reason: String, count: Int)] {
    Self.counted(tasks.flatMap { $0.samples.map { $0.ending(half) } })
  }

  static func counted(_ endings: [RecordedTask.Ending]) -> [(reason: String, count: Int)] {
    var counts: [String: Int] = [:]
    for ending in endings { counts[ending.word, default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}

extension RecordedTask.Sample {
  public func ending(_ half: Half) -> RecordedTask.Ending { half == .base ? base : plus }
}

extension RecordedTask.Ending {
  /// The judge's word, or the status where a report has no more.
  public var word: String { reason ?? (status == .pass ? "passed" : status.rawValue) }
}

extension Half {
  /// As tables head it.
  public var title: String { self == .base ? "base" : "base + plus" }
}

/// Tasks as rows of comma-separated values (RFC 4180), one a task and run, for spreadsheets and data frames.
public struct TaskTable: Sendable {
  /// Lines end with CR LF, and the first one has the names.
  public let csv: String

  /// The columns before those of pass@k, which are shares.
  static let columns = [
    "run", "benchmark", "task_id", "samples", "base_passed", "plus_passed", "base_endings", "plus_endings",
    "timing_sensitive",
  ]

  /// - Parameter runs: one after the other, told apart by the first column.
  public init(of runs: [RecordedRun]) {
    let ks = Set(runs.flatMap(\.benchmarks).flatMap(\.ks)).sorted()
    let names = ks.flatMap { k in Half.allCases.map { "\($0.rawValue)_pass@\(k)" } }
    var lines = [(Self.columns + names).map { Self.cell($0) }]
    for run in runs {
      for benchmark in run.benchmarks {
        for task in benchmark.tasks { lines.append(Self.row(task, benchmark, run, ks)) }
      }
    }
    csv = lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func row(
    _ task: RecordedTask, _ benchmark: RecordedBenchmark, _ run: RecordedRun, _ ks: [Int]
  ) -> [String] {
    func ran(_ half: Half, _ value: String) -> String { benchmark.halves.contains(half) ? value : "" }
    func endings(_ half: Half) -> String {
      let counted = RecordedBenchmark.counted(task.samples.map { $0.ending(half) })
      return counted.map { task.samples.count == 1 ? $0.reason : "\($0.reason): \($0.count)" }
        .joined(separator: "; ")
    }
    let score = task.score
    let values = ks.flatMap { k in
      Half.allCases.map { half in
        k > score.samples && score.samples > 0 || !benchmark.ks.contains(k)
          ? "" : ran(half, "\(score.value(k: k, correct: score.correct(half)))")
      }
    }
    return [
      cell(run.name), cell(benchmark.name), cell(score.task), "\(score.samples)",
      ran(.base, "\(score.base)"), ran(.plus, "\(score.plus)"),
      ran(.base, cell(endings(.base))), ran(.plus, cell(endings(.plus))),
      "\(task.samples.count { $0.isTimingSensitive })",
    ] + values
  }

  /// A text as a cell. One that a spreadsheet would take for a formula gets an apostrophe before it, which
  /// spreadsheets take for "this is text".
  static func cell(_ text: String) -> String {
    let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
    let safe = isFormula ? "'" + text : text
    guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
    return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
