import EvalKit
import Sandbox

/// A tried program as a page of text: what a person would want who debugs a failing test.
struct TrialSheet {
  /// Columns to stay within; `nil` for a pipe, where lines are as long as they are.
  let width: Int?
  let hasColour: Bool

  /// Values longer than this are cut in the middle; the whole is in the JSON.
  private static let longestValue = 600
  private static let mostOutputLines = 20

  func text(of trial: Trial) -> String {
    let examination = trial.examination
    var lines = wrapped("\(trial.task.id) \(trial.task.entryPoint), \(trial.source)", after: "")
    lines.append("")
    lines += half("base", examination.verdict.base, tests: examination.baseTests, of: trial)
    lines.append("")
    lines += half("plus", examination.verdict.plus, tests: examination.plusTests, of: trial)
    lines.append("")
    lines += wrapped(limits(trial.executor.limits), after: "limits    ")
    lines += wrapped(sandbox(trial.executor), after: "sandbox   ")
    let python = trial.executor.python
    lines += wrapped("\(python.version), numpy \(python.numpyVersion ?? "missing")", after: "python    ")
    return lines.joined(separator: "\n")
  }

  private func half(_ name: String, _ half: HalfVerdict, tests: Int, of trial: Trial) -> [String] {
    let passed = half.status == .pass
    var lines = [head(name, half, passed)]
    lines += wrapped(count(half, tests: tests, trial), after: "  tests     ")
    if let test = half.test { lines += wrapped("number \(test), counted from 0", after: "  failing   ") }
    for (label, value) in [("input", half.input), ("expected", half.expected), ("got", half.got)] {
      if let value { lines += wrapped(cut(value), after: "  \(padded(label))") }
    }
    if let message = half.message { lines += wrapped(cut(message), after: "  what      ") }
    if let line = half.line, trial.lines.indices.contains(line - 1) {
      lines += wrapped(plain(String(trial.lines[line - 1])), after: "  line \(padded("\(line)", to: 5))")
    }
    if let output = half.outputTail { lines += printed(output) }
    lines += wrapped(cost(half), after: "  took      ")
    return lines
  }

  private func head(_ name: String, _ half: HalfVerdict, _ passed: Bool) -> String {
    // evalplus' word, and ours where it says more.
    let verdict = passed ? "pass" : "\(half.status.rawValue): \(half.reason)"
    guard hasColour || width != nil else { return "\(name)  \(verdict)" }
    let sign = "\(passed ? "✓" : "✗") \(name)  \(verdict)"
    return hasColour ? "\u{1B}[1;\(passed ? 32 : 31)m\(sign)\u{1B}[0m" : sign
  }

  private func count(_ half: HalfVerdict, tests: Int, _ trial: Trial) -> String {
    var text = "\(half.testsRun) of \(tests) run"
    if let passed = half.testsPassed(allTests: trial.allTests) { text += ", \(passed) passed" }
    if half.status != .pass, !trial.allTests, half.testsRun < tests {
      text += "; stopped at the first failure (--all-tests goes on)"
    }
    return text
  }

  private func printed(_ output: String) -> [String] {
    let all = output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let shown = (all.last == "" ? all.dropLast() : all[...]).suffix(TrialSheet.mostOutputLines)
    return ["  printed" + (shown.count < all.count - 1 ? " (the last \(shown.count) lines)" : "")]
      + shown.flatMap { wrapped(plain(String($0)), after: "    | ") }
  }

  private func cost(_ half: HalfVerdict) -> String {
    [
      half.wallSeconds.map { "\(decimal($0, digits: 3)) s" },
      half.cpuSeconds.map { "\(decimal($0, digits: 3)) s of CPU" },
      half.memoryBytes.map { "\($0 >> 20) MiB" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  private func limits(_ limits: JudgingLimits) -> String {
    let test =
      "\(decimal(limits.minimumSeconds)) s or \(decimal(limits.timeFactor)) times the reference's time a test"
    return "\(test), \(decimal(limits.totalSeconds)) s in all, \(limits.memoryBytes >> 20) MiB; rules of "
      + limits.semantics.rawValue
  }

  private func sandbox(_ executor: Executor) -> String {
    let active = executor.report.layers.filter { $0.state == .ok }.map(\.name).joined(separator: ", ")
    let tier = executor.isInsecure ? "INSECURE" : executor.report.tier.rawValue
    return "\(tier): \(active.isEmpty ? "no layer" : active)"
  }

  // MARK: Text

  private func padded(_ label: String, to count: Int = 10) -> String {
    label + String(repeating: " ", count: max(1, count - label.count))
  }

  private func decimal(_ value: Double, digits: Int = 2) -> String {
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
    guard value.count > TrialSheet.longestValue else { return value }
    let isNamed = value.contains(" characters... ")
    let note = isNamed ? " ... " : " ...\(value.count) characters... "
    let half = (TrialSheet.longestValue - note.count) / 2
    guard isNamed, let range = value.firstRange(of: " characters... "),
      let start = value[..<range.lowerBound].lastIndex(of: ".")
    else { return value.prefix(half) + note + value.suffix(half) }
    let size = value[value.index(after: start)..<range.lowerBound]
    return value.prefix(half) + " ...\(size) characters... " + value.suffix(half)
  }

  /// `text` after `label`, later lines under its first column.
  private func wrapped(_ text: String, after label: String) -> [String] {
    let indent = String(repeating: " ", count: label.count)
    let room = width.map { max(20, $0 - label.count) } ?? .max
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var rest = paragraph
      while rest.count > room {
        // At a space where there is one in the last third.
        let line = rest.prefix(room)
        let space = line.suffix(room / 3).lastIndex(of: " ")
        lines.append(String(rest[..<(space ?? line.endIndex)]))
        rest = space.map { rest[rest.index(after: $0)...] } ?? rest[line.endIndex...]
      }
      lines.append(String(rest))
    }
    return lines.enumerated().map { ($0.offset == 0 ? label : indent) + $0.element }
  }
}
