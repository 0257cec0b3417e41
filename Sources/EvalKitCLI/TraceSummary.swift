import DiffusionEngine
import EvalKit

/// The statistics of a trace as a person reads them.
struct TraceSummary {
  let text: String

  private struct Row {
    let name: String
    let canvas: Double?
    let text: Double?
  }

  init(_ statistics: TraceStatistics) {
    let (canvas, text) = (statistics.canvas, statistics.text)
    var rows: [Row] = []
    for k in 1...4 {
      rows.append(Row(name: "local AR-ness@\(k)", canvas: canvas.local[k - 1], text: text.local[k - 1]))
    }
    for k in 1...4 {
      rows.append(Row(name: "global AR-ness@\(k)", canvas: canvas.global[k - 1], text: text.global[k - 1]))
    }
    rows.append(
      Row(
        name: "tokens per forward pass", canvas: statistics.tokensPerForward,
        text: statistics.textTokensPerForward))
    let table = TerminalTable<Row> {
      [
        Column(title: "", value: $0.name),
        Column(title: "canvas", value: Self.rounded($0.canvas), align: .right),
        Column(title: "before the end", value: Self.rounded($0.text), align: .right),
      ]
    }
    self.text =
      (table.text(for: rows))
      + "\nsteps that only filled in what is behind the end: \(Self.rounded(statistics.tailStepShare))"
  }

  /// Three decimals.
  private static func rounded(_ value: Double?) -> String {
    value.map { $0.decimals(3) } ?? "-"
  }
}
