import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// The JSON documents of a run folder, with the schema that this program reads.
enum RunFile: String {
  case identity = "identity.json"
  case report = "report.json"
  case baseline = "baseline.json"

  /// The newest version that is understood; older ones are read.
  private var newest: Int {
    switch self {
    case .identity: RunIdentity.schemaVersion
    case .report: Report.schemaVersion
    case .baseline: Baseline.schemaVersion
    }
  }

  /// The whole document.
  ///
  /// - Throws: ``EvalKitError`` (`data`): there is none, it is damaged, or a newer evalkit wrote it.
  func read(in folder: String) throws(EvalKitError) -> JSONValue {
    let file = "\(folder)/\(rawValue)"
    if access(file, F_OK) != 0 { throw absence(in: folder) }
    let document: JSONValue
    let version: Int
    do {
      document = try JSONValue(parsing: try FileBytes.read(file, limit: 1 << 31))
      // The schema stands beside the identity's other members, one level down.
      let marked = self == .identity ? try document.require("identity") { $0 } : document
      let schema = try marked.require("schema", \.string)
      guard schema == self.schema else {
        throw JSONError("field 'schema' is '\(schema)', not '\(self.schema)'")
      }
      version = try marked.require("schema_version", \.integer)
    } catch let error as JSONError {
      throw damage(in: folder, error)
    } catch let error as EvalKitError {
      throw error
    } catch {
      throw EvalKitError(.data, "cannot read '\(file)'", cause: "\(error)")
    }
    try refuse(version, in: folder)
    return document
  }

  /// The document's bytes and where its members lie: a report of a hundred thousand samples is ten times as large
  /// as a tree of values.
  ///
  /// - Throws: as ``read(in:)``.
  func slices(in folder: String) throws(EvalKitError) -> (bytes: [UInt8], members: JSONSlices) {
    let file = "\(folder)/\(rawValue)"
    if access(file, F_OK) != 0 { throw absence(in: folder) }
    let bytes = try FileBytes.read(file, limit: 1 << 31)
    let members: JSONSlices
    let version: Int
    do throws(JSONError) {
      members = try JSONSlices(of: bytes)
      var marks = JSONObject()
      for name in ["schema", "schema_version"] {
        if let range = members[name] { marks[name] = try JSONValue(parsing: Array(bytes[range])) }
      }
      let schema = try JSONValue.object(marks).require("schema", \.string)
      guard schema == self.schema else {
        throw JSONError("field 'schema' is '\(schema)', not '\(self.schema)'")
      }
      version = try JSONValue.object(marks).require("schema_version", \.integer)
    } catch {
      throw damage(in: folder, error)
    }
    try refuse(version, in: folder)
    return (bytes, members)
  }

  /// Checks the version before anything else is said about the file, which may follow other rules.
  func refuseNewer(in folder: String) throws(EvalKitError) {
    let file = "\(folder)/\(rawValue)"
    if access(file, F_OK) != 0 { throw absence(in: folder) }
    guard let bytes = try? FileBytes.read(file, limit: 1 << 31), let document = try? JSONValue(parsing: bytes)
    else { return }
    if let version = (self == .identity ? document["identity"] : document)?["schema_version"]?.integer {
      try refuse(version, in: folder)
    }
  }

  private func refuse(_ version: Int, in folder: String) throws(EvalKitError) {
    if version > newest {
      throw EvalKitError(
        .data, "'\(folder)/\(rawValue)' was written by a newer evalkit",
        cause: "its schema_version is \(version), this evalkit (\(evalkitVersion)) reads up to \(newest)",
        hint: "use the evalkit that made it, or a later one")
    }
  }

  private var schema: String { "evalkit.\(rawValue.prefix { $0 != "." })" }

  func damage(in folder: String, _ error: JSONError) -> EvalKitError {
    EvalKitError(
      .data, "'\(folder)/\(rawValue)' is damaged", cause: error.description,
      hint: self == .report ? "repeat the command that made the run: it writes the report again" : nil)
  }

  private func absence(in folder: String) -> EvalKitError {
    var isBegun: Bool { access("\(folder)/identity.json", F_OK) == 0 }
    if access(folder, F_OK) != 0 {
      return EvalKitError(.data, "there is no run '\(folder)'", hint: "give the folder that --output named")
    }
    switch self {
    case .report where isBegun:
      return EvalKitError(
        .data, "the run in '\(folder)' is not finished: it has no report.json",
        hint: "repeat the command that began it; it goes on from there")
    case .baseline:
      return EvalKitError(
        .data, "'\(folder)' is no baseline: it has no baseline.json",
        hint: "make one of a run: evalkit gate init RUN --baseline \(folder)")
    default:
      return EvalKitError(
        .data, "'\(folder)' is no run: it has no \(rawValue)", hint: "give the folder that --output named")
    }
  }
}
