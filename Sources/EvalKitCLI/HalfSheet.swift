import EvalKit

extension String {
  /// The lines of a program, as Python counts them.
  var programLines: [Substring] {
    split(omittingEmptySubsequences: false) { ["\n", "\r", "\r\n"].contains($0) }
  }
}

/// What became of one half (base or plus) of a program, as lines of text.
struct HalfSheet {
  /// Columns to stay within; `nil` for a pipe, where lines are as long as they are.
  let width: Int?
  let hasColour: Bool
  /// The program's lines, one of which a message may name.
  let program: [Substring]
  /// Whether the program was run on after its first failure.
  var allTests = false

  /// Values longer than this are cut in the middle; the whole is in the JSON.
  private static let longestValue = 600
  private static let mostOutputLines = 20

  /// - Parameter tests: how many there are, where that is known.
  func lines(_ name: String, _ half: HalfVerdict, tests: Int?) -> [String] {
    var lines = [head(name, half)]
    if tests != nil || half.testsRun > 0 {
      lines += wrapped(count(half, tests: tests), after: "  tests     ")
    }
    if let test = half.test { lines += wrapped("number \(test), counted from 0", after: "  failing   ") }
    for (label, value) in [("input", half.input), ("expected", half.expected), ("got", half.got)] {
      if let value { lines += wrapped(cut(value), after: "  \(Wrapping.padded(label, to: 10))") }
    }
    if let message = half.message { lines += wrapped(cut(message), after: "  what      ") }
    if let line = half.line, program.indices.contains(line - 1) {
      lines += wrapped(plain(String(program[line - 1])), after: "  line \(Wrapping.padded("\(line)", to: 5))")
    }
    if let output = half.outputTail { lines += printed(output) }
    let cost = cost(half)
    if !cost.isEmpty { lines += wrapped(cost, after: "  took      ") }
    return lines
  }

  private func head(_ name: String, _ half: HalfVerdict) -> String {
    let passed = half.status == .pass
    // evalplus' word, and ours where it says more.
    let verdict = passed ? "pass" : "\(half.status.rawValue): \(half.reason)"
    guard hasColour || width != nil else { return "\(name)  \(verdict)" }
    let sign = "\(passed ? "✓" : "✗") \(name)  \(verdict)"
    return hasColour ? "\u{1B}[1;\(passed ? 32 : 31)m\(sign)\u{1B}[0m" : sign
  }

  private func count(_ half: HalfVerdict, tests: Int?) -> String {
    var text = tests.map { "\(half.testsRun) of \($0) run" } ?? "\(half.testsRun) run"
    if let passed = half.testsPassed(allTests: allTests) { text += ", \(passed) passed" }
    if half.status != .pass, !allTests, let tests, half.testsRun < tests {
      text += "; stopped at the first failure (--all-tests goes on)"
    }
    return text
  }

  private func printed(_ output: String) -> [String] {
    let all = output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let shown = (all.last == "" ? all.dropLast() : all[...]).suffix(HalfSheet.mostOutputLines)
    return ["  printed" + (shown.count < all.count - 1 ? " (the last \(shown.count) lines)" : "")]
      + shown.flatMap { wrapped(plain(String($0)), after: "    | ") }
  }

  private func cost(_ half: HalfVerdict) -> String {
    [
      half.wallSeconds.map { "\(Self.decimal($0, digits: 3)) s" },
      half.cpuSeconds.map { "\(Self.decimal($0, digits: 3)) s of CPU" },
      half.memoryBytes.map { "\($0 >> 20) MiB" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// Without a fraction where there is none.
  static func decimal(_ value: Double, digits: Int = 2) -> String {
    let scale = digits == 3 ? 1000.0 : 100
    let whole = Int((value * scale).rounded())
    let (units, rest) = whole.quotientAndRemainder(dividingBy: Int(scale))
    if rest == 0 { return "\(units)" }
    let fraction = String(String(rest + Int(scale)).dropFirst())
    return "\(units).\(fraction)"
  }

  /// Cut in the middle, with the full length named unless the judge, who cuts first, has named it.
  private func cut(_ value: String) -> String {
    let value = plain(value)
    guard value.count > HalfSheet.longestValue else { return value }
    let isNamed = value.contains(" characters... ")
    let note = isNamed ? " ... " : " ...\(value.count) characters... "
    let half = (HalfSheet.longestValue - note.count) / 2
    guard isNamed, let range = value.firstRange(of: " characters... "),
      let start = value[..<range.lowerBound].lastIndex(of: ".")
    else { return value.prefix(half) + note + value.suffix(half) }
    let size = value[value.index(after: start)..<range.lowerBound]
    return value.prefix(half) + " ...\(size) characters... " + value.suffix(half)
  }

  private func wrapped(_ text: String, after label: String) -> [String] {
    Wrapping.lines(text, after: label, width: width)
  }
}
