/// The decoding order as a picture: one square a position, in reading order, coloured by its step.
public struct TracePicture: Sendable {
  private let trace: GenerationTrace
  private let columns = 32
  private let side = 18

  /// The picture of `trace`.
  public init(_ trace: GenerationTrace) { self.trace = trace }

  /// Red, green and blue of `step`, from dark blue over green to yellow; the same on the terminal.
  public static func colour(step: Int, of steps: Int) -> (red: Int, green: Int, blue: Int) {
    let stops: [(Double, Double, Double)] = [
      (68, 58, 140), (49, 104, 142), (33, 145, 140), (94, 201, 98), (230, 215, 40),
    ]
    let at = steps > 1 ? Double(min(max(step, 0), steps - 1)) / Double(steps - 1) * 4 : 0
    let index = min(Int(at), 3)
    let (low, high, part) = (stops[index], stops[index + 1], at - Double(index))
    func mix(_ a: Double, _ b: Double) -> Int { Int((a + (b - a) * part).rounded()) }
    return (mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
  }

  /// A whole SVG document.
  public var svg: String {
    let rows = (trace.ids.count + columns - 1) / columns
    let (width, height) = (columns * side, max(rows, 1) * side)
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height + 2 * side)" \
      viewBox="0 0 \(width) \(height + 2 * side)" font-family="sans-serif" font-size="8">
      <rect width="100%" height="100%" fill="white"/>

      """
    for (position, step) in trace.commitStep.enumerated() {
      let (x, y) = (position % columns * side, position / columns * side)
      let colour = step.map { Self.hexadecimal(Self.colour(step: $0, of: trace.steps)) } ?? "none"
      let label = step.map { "step \($0)" } ?? "still masked"
      out += """
        <g><title>position \(position), \(label): \(Self.escaped(trace.pieces[position]))</title>\
        <rect x="\(x)" y="\(y)" width="\(side - 1)" height="\(side - 1)" fill="\(colour)" stroke="\
        \(position == trace.end ? "red" : "#999")"/>
        """
      if let step {
        out += "<text x=\"\(x + side / 2)\" y=\"\(y + 12)\" text-anchor=\"middle\" fill=\""
        out += "\(step * 2 < trace.steps ? "white" : "black")\">\(step)</text>"
      }
      out += "</g>\n"
    }
    out += "<text x=\"4\" y=\"\(height + side)\" font-size=\"11\">colour and number: the step that "
    out += "committed the position; red frame: the first end token</text>\n</svg>\n"
    return out
  }

  private static func hexadecimal(_ colour: (red: Int, green: Int, blue: Int)) -> String {
    let value = String(colour.red << 16 | colour.green << 8 | colour.blue, radix: 16)
    return "#" + String(repeating: "0", count: 6 - value.count) + value
  }

  /// Text for XML, which has no place for most control characters.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\0"..<" ", "\u{FFFE}"..."\u{FFFF}": out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
