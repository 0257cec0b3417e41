import EvalKit

/// A trend as lines of text, one a run: the interval as a bar, the score as a sign in it.
struct TrendChart {
  let text: String

  init(_ trend: Trend, width: Int) {
    let names = trend.points.map { plain($0.run.name) }
    let label = min(names.map(\.displayWidth).max() ?? 0, 36)
    let room = max(20, width - label - 32)
    let low = trend.points.map(\.estimate.interval.lowerBound).min() ?? 0
    let high = trend.points.map(\.estimate.interval.upperBound).max() ?? 1
    let span = max(high - low, 0.001)
    func column(_ value: Double) -> Int { Int(((value - low) / span * Double(room - 1)).rounded()) }
    var lines = [trend.title]
    for (name, point) in zip(names, trend.points) {
      let interval = point.estimate.interval
      var bar = Array(repeating: Character(" "), count: room)
      for index in column(interval.lowerBound)...column(interval.upperBound) { bar[index] = "-" }
      bar[column(point.estimate.value)] = "o"
      let cut = name.displayWidth > label ? "…" + Wrapping.tail(name, of: label - 1) : name
      lines.append(
        Wrapping.padded(cut, to: label) + " |\(String(bar))| "
          + "\(percent(point.estimate.value)) % (\(percent(interval.lowerBound)) … "
          + "\(percent(interval.upperBound)))")
      if !point.changedKeys.isEmpty {
        lines.append(
          "  since the run above, also changed: \(plain(point.changedKeys.joined(separator: ", ")))")
      }
      if !point.unknownKeys.isEmpty {
        lines.append(
          "  against the run above, cannot be checked: \(plain(point.unknownKeys.joined(separator: ", ")))")
      }
    }
    lines.append("o: the score, -: its 95 % interval, from \(percent(low)) to \(percent(high)) %")
    text = lines.joined(separator: "\n")
  }
}
