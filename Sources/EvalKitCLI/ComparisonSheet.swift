import EvalKit
import Statistics

/// A comparison as a person reads it: scores, what they mean, and the tasks that changed.
struct ComparisonSheet {
  let text: String

  /// How many tasks of a list are named; JSON has them all.
  private static let mostTasks = 20

  /// - Parameters:
  ///   - programs: of both runs, to be shown side by side under the changed tasks; `nil` shows none.
  ///   - width: columns of the terminal.
  init(
    _ comparison: Comparison, programs: (base: RecordedPrograms, new: RecordedPrograms)?, width: Int = 100
  ) {
    var lines = ["base: \(plain(comparison.base.path))", "new:  \(plain(comparison.new.path))"]
    lines += ComparisonSheet.warnings(comparison)
    let isAdjusted = comparison.scores.contains { $0.adjustedP != $0.scores.p }
    let table = TerminalTable<ScoreComparison> { score in
      [
        Column(title: "score", value: "\(score.benchmark) \(score.half.rawValue) pass@\(score.k)"),
        Column(title: "base %", value: percent(score.base.value), align: .right),
        Column(title: "new %", value: percent(score.new.value), align: .right),
        Column(
          title: "change (95 %)", value: ComparisonSheet.change(score),
          colour: !score.isDistinguishable ? nil : score.scores.difference < 0 ? 31 : 32),
        Column(title: "lost", value: score.scores.outcomes.map { "\($0.lost)" } ?? "", align: .right),
        Column(title: "gained", value: score.scores.outcomes.map { "\($0.gained)" } ?? "", align: .right),
        Column(title: "p", value: probability(score.scores.p), align: .right),
      ]
        + (isAdjusted ? [Column(title: "Holm p", value: probability(score.adjustedP), align: .right)] : [])
    }
    let scores = table.text(for: comparison.scores)
    var remarks: [String] = []
    for change in comparison.changes {
      remarks += comparison.scores.filter { $0.benchmark == change.benchmark && $0.half == change.half }.map(
        ComparisonSheet.meaning)
    }
    for change in comparison.changes {
      for (title, tasks) in change.lists { remarks += ComparisonSheet.list(title, tasks, of: change) }
      remarks += ComparisonSheet.timing(change)
    }
    func wrapped(_ lines: [String]) -> [String] {
      lines.flatMap { line -> [String] in
        let pieces = Wrapping.lines(line, width: Console.outputWidth ?? .max)
        return pieces.enumerated().map { $0.offset == 0 ? $0.element : "  " + $0.element }
      }
    }
    lines = wrapped(lines) + [scores] + wrapped(remarks)
    if let programs {
      for change in comparison.changes.flatMap({ $0.worse + $0.better }) {
        lines += ComparisonSheet.sideBySide(change, programs, width: width)
      }
    }
    text = lines.joined(separator: "\n")
  }

  private static func warnings(_ comparison: Comparison) -> [String] {
    var lines: [String] = []
    for run in [comparison.base, comparison.new] {
      if run.isInsecure {
        lines.append("INSECURE: \(plain(run.path)) was made without a sandbox; its verdicts may be forged")
      }
      if !run.isComplete {
        let count = run.benchmarks.reduce(0) { $0 + $1.notJudged.count }
        lines.append("NOT TO BE TRUSTED: \(count) samples of \(plain(run.path)) have no verdict")
      }
      for benchmark in run.benchmarks where !benchmark.missing.isEmpty {
        lines.append(
          "\(plain(run.path)): \(benchmark.missing.count) tasks of \(benchmark.name) have no sample and count "
            + "as failed")
      }
    }
    let unknown = comparison.differences.filter(\.isUnknown).map(\.key)
    if !unknown.isEmpty {
      lines.append(
        "CANNOT BE CHECKED, as not both runs record it: \(plain(unknown.joined(separator: ", "))); the scores "
          + "may not be of the same thing")
    }
    let keys = comparison.differences.filter { !$0.isUnknown }.map {
      $0.isDecisive ? "\($0.key) (allowed)" : $0.key
    }
    if !keys.isEmpty { lines.append("different: \(plain(keys.joined(separator: ", ")))") }
    return lines
  }

