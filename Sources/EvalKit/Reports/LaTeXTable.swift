/// The scores of runs as a table for a paper: `booktabs`, the 95 % interval behind each score.
public struct LaTeXTable: Sendable {
  /// One `table` environment, to be given to `\input`.
  public let text: String

  public init(of runs: [RecordedRun]) {
    let halves = Half.allCases.filter { half in
      runs.flatMap(\.benchmarks).contains { $0.halves.contains(half) }
    }
    var lines = [
      "% Made by evalkit. Needs \\usepackage{booktabs}.",
      "\\begin{table}", "  \\centering", "  \\begin{tabular}{llr\(halves.map { _ in "r" }.joined())}",
      "    \\toprule",
      "    Run & Benchmark & $k$" + halves.map { " & \(Self.escaped($0.title))" }.joined() + " \\\\",
      "    \\midrule",
    ]
    for run in runs {
      for benchmark in run.benchmarks {
        for row in benchmark.score.rows {
          let cells = halves.map { half in
            benchmark.halves.contains(half) ? " & " + Self.cell(row.estimate(half)) : " & --"
          }
          lines.append(
            "    \(Self.escaped(run.name)) & \(Self.escaped(benchmark.name)) & \(row.k)\(cells.joined()) \\\\"
          )
        }
      }
    }
    let notes = runs.flatMap(Self.notes)
    lines += [
      "    \\bottomrule", "  \\end{tabular}",
      "  \\caption{pass@$k$ in percent with 95\\,\\% intervals over tasks."
        + notes.map { " " + Self.escaped($0) }.joined() + "}",
      "\\end{table}",
    ]
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func cell(_ estimate: Estimate) -> String {
    let (low, high) = (estimate.interval.lowerBound, estimate.interval.upperBound)
    return "\(percent(estimate.value)) {\\footnotesize [\(percent(low)), \(percent(high))]}"
  }

  /// What keeps a number from being the whole truth stands in the caption, where nobody cuts it off.
  private static func notes(_ run: RecordedRun) -> [String] {
    var notes: [String] = []
    if run.isInsecure { notes.append("\(run.name) was made without a sandbox.") }
    if !run.isComplete { notes.append("Not every sample of \(run.name) was judged.") }
    for part in run.benchmarks {
      if !part.missing.isEmpty {
        notes.append("\(part.missing.count) tasks of \(part.name) had no sample in \(run.name).")
      }
      if let partial = run.coverage(of: part) { notes.append("\(run.name): \(partial).") }
    }
    return notes
  }

  /// Text in which no character is a command.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\textbackslash{}"
      case "~": out += "\\textasciitilde{}"
      case "^": out += "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": out += "\\\(Character(scalar))"
      case "<": out += "\\textless{}"
      case ">": out += "\\textgreater{}"
      case "|": out += "\\textbar{}"
      default:
        if scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}" {
          out += " "
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out
  }
}
