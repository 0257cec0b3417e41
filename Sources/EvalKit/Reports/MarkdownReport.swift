import JSON
import Mustache

extension Report {
  /// `report.md`: what a person wants to know first, then what made the numbers.
  func markdown() throws(EvalKitError) -> String {
    do {
      let template = try MustacheTemplate(
        string: String(decoding: PackageResources.report_md_mustache, as: UTF8.self))
      return template.render([
        "insecure": isInsecure,
        "benchmarks": benchmarks.map(view),
        "identity": flatten(.object(identity.json), path: "").map { ["key": $0.key, "value": $0.value] },
      ])
    } catch {
      throw EvalKitError(.harness, "the report's template is broken", cause: "\(error)")
    }
  }

  private func view(_ result: BenchmarkResult) -> [String: Any] {
    [
      "name": result.benchmark.name, "version": result.benchmark.version,
      "tasks": result.tasks.count, "all": result.benchmark.taskCount, "partial": result.isPartial,
      "samples": result.tasks.reduce(0) { $0 + $1.samples },
      "rows": result.score.rows.map { ["k": "\($0.k)", "base": $0.base.text, "plus": $0.plus.text] },
      "omitted": result.score.omitted.isEmpty
        ? nil : result.score.omitted.map { "\($0)" }.joined(separator: ", ") as Any?,
      "reasons": Set(result.base.reasons.keys).union(result.plus.reasons.keys).sorted().map {
        [
          "reason": $0, "base": "\(result.base.reasons[$0] ?? 0)", "plus": "\(result.plus.reasons[$0] ?? 0)",
        ]
      },
      "missing": result.missing.isEmpty
        ? nil
        : ["count": "\(result.missing.count)", "names": result.missing.joined(separator: ", ")] as Any?,
      "timingSensitive": result.timingSensitive == 0 ? nil : "\(result.timingSensitive)" as Any?,
      "notJudged": result.notJudged.map {
        ["sample": "\($0.sample.task) #\($0.sample.sample)", "fault": $0.fault.detail.oneLine]
      },
      "failed": result.tasks.filter { $0.plus < max($0.samples, 1) }.map {
        ["task": $0.task, "base": "\($0.base)/\($0.samples)", "plus": "\($0.plus)/\($0.samples)"]
      },
    ].compactMapValues { $0 }
  }

  /// Leaves with dotted paths: a nested document as a two-column table.
  private func flatten(_ value: JSONValue, path: String) -> [(key: String, value: String)] {
    guard case .object(let object) = value, !object.members.isEmpty else {
      return [(path, String(decoding: value.serialized(), as: UTF8.self).oneLine)]
    }
    return object.members.flatMap { flatten($0.value, path: path.isEmpty ? $0.name : "\(path).\($0.name)") }
  }
}

extension Estimate {
  /// `68.3 % ± 3.6 (60.8 … 74.9)`: the value, its standard error, the 95 % interval, in points.
  public var text: String {
    "\(percent(value)) % ± \(percent(standardError)) (\(percent(interval.lowerBound)) … \(percent(interval.upperBound)))"
  }
}

/// A fraction as percent with one digit, rounded half up.
public func percent(_ fraction: Double) -> String {
  let tenths = Int((fraction * 1000).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}

extension String {
  /// Fit for one cell of a Markdown table.
  fileprivate var oneLine: String {
    let flat = split(whereSeparator: \.isNewline).joined(separator: " ")
    return flat.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
