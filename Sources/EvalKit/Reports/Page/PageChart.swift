#if canImport(Glibc)
  import Glibc
#endif

/// A figure of the page: a drawing whose colours the style sheet gives, and the same as a table for those who
/// cannot see it or want the numbers.
struct PageChart {
  let title: String
  /// What the drawing shows, in a sentence, for a reader who has no picture.
  let summary: String
  /// The content of the drawing, in a space of ``width`` by `height`.
  private let drawing: String
  private let height: Int
  private let header: [String]
  private let rows: [[String]]
  /// What stands for which line.
  private var key: [(name: String, style: String)] = []

  private static let width = 460
  // Room for the labels of both axes.
  private static let left = 44, right = 14, top = 12, bottom = 34

  /// One line with a band around it.
  struct Series {
    let name: String
    /// The style sheet's name for its colour: `a`, `b`.
    let style: String
    let points: [(x: Int, y: Double, band: ClosedRange<Double>?)]
  }

  // MARK: Lines

  /// Shares over whole numbers. Both axes begin where the data does; the abscissa is logarithmic beyond 20.
  static func lines(title: String, abscissa: String, _ series: [Series]) -> PageChart? {
    let points = series.flatMap(\.points)
    guard let first = points.map(\.x).min(), let last = points.map(\.x).max(), first < last else {
      return nil
    }
    let low = points.map { $0.band?.lowerBound ?? $0.y }.min() ?? 0
    let high = points.map { $0.band?.upperBound ?? $0.y }.max() ?? 1
    // Whole tens of percent around everything.
    var floor = max(0, Int(low * 10)), ceiling = min(10, max(floor + 1, Int((high * 10).rounded(.up))))
    if ceiling - floor > 5 { (floor, ceiling) = (floor / 2 * 2, (ceiling + 1) / 2 * 2) }
    let height = 250
    func y(_ value: Double) -> Double {
      let share = (value * 10 - Double(floor)) / Double(max(ceiling - floor, 1))
      return Double(height - bottom) - share * Double(height - top - bottom)
    }
    func place(_ x: Int) -> Double { last > 20 ? log10(Double(x)) : Double(x) }
    func x(_ value: Int) -> Double {
      let share = (place(value) - place(first)) / (place(last) - place(first))
      return Double(left) + share * Double(width - left - right)
    }
    var out = ""
    for tenth in stride(from: floor, through: ceiling, by: ceiling - floor > 5 ? 2 : 1) {
      let at = text(y(Double(tenth) / 10))
      out += #"<line class="grid" x1="\#(left)" x2="\#(width - right)" y1="\#(at)" y2="\#(at)"/>"#
      out += #"<text x="\#(left - 8)" y="\#(at)" dy="4" text-anchor="end">\#(tenth * 10) %</text>"#
    }
    for tick in ticks(first, last) {
      out += #"<text x="\#(text(x(tick)))" y="\#(height - bottom + 17)" text-anchor="middle">\#(tick)</text>"#
    }
    out +=
      #"<text x="\#((left + width - right) / 2)" y="\#(height - 3)" text-anchor="middle">\#(abscissa)</text>"#
    for line in series {
      let band = line.points.filter { $0.band != nil }
      if band.count > 1 {
        let upper = band.map { "\(text(x($0.x))),\(text(y($0.band?.upperBound ?? $0.y)))" }
        let lower = band.reversed().map { "\(text(x($0.x))),\(text(y($0.band?.lowerBound ?? $0.y)))" }
        out += #"<polygon class="band \#(line.style)" points="\#((upper + lower).joined(separator: " "))"/>"#
      }
      let path = line.points.map { "\(text(x($0.x))),\(text(y($0.y)))" }
      out += #"<polyline class="line \#(line.style)" points="\#(path.joined(separator: " "))"/>"#
      for point in line.points {
        out +=
          #"<circle class="dot \#(line.style)" cx="\#(text(x(point.x)))" cy="\#(text(y(point.y)))" r="3">"#
        out += "<title>\(line.name), \(abscissa) \(point.x): \(percent(point.y)) %</title></circle>"
      }
    }
    let xs = Set(points.map(\.x)).sorted()
    let rows = xs.map { x in
      ["\(x)"]
        + series.map { line in
          line.points.first { $0.x == x }.map { point in
            point.band.map {
              "\(percent(point.y)) % (\(percent($0.lowerBound)) … \(percent($0.upperBound)))"
            } ?? "\(percent(point.y)) %"
          } ?? "–"
        }
    }
    let ends = series.compactMap { line -> String? in
      guard let start = line.points.first, let end = line.points.last else { return nil }
      return "\(line.name) goes from \(percent(start.y)) % at \(start.x) to \(percent(end.y)) % at \(end.x)"
    }
    return PageChart(
      title: title, summary: ends.joined(separator: "; ") + ".", drawing: out, height: height,
      header: [abscissa] + series.map(\.name), rows: rows, key: series.map { ($0.name, $0.style) })
  }

