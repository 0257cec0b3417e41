/// Runs as Markdown: the scores of all, then what became of the samples of each.
public struct RunsMarkdown: Sendable {
  public let text: String

  public init(of runs: [RecordedRun]) {
    var lines = ["| run | benchmark | pass@k | base | base + plus |", "|---|---|---|---|---|"]
    for run in runs {
      for part in run.benchmarks {
        for row in part.score.rows {
          let cells = Half.allCases.map { half in
            part.halves.contains(half) ? row.estimate(half).text : "not run"
          }
          lines.append(
            "| \(MarkdownText.cell(run.name)) | \(MarkdownText.cell(part.name)) | \(row.k) | "
              + cells.joined(separator: " | ") + " |")
        }
      }
    }
    lines += ["", "Value ± standard error over tasks (95 % interval)."]
    for run in runs { lines += [""] + Self.section(run) }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ run: RecordedRun) -> [String] {
    var lines = ["## \(MarkdownText.cell(run.name))", ""]
    if run.isInsecure {
      lines += ["**INSECURE: made without a sandbox; programs may have forged their verdicts.**", ""]
    }
    if !run.isComplete {
      lines += ["**Not every sample has a verdict: the score is not to be trusted.**", ""]
    }
    let unknown = run.identity.notRecorded
    if !unknown.isEmpty {
      lines += ["Not recorded: \(MarkdownText.cell(unknown.joined(separator: ", "))).", ""]
    }
    for part in run.benchmarks {
      lines += [
        "### \(MarkdownText.cell(part.name))", "", "\(part.tasks.count) tasks, \(part.sampleCount) samples.",
      ]
      if let partial = run.coverage(of: part) { lines += ["**Partial: \(MarkdownText.cell(partial)).**"] }
      if !part.missing.isEmpty {
        let names = part.missing.prefix(20).joined(separator: ", ")
        lines += [
          "",
          "**\(part.missing.count) tasks have no sample and count as failed:** \(MarkdownText.cell(names))",
        ]
      }
      let endings = part.halves.map { half in
        Dictionary(uniqueKeysWithValues: part.endings(half).map { ($0.reason, $0.count) })
      }
      lines += [
        "", "| what became of the samples | \(part.halves.map(\.rawValue).joined(separator: " | ")) |",
      ]
      lines += ["|---|\(part.halves.map { _ in "---|" }.joined())"]
      for reason in Set(endings.flatMap(\.keys)).sorted() {
        let counts = endings.map { "\($0[reason] ?? 0)" }.joined(separator: " | ")
        lines.append("| \(MarkdownText.cell(reason)) | \(counts) |")
      }
      let failed = part.tasks.filter { $0.score.correct(part.fullest) < max(1, $0.score.samples) }
      lines += ["", "<details><summary>\(failed.count) tasks not passed by every sample</summary>", ""]
      lines += ["| task | \(part.halves.map(\.title).joined(separator: " | ")) |"]
      lines += ["|---|\(part.halves.map { _ in "---|" }.joined())"]
      lines += failed.map { task in
        let counts = part.halves.map { "\(task.score.correct($0))/\(task.score.samples)" }
        return "| \(MarkdownText.cell(task.score.task)) | \(counts.joined(separator: " | ")) |"
      }
      lines += ["", "</details>"]
    }
    return lines
  }
}

/// Text from a run in Markdown.
enum MarkdownText {
  /// Neither ends a table's cell nor is markup.
  static func cell(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "|", "\\", "`", "*", "_", "[", "]", "#", "@": out += "\\\(Character(scalar))"
      case "<": out += "&lt;"
      case "\n", "\r": out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
