import JSON

/// The scores of a page: the large figures, and the table of all runs.
enum PageScores {
  /// The figures of one run, a group for each benchmark.
  static func headlines(_ page: PageRun) -> [[String: String]] {
    page.run.benchmarks.compactMap { part in
      guard let row = part.score.rows.first else { return nil }
      var view = [
        "suite": PageText.escaped(part.name), "k": "\(row.k)", "tests": part.fullest.title,
        "value": percent(row.plus.value), "interval": interval(row.plus), "facts": facts(part, of: page),
      ]
      if part.fullest == .plus {
        view["base"] = "\(percent(row.base.value))"
        view["baseInterval"] = interval(row.base)
      }
      return view
    }
  }

  private static func facts(_ part: RecordedBenchmark, of page: PageRun) -> String {
    let samples = part.sampleCount
    let solved = part.tasks.count { $0.score.plus > 0 }
    var words = [
      "\(PageText.grouped(part.tasks.count)) tasks", "\(PageText.grouped(samples)) judged samples",
      "\(PageText.grouped(solved)) tasks solved\(samples > part.tasks.count ? " at least once" : "")",
    ]
    if page.run.identity.benchmark(part.name)?["tasks"]?.array != nil {
      words.append("a part of the benchmark, not its score")
    }
    let sensitive = part.tasks.flatMap(\.samples).count { $0.isTimingSensitive }
    if sensitive > 0 { words.append("\(PageText.grouped(sensitive)) verdicts near a time limit") }
    return words.joined(separator: " · ")
  }

  /// A row for each run, benchmark and k.
  static func rows(_ page: PageRun) -> [[String: String]] {
    page.run.benchmarks.flatMap { part in
      part.score.rows.map { row in
        [
          "run": PageText.escaped(page.run.name), "suite": PageText.escaped(part.name), "k": "\(row.k)",
          "base": cell(row.base), "plus": part.fullest == .plus ? cell(row.plus) : "not run",
          "drawn": drawn(row, part.halves),
        ]
      }
    }
  }

  /// On two lines where there is no room for one.
  private static func cell(_ estimate: Estimate) -> String {
    let parts = estimate.text.split(separator: " (", maxSplits: 1)
    guard parts.count == 2 else { return PageText.escaped(estimate.text) }
    return "<span>\(parts[0])</span> <span>(\(parts[1])</span>"
  }

  /// The k for which there are too few samples, in words.
  static func omitted(_ runs: [RecordedRun]) -> String {
    runs.flatMap { run in
      run.benchmarks.compactMap { part -> String? in
        let omitted = part.score.omitted
        if omitted.isEmpty { return nil }
        let whose = runs.count > 1 ? "\(run.name): " : ""
        return "\(whose)too few samples for k = \(omitted.map { "\($0)" }.joined(separator: ", "))"
      }
    }.joined(separator: "; ")
  }

  private static func interval(_ estimate: Estimate) -> String {
    "\(percent(estimate.interval.lowerBound)) … \(percent(estimate.interval.upperBound)) %"
  }

  /// Both intervals on the same line from 0 to 100 %; the numbers stand beside it.
  private static func drawn(_ row: Score.Row, _ halves: [Half]) -> String {
    func mark(_ estimate: Estimate, _ style: String, _ y: Int) -> String {
      func x(_ share: Double) -> String { (4 + share * 152).decimals(1) }
      return "<line class=\"whisker \(style)\" x1=\"\(x(estimate.interval.lowerBound))\" "
        + "x2=\"\(x(estimate.interval.upperBound))\" y1=\"\(y)\" y2=\"\(y)\"/>"
        + "<circle class=\"dot \(style)\" cx=\"\(x(estimate.value))\" cy=\"\(y)\" r=\"3.5\"/>"
    }
    return "<svg class=\"interval\" aria-hidden=\"true\" viewBox=\"0 0 160 22\">"
      + "<line class=\"grid\" x1=\"4\" x2=\"156\" y1=\"11\" y2=\"11\"/>"
      + (halves.contains(.plus) ? mark(row.base, "b", 7) + mark(row.plus, "a", 15) : mark(row.base, "a", 11))
      + "</svg>"
  }
}
