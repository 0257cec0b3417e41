public import JSON
import Statistics

extension Gate {
  /// Raised when a member changes its meaning or goes away.
  public static let schemaVersion = 1

  /// The document of `evalkit gate --json`, described in the article "Comparing runs".
  public var json: JSONValue {
    [
      "schema": "evalkit.gate", "schema_version": JSONValue(Gate.schemaVersion),
      "decision": .string(decision.rawValue), "baseline": .string(baseline.path), "run": .string(run.path),
      "settings": settings.json,
      "checks": .array(
        checks.map {
          [
            "name": .string($0.name), "decision": .string($0.decision.rawValue), "reason": .string($0.reason),
          ]
        }),
      "tasks": JSONValue(scores.count), "difference": .double(scores.difference),
      "bound": .double(settings.rule.lowerBound(scores)), "worse_p": .double(scores.worseP),
      "discordance": .double(scores.discordance),
      "detectable_difference": JSONValue(scores.detectableDifference(tail: settings.rule.alpha)),
      "comparison": Comparison.document(of: [comparison]),
    ]
  }

  /// One test case a check, for CI systems that show JUnit. What cannot be told is an error there, so that
  /// it is not taken for a success.
  public var junit: String {
    func attribute(_ text: String) -> String { XMLText.escaped(text) }
    let failures = checks.count { $0.decision == .fail }
    let errors = checks.count { $0.decision == .cannotTell }
    var out = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
        <testsuite name="evalkit gate" tests="\(checks.count)" failures="\(failures)" errors="\(errors)">

      """
    for check in checks {
      out += "    <testcase classname=\"evalkit.gate\" name=\"\(attribute(check.name))\">\n"
      let reason = attribute(check.reason)
      switch check.decision {
      case .pass: out += "      <system-out>\(reason)</system-out>\n"
      case .fail: out += "      <failure message=\"\(reason)\"/>\n"
      case .cannotTell: out += "      <error type=\"cannot tell\" message=\"\(reason)\"/>\n"
      }
      out += "    </testcase>\n"
    }
    let lists = changeLists.map(attribute).joined(separator: "\n")
    return out + "    <system-out>\(lists)</system-out>\n  </testsuite>\n</testsuites>\n"
  }

  /// Workflow commands of GitHub Actions, one a check that does not hold.
  public var annotations: [String] {
    checks.filter { $0.decision != .pass }.map { check in
      let level = check.decision == .fail ? "error" : "warning"
      let title = "evalkit gate: \(check.name): \(check.decision.rawValue)"
      return "::\(level) title=\(Self.property(title))::\(Self.message(check.reason))"
    }
  }

  /// A comment for a merge request, and the step summary.
  public var markdown: String {
    let sign =
      switch decision {
      case .pass: "✅ passed"
      case .fail: "❌ failed"
      case .cannotTell: "❔ cannot tell"
      }
    var lines = ["## evalkit gate: \(sign)", ""]
    lines += ["| check | | reason |", "|---|---|---|"]
    lines += checks.map { "| \($0.name) | \($0.decision.rawValue) | \(MarkdownText.cell($0.reason)) |" }
    lines += ["", "| benchmark | score | baseline | run | change (95 %) | p |", "|---|---|---|---|---|---|"]
    for score in comparison.scores {
      let interval = score.scores.interval(tail: 0.025)
      let range = "\(points(interval.lowerBound)) … \(points(interval.upperBound))"
      lines.append(
        "| \(MarkdownText.cell(score.benchmark)) | \(score.half.rawValue) pass@\(score.k) | \(percent(score.base.value)) % "
          + "| \(percent(score.new.value)) % | \(points(score.scores.difference)) (\(range)) "
          + "| \(probability(score.scores.p)) |")
    }
    lines += [""] + changeLists.map { "- \(MarkdownText.cell($0))" }
    let keys = differences.map { "`\($0.key)`" }.joined(separator: ", ")
    if !keys.isEmpty { lines += ["", "Identities differ in \(keys)."] }
    return lines.joined(separator: "\n") + "\n"
  }

  private var changeLists: [String] {
    comparison.changes.flatMap { change in
      change.lists.map { title, tasks in
        let names = tasks.prefix(50).map(\.task).joined(separator: ", ")
        let rest = tasks.count > 50 ? ", …" : ""
        return "\(change.benchmark): \(tasks.count) \(title)\(tasks.isEmpty ? "" : ": \(names)\(rest)")"
      }
    }
  }

  /// Text after the colons of a workflow command.
  private static func message(_ text: String) -> String { escaped(text, ["%", "\r", "\n"]) }

  /// Text of a property, which ends at a comma or colon.
  private static func property(_ text: String) -> String { escaped(text, ["%", "\r", "\n", ":", ","]) }

  /// Percent-encoded, as the runner decodes it.
  private static func escaped(_ text: String, _ special: Set<Unicode.Scalar>) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      if special.contains(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        out += "%" + (digits.count < 2 ? "0" : "") + digits
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
