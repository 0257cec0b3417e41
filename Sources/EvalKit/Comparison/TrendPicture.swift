/// A trend as a line with its 95 % intervals.
public struct TrendPicture: Sendable {
  private let trend: Trend
  private let width = 760
  private let height = 360
  // Room around the plot for the title, the axis and the runs' names.
  private let left = 60
  private let top = 44
  private let right = 20
  private let bottom = 110

  public init(_ trend: Trend) { self.trend = trend }

  /// A whole SVG document, the numbers of every point in its title.
  public var svg: String {
    let low = trend.points.map(\.estimate.interval.lowerBound).min() ?? 0
    let high = trend.points.map(\.estimate.interval.upperBound).max() ?? 1
    // Whole tens of percent around everything.
    let floor = Int(low * 10), ceiling = max(floor + 1, Int((high * 10).rounded(.up)))
    func y(_ value: Double) -> Int {
      let share = (value * 10 - Double(floor)) / Double(ceiling - floor)
      return height - bottom - Int((share * Double(height - top - bottom)).rounded())
    }
    func x(_ index: Int) -> Int {
      let room = width - left - right
      return left + (room * (2 * index + 1)) / (2 * max(1, trend.points.count))
    }
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(left)" y="24" font-size="15">\(Self.escaped(trend.title)), with 95 % intervals</text>

      """
    for tenth in floor...ceiling {
      let line = y(Double(tenth) / 10)
      out += "<line x1=\"\(left)\" x2=\"\(width - right)\" y1=\"\(line)\" y2=\"\(line)\" stroke=\"#ddd\"/>"
      out += "<text x=\"\(left - 8)\" y=\"\(line + 4)\" text-anchor=\"end\">\(tenth * 10) %</text>\n"
    }
    let path = trend.points.indices.map { "\(x($0)),\(y(trend.points[$0].estimate.value))" }
    out += "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"#31688e\"/>\n"
    for (index, point) in trend.points.enumerated() {
      let (at, interval) = (x(index), point.estimate.interval)
      out += "<g stroke=\"#31688e\"><title>\(Self.escaped(point.run.path)): \(point.estimate.text)</title>"
      out +=
        "<line x1=\"\(at)\" x2=\"\(at)\" y1=\"\(y(interval.lowerBound))\" y2=\"\(y(interval.upperBound))\"/>"
      out += "<circle cx=\"\(at)\" cy=\"\(y(point.estimate.value))\" r=\"4\" fill=\"#31688e\"/></g>"
      let base = height - bottom + 16
      out += "<text transform=\"translate(\(at) \(base)) rotate(35)\">\(Self.escaped(short(point)))</text>\n"
    }
    return out + "</svg>\n"
  }

  /// The run's name, with a star where more than the model changed.
  private func short(_ point: Trend.Point) -> String {
    let name = point.run.name
    let cut = name.count > 24 ? "\(name.prefix(11))…\(name.suffix(12))" : name
    return point.changedKeys.isEmpty ? cut : "* \(cut)"
  }

  private static func escaped(_ text: String) -> String { XMLText.escaped(text) }
}
