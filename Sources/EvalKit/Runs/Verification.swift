public import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// Whether a run folder still is what its run left: hashes, and every count and pass@k made again from the
/// raw files.
///
/// It finds accidents and careless edits. Whoever can write to the folder can also write new checksums.
public struct Verification: Sendable {
  public let path: String
  /// In the order in which they were made.
  public let checks: [Check]

  /// One thing that was looked at.
  public struct Check: Sendable, Equatable {
    public let name: String
    public let outcome: Outcome
  }

  /// What came of it.
  public enum Outcome: Sendable, Equatable {
    /// As it should be; how much was looked at.
    case holds(String)
    /// What is not as it should be, and where.
    case differs(String)
    /// Why it could not be looked at.
    case skipped(String)
  }

  /// Where the folder is not what it should be, in words; `nil` when it is.
  public var firstDifference: String? {
    for check in checks {
      if case .differs(let text) = check.outcome { return text }
    }
    return nil
  }

  /// - Throws: ``EvalKitError`` (`data`) when there is no finished run, or a newer evalkit made it.
  public init(of path: String) throws(EvalKitError) {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = path
    if let file = RecordedRun.resultFile(at: path) {
      let run = try RecordedRun(resultFile: file)
      let tasks = run.benchmarks.reduce(0) { $0 + $1.tasks.count }
      checks = [
        Check(
          name: "rows",
          outcome: .holds(
            "\(tasks) tasks, \(run.sampleCount) samples, and the scores in the file, "
              + "if any, are theirs")),
        Check(name: "checksums", outcome: .skipped("a result file of another tool has none")),
      ]
      return
    }
    for file in [RunFile.identity, .report] { try file.refuseNewer(in: path) }
    var checks: [Check] = []
    for step in Step.allCases {
      let outcome: Outcome
      do {
        outcome = try step.look(at: path)
      } catch {
        outcome = .differs([error.message, error.cause].compactMap { $0 }.joined(separator: ": "))
      }
      checks.append(Check(name: step.rawValue, outcome: outcome))
    }
    self.checks = checks
  }

  /// The document of `evalkit verify --json`.
  public var json: JSONValue {
    [
      "schema": "evalkit.verification", "schema_version": 1, "run": .string(path),
      "holds": .bool(firstDifference == nil), "first_difference": JSONValue(firstDifference),
      "checks": .array(
        checks.map { check in
          let (word, text) =
            switch check.outcome {
            case .holds(let text): ("holds", text)
            case .differs(let text): ("differs", text)
            case .skipped(let text): ("skipped", text)
            }
          return ["name": .string(check.name), "outcome": .string(word), "detail": .string(text)]
        }),
    ]
  }
}

private enum Step: String, CaseIterable {
  case checksums, identity, benchmarks, journals, report

  func look(at path: String) throws(EvalKitError) -> Verification.Outcome {
    switch self {
    case .checksums: try checksums(path)
    case .identity: try identity(path)
    case .benchmarks: try benchmarks(path)
    case .journals: try journals(path)
    case .report: try report(path)
    }
  }

  private func checksums(_ path: String) throws(EvalKitError) -> Verification.Outcome {
    if Checksums.exist(in: path) {
      if let difference = try Checksums.firstDifference(in: path) { return .differs(difference) }
      return .holds("every file has the SHA-256 that it had when the run ended")
    }
    // Reports from before there were checksums do not name them.
    if try RunFile.report.read(in: path)["checksums"] == nil {
      return .skipped("made by an evalkit that wrote no \(Checksums.file)")
    }
    return .differs("\(Checksums.file) is missing: the run was not finished, or the file was removed")
  }

  private func identity(_ path: String) throws(EvalKitError) -> Verification.Outcome {
    let ours = try RunFile.identity.read(in: path)["identity"] ?? .null
    let theirs = try RunFile.report.read(in: path)["identity"] ?? .null
    if let found = JSONDifference(ours, theirs) {
      return .differs(
        "identity.\(found.path): identity.json has \(found.left), report.json has \(found.right)")
    }
    return .holds("identity.json and report.json agree")
  }

  /// The task files' hashes against those that this program knows for the same version.
  private func benchmarks(_ path: String) throws(EvalKitError) -> Verification.Outcome {
    let rows = try RunFile.identity.read(in: path)["identity"]?["benchmarks"]?.array ?? []
    var known = 0
    for row in rows {
      let (name, version) = (row["name"]?.string ?? "", row["version"]?.string ?? "")
      guard let benchmark = Benchmark.all.first(where: { $0.name == name && $0.version == version }) else {
        continue
      }
      known += 1
      for (key, expected) in [("sha256", benchmark.unzippedSHA256), ("md5", benchmark.unzippedMD5)]
      where row[key]?.string != expected {
        return .differs(
          "identity.json: benchmarks[\(name)].\(key) is \(row[key]?.string ?? "nothing"), that of \(name) "
            + "\(version) is \(expected)")
      }
    }
    return known == rows.count
      ? .holds("the task files are the published ones") : .skipped("this evalkit does not know the benchmark")
  }

  private func journals(_ path: String) throws(EvalKitError) -> Verification.Outcome {
    if Self.isRecordOnly(path) { return .skipped("the folder holds the report alone") }
    let rows = try RecordedRows(in: path)
    return .holds("\(rows.samples.count) samples, \(rows.verdicts.count) verdicts")
  }

  private func report(_ path: String) throws(EvalKitError) -> Verification.Outcome {
    if Self.isRecordOnly(path) {
      let run = try RecordedRun(reading: path)
      let count = run.benchmarks.reduce(0) { $0 + $1.tasks.count }
      return .holds("the counts of \(count) tasks are those of the verdicts beside them")
    }
    let document = try RunFile.report.read(in: path)
    let again: Report
    do {
      again = try Report(remaking: document, from: try RecordedRows(in: path))
    } catch let error as JSONError {
      throw RunFile.report.damage(in: path, error)
    } catch let error as EvalKitError {
      throw error
    } catch {
      throw EvalKitError(.data, "cannot read '\(path)/report.json'", cause: "\(error)")
    }
    guard case .object(var remade) = again.json else { return .differs("report.json is no object") }
    if document["checksums"] == nil { remade["checksums"] = nil }
    if let found = JSONDifference(document, .object(remade)) {
      return .differs("\(found.path): report.json has \(found.left), the raw files give \(found.right)")
    }
    let scores = again.benchmarks.reduce(0) { $0 + 2 * $1.score.rows.count }
    return .holds("every count and \(scores) values of pass@k, made again from the raw files")
  }

  /// Results of record are kept without their journals.
  private static func isRecordOnly(_ path: String) -> Bool {
    !Checksums.exist(in: path)
      && ["samples.jsonl", "verdicts.jsonl"].allSatisfy { access("\(path)/\($0)", F_OK) != 0 }
  }
}
