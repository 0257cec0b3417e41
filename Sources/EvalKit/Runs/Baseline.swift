public import JSON
public import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// A run that later ones are held against: its whole folder, and `baseline.json` with the rule and the
/// command that repeats it.
public struct Baseline: Sendable {
  public static let schemaVersion = 1

  public let run: RecordedRun
  public let settings: GateSettings

  /// Reads a baseline.
  ///
  /// - Throws: ``EvalKitError`` (`data`) when the folder is no baseline, is newer than this program, or is not
  ///   what was written into it.
  public init(reading folder: String) throws(EvalKitError) {
    let document = try RunFile.baseline.read(in: folder)
    do {
      settings = try GateSettings(json: document.require("gate") { $0 })
    } catch {
      throw RunFile.baseline.damage(in: folder, error)
    }
    let results = document["results"]?.string
    let covered = results.map { [$0] } ?? Checksums.covered
    if let difference = try Checksums.firstDifference(of: covered + ["baseline.json"], in: folder) {
      throw EvalKitError(
        .data, "the baseline '\(folder)' is not what it was", cause: difference,
        hint: "restore it, or make it again: evalkit gate init RUN --baseline \(folder)")
    }
    run = try RecordedRun(reading: results.map { "\(folder)/\($0)" } ?? folder)
  }

  /// Makes a baseline of a finished run.
  ///
  /// - Returns: the command that repeats the run.
  /// - Throws: ``EvalKitError`` (`data`) when the run is no evidence (``Verification``), has faults, missing
  ///   tasks or no sandbox, or when `folder` holds something else.
  public static func make(
    of path: String, in folder: String, settings: GateSettings
  ) throws(EvalKitError) -> String {
    if let difference = try Verification(of: path).firstDifference {
      throw EvalKitError(.data, "'\(path)' is no baseline: the run does not verify", cause: difference)
    }
    let run = try RecordedRun(reading: path)
    if let weakness = Gate.weakness(of: run) {
      throw EvalKitError(.data, "'\(path)' is no baseline", cause: weakness, hint: "make the run again")
    }
    if access("\(folder)/identity.json", F_OK) == 0, access("\(folder)/baseline.json", F_OK) != 0 {
      throw EvalKitError(.data, "'\(folder)' is a run of its own", hint: "give another --baseline")
    }
    var files = Checksums.covered.map { (name: $0, path: "\(path)/\($0)") }
    if run.origin == .resultFile {
      files = ResultFile.belonging(to: run.path).map {
        ($0.split(separator: "/").last.map(String.init) ?? $0, $0)
      }
    } else if access("\(path)/samples.jsonl", F_OK) != 0 {
      throw EvalKitError(
        .data, "'\(path)' is no baseline: it has no samples.jsonl", hint: "make the run again")
    }
    try makeFolders(folder)
    Checksums.remove(in: folder)
    for file in files {
      try writeAtomically(try FileBytes.read(file.path, limit: .max), to: "\(folder)/\(file.name)")
    }
    let command = RepeatCommand(run.identity).text
    var document: JSONObject = [
      "schema": "evalkit.baseline", "schema_version": JSONValue(schemaVersion),
      "gate": settings.json, "repeat": .string(command),
    ]
    if run.origin == .resultFile { document["results"] = files.first.map { .string($0.name) } }
    try writeAtomically(
      JSONValue.object(document).serialized(indented: true) + [UInt8(ascii: "\n")],
      to: "\(folder)/baseline.json")
    try Checksums.write(of: files.map(\.name), in: folder, also: ["baseline.json"])
    return command
  }
}

/// How a gate decides.
public struct GateSettings: Sendable, Equatable {
  /// What must hold.
  public enum Mode: String, Sendable, CaseIterable {
    /// The score, as far as chance allows.
    case score
    /// Every token: for changes that must not change the output.
    case tokens
  }

  public var mode: Mode
  public var rule: RegressionRule
  public var half: Half
  public var k: Int

  public init(
    mode: Mode = .score, rule: RegressionRule = RegressionRule(), half: Half = .plus, k: Int = 1
  ) {
    self.mode = mode
    self.rule = rule
    self.half = half
    self.k = k
  }

  init(json: JSONValue) throws(JSONError) {
    let mode = try json.require("mode") { $0.string.flatMap(Mode.init(rawValue:)) }
    let half = try json.require("tests") { $0.string.flatMap(Half.init(rawValue:)) }
    self.init(
      mode: mode,
      rule: RegressionRule(
        maxDrop: try json.require("max_drop", \.double), alpha: try json.require("alpha", \.double),
        miss: try json.require("miss", \.double)),
      half: half, k: try json.require("k", \.integer))
  }

  /// As in `baseline.json`; shares, not points.
  public var json: JSONValue {
    [
      "mode": .string(mode.rawValue), "max_drop": .double(rule.maxDrop), "alpha": .double(rule.alpha),
      "miss": .double(rule.miss), "tests": .string(half.rawValue), "k": JSONValue(k),
    ]
  }
}
