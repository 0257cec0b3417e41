import EvalKit

/// What is printed at the end of a run: a table, and whatever keeps the numbers from being the whole truth.
struct Summary {
  let text: String

  private struct Row {
    let benchmark: String
    let k: Int
    let base: String
    let plus: String
  }

  init(_ report: Report) {
    let rows = report.benchmarks.flatMap { result in
      result.score.rows.map {
        Row(benchmark: result.benchmark.name, k: $0.k, base: $0.base.text, plus: $0.plus.text)
      }
    }
    let table = TerminalTable<Row> {
      [
        Column(title: "benchmark", value: $0.benchmark),
        Column(title: "pass@k", value: "\($0.k)", align: .right),
        Column(title: "base", value: $0.base),
        Column(title: "base + plus", value: $0.plus),
      ]
    }
    var lines = [table.text(for: rows)]
    if report.isInsecure {
      let line =
        "INSECURE: made without a sandbox (--insecure-sandbox); programs may have forged their verdicts"
      lines.append(Console.outputHasColour ? "\u{1B}[1;31m\(line)\u{1B}[0m" : line)
    }
    for result in report.benchmarks {
      let name = result.benchmark.name
      if result.isPartial {
        lines.append("\(name): partial, \(result.tasks.count) of \(result.benchmark.taskCount) tasks")
      }
      if !result.missing.isEmpty {
        lines.append(
          "\(name): \(result.missing.count) tasks have no sample and count as failed: "
            + Summary.some(of: result.missing))
      }
      if !result.score.omitted.isEmpty {
        let ks = result.score.omitted.map { "pass@\($0)" }.joined(separator: ", ")
        lines.append("\(name): too few samples a task for \(ks)")
      }
      if result.timingSensitive > 0 {
        lines.append(
          "\(name): \(result.timingSensitive) samples are timing-sensitive, and were judged again alone")
      }
      if !result.notJudged.isEmpty {
        lines.append(
          "\(name): NOT JUDGED, the score is not to be trusted: "
            + Summary.some(of: result.notJudged.map { "\($0.sample.task) #\($0.sample.sample)" }))
      }
    }
    text = lines.joined(separator: "\n")
  }

  private static func some(of names: [String]) -> String {
    let shown = names.prefix(10).joined(separator: ", ")
    return names.count > 10 ? "\(shown), … (all in the report)" : shown
  }
}