  private static func ticks(_ first: Int, _ last: Int) -> [Int] {
    if last <= 20 { return (first...last).filter { last < 12 || $0 == first || $0 % 5 == 0 } }
    return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].filter { (first...last).contains($0) }
  }

  // MARK: Bars

  /// Counts of values in equal steps of their logarithm, four to a power of ten.
  static func histogram(
    title: String, of values: [Double], unit: String, isLogarithmic: Bool = true, label: (Double) -> String
  ) -> PageChart? {
    guard let low = values.min(), let high = values.max(), low >= 0, high.isFinite else { return nil }
    let step = isLogarithmic ? 0.25 : linearStep(high - low)
    func bin(_ value: Double) -> Int {
      Int(((isLogarithmic ? log10(max(value, 1e-4)) : value) / step).rounded(.down))
    }
    func edge(_ bin: Int) -> Double { isLogarithmic ? pow(10, Double(bin) * step) : Double(bin) * step }
    let first = bin(low), last = max(bin(high), bin(low))
    var counts = [Int](repeating: 0, count: last - first + 1)
    for value in values { counts[bin(value) - first] += 1 }
    let unitOfCounts = Self.step(over: counts.max() ?? 1)
    let most = ((counts.max() ?? 1) + unitOfCounts - 1) / unitOfCounts * unitOfCounts
    let height = 200
    let pitch = Double(width - left - right) / Double(counts.count)
    var out = ""
    for share in stride(from: 0, through: most, by: unitOfCounts) {
      let at = text(Double(height - bottom) - Double(share) / Double(most) * Double(height - top - bottom))
      out += #"<line class="grid" x1="\#(left)" x2="\#(width - right)" y1="\#(at)" y2="\#(at)"/>"#
      out += #"<text x="\#(left - 8)" y="\#(at)" dy="4" text-anchor="end">\#(PageText.grouped(share))</text>"#
    }
    for (index, count) in counts.enumerated() {
      let tall = Double(count) / Double(most) * Double(height - top - bottom)
      let x = Double(left) + Double(index) * pitch
      let range = "\(label(edge(first + index))) to \(label(edge(first + index + 1)))"
      out += #"<rect class="bar a" x="\#(text(x + 0.75))" y="\#(text(Double(height - bottom) - tall))" "#
      out += #"width="\#(text(max(pitch - 1.5, 0.5)))" height="\#(text(tall))">"#
      out += "<title>\(range): \(PageText.grouped(count))</title></rect>"
    }
    // A label at every few edges, so that none touches the next; at whole powers of ten where there are two.
    let every = max(1, (counts.count + 5) / 6)
    let tens = (0...counts.count).filter { (first + $0) % 4 == 0 }
    let few = Array(stride(from: 0, through: counts.count, by: every))
    for index in isLogarithmic && tens.count > 1 ? tens : few {
      let at = text(Double(left) + Double(index) * pitch)
      out +=
        #"<text x="\#(at)" y="\#(height - bottom + 17)" text-anchor="middle">\#(label(edge(first + index)))</text>"#
    }
    let median = values.sorted()[values.count / 2]
    return PageChart(
      title: title,
      summary:
        "\(PageText.grouped(values.count)) \(unit), from \(label(low)) to \(label(high)), half of them "
        + "below \(label(median)).",
      drawing: out, height: height, header: ["from", "to", unit],
      rows: counts.enumerated().filter { $0.element > 0 }.map {
        [
          label(edge(first + $0.offset)), label(edge(first + $0.offset + 1)), PageText.grouped($0.element),
        ]
      })
  }

  /// A round number of which three or four make `most`.
  private static func step(over most: Int) -> Int {
    var step = 1
    while most > 4 * step { step = String(step).hasPrefix("2") ? step / 2 * 5 : step * 2 }
    return step
  }

  private static func linearStep(_ span: Double) -> Double {
    var step = 1e-3
    for factor in [2.0, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2] where span / step > 16 {
      step *= factor
    }
    return span / step > 64 ? span / 16 : step
  }

  // MARK: Text

  /// The whole figure.
  var html: String {
    let head = header.map { "<th scope=\"col\">\(PageText.escaped($0))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + row.map { "<td>\(PageText.escaped($0))</td>" }.joined() + "</tr>"
    }.joined(separator: "\n")
    return """
      <figure class="chart">
      <figcaption>\(PageText.escaped(title))</figcaption>
      <svg role="img" viewBox="0 0 \(Self.width) \(height)" aria-label="\(PageText.escaped("\(title). \(summary)"))">
      \(drawing)</svg>
      \(legend)\
      <details><summary>Numbers</summary><table class="numbers"><thead><tr>\(head)</tr></thead>
      <tbody>\(body)</tbody></table></details>
      </figure>
      """
  }

  private var legend: String {
    if key.isEmpty { return "" }
    let names = key.map { "<i class=\"\($0.style)\"></i>\(PageText.escaped($0.name))" }
    return "<p class=\"key\" aria-hidden=\"true\">\(names.map { "<span>\($0)</span>" }.joined())</p>\n"
  }

  private static func text(_ value: Double) -> String { value.decimals(1) }
}
