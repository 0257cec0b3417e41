import JSON

/// A key of the identity in which two runs differ.
public struct IdentityDifference: Sendable, Equatable {
  /// Dotted: `source.sampler.steps`, `benchmarks.humaneval+.sha256`.
  public let key: String
  public let base: String
  public let new: String
  /// Whether the scores are not of the same thing: other data, rules, sampler or prompts.
  public let isDecisive: Bool

  /// What may differ between two runs whose scores are compared: the model, who computed, and on what.
  /// Whatever is not listed is decisive, also what later versions add.
  private static let harmless = [
    "schema", "schema_version", "evalkit", "source.sha256", "source.weights_sha256",
    "source.tokenizer_sha256",
    "source.parameters", "source.packed_by", "source.precision", "source.samples_per_task",
    "source.sampler.seed",
    "scoring.python", "scoring.numpy", "scoring.sandbox.tier", "scoring.sandbox.policy",
    "scoring.sandbox.layers",
  ]

  /// Every key in which two runs differ, in the order of the documents. Where they come from different
  /// kinds of source, that is the one difference between their sources.
  public static func all(_ base: RunIdentity, _ new: RunIdentity) -> [IdentityDifference] {
    let (ours, theirs) = (leaves(base), leaves(new))
    let names = ours.map(\.key) + theirs.map(\.key).filter { key in !ours.contains { $0.key == key } }
    let found = names.compactMap { key -> IdentityDifference? in
      let left = ours.first { $0.key == key }?.value
      let right = theirs.first { $0.key == key }?.value
      if left == right { return nil }
      return IdentityDifference(
        key: key, base: text(left), new: text(right),
        isDecisive: !harmless.contains(key))
    }
    let kinds = found.contains { $0.key == "source.kind" }
    return found.filter { !kinds || $0.key == "source.kind" || !$0.key.hasPrefix("source.") }
  }

  /// Refuses to compare what is not comparable.
  ///
  /// - Parameter allowed: keys, or their beginnings up to a dot, that somebody said may differ.
  /// - Returns: every difference that remains.
  /// - Throws: ``EvalKitError`` (`data`) that names the first decisive key.
  static func check(
    _ base: RecordedRun, _ new: RecordedRun, allowed: [String]
  ) throws(EvalKitError) -> [IdentityDifference] {
    let found = all(base.identity, new.identity)
    let refused = found.filter { difference in
      difference.isDecisive
        && !allowed.contains { difference.key == $0 || difference.key.hasPrefix($0 + ".") }
    }
    guard let first = refused.first else { return found }
    let others = refused.dropFirst().map { "'\($0.key)'" }.joined(separator: ", ")
    throw EvalKitError(
      .data, "'\(base.path)' and '\(new.path)' differ in '\(first.key)': their scores are not comparable",
      cause: "base has \(first.base), new has \(first.new)"
        + (others.isEmpty ? "" : "; they also differ in \(others)"),
      hint: "if that is what you compare: --allow-different \(first.key)")
  }

  private static func leaves(_ identity: RunIdentity) -> [(key: String, value: JSONValue)] {
    func flatten(_ value: JSONValue, _ path: String) -> [(key: String, value: JSONValue)] {
      if path == "benchmarks", let rows = value.array {
        // By name: the order in which suites were given decides nothing.
        return rows.flatMap { flatten($0, "benchmarks.\($0["name"]?.string ?? "?")") }
      }
      guard case .object(let object) = value else { return [(path, value)] }
      return object.members.flatMap { flatten($0.value, path.isEmpty ? $0.name : "\(path).\($0.name)") }
    }
    return flatten(.object(identity.json), "")
  }

  private static func text(_ value: JSONValue?) -> String {
    guard let value else { return "none" }
    let text = String(decoding: value.serialized(), as: UTF8.self)
    return text.count > 80 ? "\(text.prefix(77))..." : text
  }
}
