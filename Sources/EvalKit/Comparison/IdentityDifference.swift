import JSON

/// A key of the identity in which two runs differ.
public struct IdentityDifference: Sendable, Equatable {
  /// Dotted: `source.sampler.steps`, `benchmarks.humaneval+.sha256`.
  public let key: String
  public let base: String
  public let new: String
  /// Whether the scores are not of the same thing: other data, rules, sampler or prompts.
  public let isDecisive: Bool
  /// Whether a run does not record what might be decisive: nobody can say whether they differ.
  public let isUnknown: Bool

  /// What may differ between two runs whose scores are compared: the model, who computed, and on what.
  /// Whatever is not listed is decisive, also what later versions add.
  private static let harmless = [
    "schema", "schema_version", "evalkit", "source.sha256", "source.weights_sha256",
    "source.tokenizer_sha256",
    "source.parameters", "source.packed_by", "source.precision", "source.samples_per_task",
    "source.sampler.seed",
    "scoring.python", "scoring.numpy", "scoring.sandbox.tier", "scoring.sandbox.policy",
    "scoring.sandbox.layers",
    // What is known about a file of another tool.
    "results",
  ]

  private static func isHarmless(_ key: String) -> Bool { harmless.contains { covers($0, key) } }

  /// Whether `key` is `beginning` or lies below it.
  private static func covers(_ beginning: String, _ key: String) -> Bool {
    key == beginning || key.hasPrefix(beginning + ".")
  }

  /// Every key in which two runs differ, in the order of the documents, then those that one of them or both do
  /// not record. Where they come from different kinds of source, that is the one difference between their
  /// sources.
  public static func all(_ base: RunIdentity, _ new: RunIdentity) -> [IdentityDifference] {
    let unknown = unknown(base, new)
    func known(_ identity: RunIdentity) -> [(key: String, value: JSONValue)] {
      leaves(identity).filter { leaf in !unknown.contains { covers($0.key, leaf.key) } }
    }
    let (ours, theirs) = (known(base), known(new))
    let names = ours.map(\.key) + theirs.map(\.key).filter { key in !ours.contains { $0.key == key } }
    let found = names.compactMap { key -> IdentityDifference? in
      let left = ours.first { $0.key == key }?.value
      let right = theirs.first { $0.key == key }?.value
      if left == right { return nil }
      return IdentityDifference(
        key: key, base: left?.excerpt ?? "none", new: right?.excerpt ?? "none", isDecisive: !isHarmless(key),
        isUnknown: false)
    }
    let kinds = found.contains { $0.key == "source.kind" }
    return found.filter { !kinds || $0.key == "source.kind" || !$0.key.hasPrefix("source.") } + unknown
  }

  private static func unknown(_ base: RunIdentity, _ new: RunIdentity) -> [IdentityDifference] {
    var keys: [String] = []
    for key in base.notRecorded + new.notRecorded where !keys.contains(key) && !isHarmless(key) {
      keys.append(key)
    }
    // A key below another one says nothing more.
    keys = keys.filter { key in !keys.contains { $0 != key && covers($0, key) } }
    func side(_ identity: RunIdentity, _ key: String) -> String {
      if identity.notRecorded.contains(where: { covers($0, key) || covers(key, $0) }) {
        return "not recorded"
      }
      let own = leaves(identity).filter { covers(key, $0.key) }
      return own.count == 1 && own[0].key == key ? own[0].value.excerpt : own.isEmpty ? "none" : "recorded"
    }
    return keys.map {
      IdentityDifference(
        key: $0, base: side(base, $0), new: side(new, $0), isDecisive: false, isUnknown: true)
    }
  }

  /// Whether somebody said that the key may differ.
  func isAllowed(by keys: [String]) -> Bool { keys.contains { Self.covers($0, key) } }

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
      difference.isDecisive && !difference.isAllowed(by: allowed)
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
    var document = identity.json
    document[RunIdentity.notRecordedKey] = nil
    return flatten(.object(document), "")
  }
}
