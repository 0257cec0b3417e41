/// One cell of a ``TerminalTable``, with its column's title.
struct Column {
  enum Alignment {
    case left
    /// For numbers: such a column is never narrowed.
    case right
  }

  let title: String
  let value: String
  var align = Alignment.left
  /// An SGR colour of the value where the output has colour; never the only sign.
  var colour: Int?
}

/// A table that fits the terminal: names wrap where a column is too wide, and where even that does not help,
/// every row becomes a list. In a pipe it is as wide as it needs to be.
struct TerminalTable<Row> {
  private let columns: (Row) -> [Column]

  init(_ columns: @escaping (Row) -> [Column]) { self.columns = columns }

  /// - Parameters:
  ///   - width: columns of the terminal; `nil` for none.
  ///   - hasColour: whether cells may be coloured.
  func text(
    for rows: [Row], width: Int? = Console.outputWidth, hasColour: Bool = Console.outputHasColour
  ) -> String {
    let cells = rows.map(columns)
    guard let first = cells.first else { return "(none)" }
    var widths = first.indices.map { column in
      cells.reduce(first[column].title.displayWidth) { widest, row in
        max(widest, row[column].value.split(separator: "\n").map(\.displayWidth).max() ?? 0)
      }
    }
    if let width, !Self.narrow(&widths, first, to: width) { return list(cells, width, hasColour) }
    let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined()
    func line(_ row: [String], _ colours: [Int?]) -> String {
      "| "
        + row.indices.map { index in
          let cell = Wrapping.padded(row[index], to: widths[index], right: first[index].align == .right)
          return painted(cell, colours[index], hasColour)
        }.joined(separator: " | ") + " |"
    }
    var lines = [rule]
    let head = first.map { Column(title: "", value: $0.title) }
    for (number, row) in ([head] + cells).enumerated() {
      let wrapped = row.indices.map { Wrapping.lines(row[$0].value, width: widths[$0]) }
      for index in 0..<(wrapped.map(\.count).max() ?? 1) {
        lines.append(
          line(wrapped.map { index < $0.count ? $0[index] : "" }, row.map { hasColour ? $0.colour : nil }))
      }
      if number == 0 { lines.append(rule) }
    }
    return (lines + [rule]).joined(separator: "\n")
  }

  /// Takes from the widest texts first; `false` when there is not room for that.
  private static func narrow(_ widths: inout [Int], _ first: [Column], to width: Int) -> Bool {
    let frame = 3 * widths.count + 1
    let least = first.indices.map { index in
      first[index].align == .right
        ? widths[index] : min(widths[index], max(10, first[index].title.displayWidth))
    }
    guard least.reduce(frame, +) <= width else { return widths.reduce(frame, +) <= width }
    while widths.reduce(frame, +) > width {
      let candidates = widths.indices.filter { widths[$0] > least[$0] }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return false }
      widths[widest] -= 1
    }
    return true
  }

  private func list(_ cells: [[Column]], _ width: Int, _ hasColour: Bool) -> String {
    let label = cells.first.map { $0.map(\.title.displayWidth).max() ?? 0 } ?? 0
    let blocks = cells.map { row in
      row.flatMap { cell in
        Wrapping.lines(
          cell.value, after: Wrapping.padded(cell.title, to: label) + "  ", width: width
        ).map { painted($0, cell.colour, hasColour) }
      }.joined(separator: "\n")
    }
    return blocks.joined(separator: "\n\n")
  }

  private func painted(_ text: String, _ colour: Int?, _ hasColour: Bool) -> String {
    guard hasColour, let colour else { return text }
    return "\u{1B}[\(colour)m\(text)\u{1B}[0m"
  }
}
