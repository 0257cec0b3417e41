import EvalKit
import Sandbox

/// A tried program as a page of text: what a person would want who debugs a failing test.
struct TrialSheet {
  /// Columns to stay within; `nil` for a pipe, where lines are as long as they are.
  let width: Int?
  let hasColour: Bool

  func text(of trial: Trial) -> String {
    let examination = trial.examination
    var lines = wrapped("\(trial.task.id) \(trial.task.entryPoint), \(trial.source)", after: "")
    let sheet = HalfSheet(width: width, hasColour: hasColour, program: trial.lines, allTests: trial.allTests)
    lines.append("")
    lines += sheet.lines("base", examination.verdict.base, tests: examination.baseTests)
    lines.append("")
    lines += sheet.lines("plus", examination.verdict.plus, tests: examination.plusTests)
    lines.append("")
    lines += wrapped(limits(trial.executor.limits), after: "limits    ")
    lines += wrapped(sandbox(trial.executor), after: "sandbox   ")
    let python = trial.executor.python
    lines += wrapped("\(python.version), numpy \(python.numpyVersion ?? "missing")", after: "python    ")
    return lines.joined(separator: "\n")
  }

  private func limits(_ limits: JudgingLimits) -> String {
    let test =
      "\(HalfSheet.decimal(limits.minimumSeconds)) s or \(HalfSheet.decimal(limits.timeFactor)) times the reference's time a test"
    return
      "\(test), \(HalfSheet.decimal(limits.totalSeconds)) s in all, \(limits.memoryBytes >> 20) MiB; rules of "
      + limits.semantics.rawValue
  }

  private func sandbox(_ executor: Executor) -> String {
    let active = executor.report.layers.filter { $0.state == .ok }.map(\.name).joined(separator: ", ")
    let tier = executor.isInsecure ? "INSECURE" : executor.report.tier.rawValue
    return "\(tier): \(active.isEmpty ? "no layer" : active)"
  }

  private func wrapped(_ text: String, after label: String) -> [String] {
    Wrapping.lines(text, after: label, width: width)
  }
}