  /// What hangs on the machine's speed, apart: it tells little about the models.
  private static func timing(_ change: BenchmarkChanges) -> [String] {
    var lines: [String] = []
    if !change.excluded.isEmpty {
      let some = change.excluded.prefix(mostTasks).joined(separator: ", ")
      let rest = change.excluded.count > mostTasks ? ", … (all with --json)" : ""
      lines.append(
        "\(change.benchmark): left out as timing-sensitive: \(change.excluded.count): \(some)\(rest)")
    }
    let sensitive = change.timingSensitive
    if !sensitive.isEmpty {
      let some = sensitive.prefix(mostTasks).map(\.task).joined(separator: ", ")
      let rest = sensitive.count > mostTasks ? ", … (all with --json)" : ""
      lines.append(
        "\(change.benchmark): \(sensitive.count) of these hang on the machine's speed: \(some)\(rest) "
          + "(--without-timing-sensitive leaves such tasks out)")
    }
    return lines
  }

  private static func change(_ score: ScoreComparison) -> String {
    let interval = score.scores.interval(tail: 0.025)
    return
      "\(points(score.scores.difference)) (\(points(interval.lowerBound)) … \(points(interval.upperBound)))"
  }

  /// `humaneval+ pass@1: not distinguishable; 14 % of the tasks changed, and …`
  private static func meaning(_ score: ScoreComparison) -> String {
    let verdict =
      !score.isDistinguishable
      ? "not distinguishable" : score.scores.difference < 0 ? "new is worse" : "new is better"
    if score.scores.discordance == 0 {
      return "\(score.benchmark) \(score.half.rawValue) pass@\(score.k): no task changed"
    }
    let seen =
      score.scores.detectableDifference().map { "\(percent($0)) points would be seen with chance 0.8" }
      ?? "even a change of all of them on one side would hardly be seen"
    let kind = score.scores.outcomes == nil ? "discordance" : "discordant tasks"
    return
      "\(score.benchmark) \(score.half.rawValue) pass@\(score.k): \(verdict); at \(percent(score.scores.discordance)) % "
      + "\(kind), \(seen)"
  }

  private static func list(
    _ title: String, _ changes: [TaskChange], of benchmark: BenchmarkChanges
  ) -> [String] {
    if changes.isEmpty { return [] }
    let names = changes.prefix(mostTasks).map { change in
      let counts =
        change.base.of == 1 && change.new.of == 1
        ? "" : " (\(change.base.right)/\(change.base.of) -> \(change.new.right)/\(change.new.of))"
      return change.task + counts
    }
    let rest = changes.count > mostTasks ? ", … (all with --json)" : ""
    return ["\(benchmark.benchmark): \(changes.count) \(title): \(names.joined(separator: ", "))\(rest)"]
  }

  private static func sideBySide(
    _ change: TaskChange, _ programs: (base: RecordedPrograms, new: RecordedPrograms), width: Int
  ) -> [String] {
    let title = "\(change.task): base \(outcome(change.base)), new \(outcome(change.new))"
    guard let base = programs.base[change.task, change.baseSample],
      let new = programs.new[change.task, change.newSample]
    else { return ["", title, "  (no program is recorded on one side)"] }
    let column = max(20, (width - 5) / 2)
    func cell(_ text: String?) -> String {
      Wrapping.padded(Wrapping.cut(plain(text ?? ""), to: column), to: column)
    }
    let rows = LineDiff(base, new).excerpt().map { row -> String in
      guard let row else { return "  ..." }
      let sign = row.isCommon ? " " : row.left == nil ? ">" : row.right == nil ? "<" : "|"
      let line = "  \(cell(row.left)) \(sign) \(cell(row.right))"
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return ["", title] + (LineDiff(base, new).rows.allSatisfy(\.isCommon) ? ["  (the same program)"] : rows)
  }

  private static func outcome(_ count: TaskChange.Count) -> String {
    switch (count.right, count.of) {
    case (_, 0): "has no sample"
    case (0, 1): "failed"
    case (1, 1): "passed"
    default: "passed \(count.right) of \(count.of)"
    }
  }
}
