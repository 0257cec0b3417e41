public import JSON
import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// One sample of one task.
public struct SampleID: Sendable, Hashable {
  public let task: String
  /// From 0, in the order of appearance.
  public let sample: Int

  public init(task: String, sample: Int) {
    self.task = task
    self.sample = sample
  }
}

/// A run on disk: `identity.json`, `samples.jsonl`, `verdicts.jsonl`, `report.json`, `report.md`.
///
/// The format is documented in the DocC article "The run folder".
public actor RunFolder {
  public let path: String
  private let samplesFile: Journal
  private let verdictsFile: Journal
  private let lock: FileDescriptor
  private(set) var programs: [SampleID: Program] = [:]
  private(set) var verdicts: [SampleID: Verdict] = [:]
  /// Raw texts of samples without a verdict, where they are to be judged too.
  private(set) var completions: [SampleID: String]?

  /// Opens the folder, or makes it.
  ///
  /// - Parameters:
  ///   - machine: written beside the identity when the folder is made; never compared.
  ///   - keepsCompletions: whether raw texts are needed later on.
  /// - Throws: when the folder belongs to another identity, another process is writing to it, or a
  ///   line in it is damaged.
  public init(
    path: String, identity: RunIdentity, machine: JSONObject, keepsCompletions: Bool = false
  ) throws(EvalKitError) {
    self.path = path
    try makeFolders(path)
    do {
      lock = try FileDescriptor.open(
        FilePath("\(path)/.lock"), .readWrite, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite])
    } catch {
      throw EvalKitError(.data, "cannot write in '\(path)'", cause: "\(error)")
    }
    if flock(lock.rawValue, LOCK_EX | LOCK_NB) != 0 {
      throw EvalKitError(
        .data, "another evalkit is writing to '\(path)'", hint: "wait for it, or give another --output")
    }
    try RunFolder.settle(identity, machine: machine, in: path)
    var programs: [SampleID: Program] = [:]
    var completions: [SampleID: String] = [:]
    samplesFile = try Journal(path: "\(path)/samples.jsonl") { (_, bytes) throws(JSONError) in
      let (id, slices) = try RunFolder.row(bytes)
      guard let solution = slices["solution"], bytes[solution].first == UInt8(ascii: "\"") else {
        throw JSONError("field 'solution' is missing or not text")
      }
      programs[id] = Program(token: Array(bytes[solution]))
      if keepsCompletions, let text = slices["completion"] {
        completions[id] = try JSONValue(parsing: Array(bytes[text])).string
      }
    }
    var verdicts: [SampleID: Verdict] = [:]
    verdictsFile = try Journal(path: "\(path)/verdicts.jsonl") { (_, bytes) throws(JSONError) in
      let (id, _) = try RunFolder.row(bytes)
      verdicts[id] = try Verdict(json: try JSONValue(parsing: bytes)).forReports
    }
    self.programs = programs
    // After a power cut a verdict may have reached the disk without its sample; it is made again.
    self.verdicts = verdicts.filter { programs[$0.key] != nil }
    self.completions = keepsCompletions ? completions.filter { verdicts[$0.key] == nil } : nil
  }

  deinit { try? lock.close() }

  static func row(_ bytes: [UInt8]) throws(JSONError) -> (SampleID, JSONSlices) {
    let slices = try JSONSlices(of: bytes)
    func field(_ name: String) throws(JSONError) -> JSONValue {
      guard let range = slices[name] else { throw JSONError("field '\(name)' is missing") }
      return try JSONValue(parsing: Array(bytes[range]))
    }
    guard let task = try field("task_id").string, let sample = try field("sample").integer, sample >= 0
    else { throw JSONError("field 'task_id' or 'sample' has the wrong type") }
    return (SampleID(task: task, sample: sample), slices)
  }

  /// Whether a row's first member, which is where ``append(verdict:of:)`` puts the id, names another task: told
  /// without reading on. An id with escapes tells nothing.
  static func isRow(_ bytes: [UInt8], ofOtherTaskThan task: String) -> Bool {
    let begin = Array(#"{"task_id":""#.utf8)
    guard bytes.starts(with: begin) else { return false }
    let id = bytes[begin.count...].prefix { $0 != UInt8(ascii: "\"") }
    return !id.contains(UInt8(ascii: "\\")) && !id.elementsEqual(task.utf8)
  }

  private static func settle(
    _ identity: RunIdentity, machine: JSONObject, in path: String
  ) throws(EvalKitError) {
    let file = "\(path)/identity.json"
    if access(file, F_OK) != 0 {
      if access("\(path)/samples.jsonl", F_OK) == 0 {
        throw EvalKitError(
          .data, "'\(path)' holds samples but no identity.json",
          hint: "give another --output; these samples can be scored with 'evalkit score'")
      }
      let document: JSONValue = .object(["identity": .object(identity.json), "machine": .object(machine)])
      return try writeAtomically(document.serialized(indented: true) + [UInt8(ascii: "\n")], to: file)
    }
    let found: RunIdentity
    do {
      let document = try JSONValue(parsing: try FileBytes.read(file, limit: 1 << 26))
      found = RunIdentity(try document.require("identity", \.object))
    } catch let error as JSONError {
      throw EvalKitError(.data, "'\(file)' is damaged", cause: error.description)
    } catch let error as EvalKitError {
      throw error
    } catch {
      throw EvalKitError(.data, "cannot read '\(file)'", cause: "\(error)")
    }
    if let difference = identity.firstDifference(from: found) {
      throw EvalKitError(
        .data, "'\(path)' holds a run with another '\(difference.key)'",
        cause: "there it is \(difference.theirs), now it is \(difference.ours)",
        hint: "give another --output, or repeat the command that began this run")
    }
  }

  /// Begins to force samples and verdicts to the disk; does not wait for it.
  func sync() {
    samplesFile.sync()
    verdictsFile.sync()
  }

  /// - Parameter facts: further members of the row, after `solution`.
  func append(sample id: SampleID, program: Program, facts: JSONObject) throws(EvalKitError) {
    var row: JSONObject = [
      "task_id": .string(id.task), "sample": JSONValue(id.sample), "solution": .raw(program.token),
    ]
    for member in facts.members { row[member.name] = member.value }
    try samplesFile.append(row)
    programs[id] = program
    completions?[id] = facts["completion"]?.string
  }

  func append(verdict: Verdict, of id: SampleID) throws(EvalKitError) {
    var row: JSONObject = [
      "task_id": .string(id.task), "sample": JSONValue(id.sample), "base": verdict.base.json,
      "plus": verdict.plus.json,
    ]
    if verdict.isTimingSensitive { row["timing_sensitive"] = true }
    row["unsanitized"] = verdict.unsanitized?.json
    try verdictsFile.append(row)
    // Room for all at once: growing by doubling takes half as much again in between.
    if verdicts.count == verdicts.capacity { verdicts.reserveCapacity(programs.count) }
    verdicts[id] = verdict.forReports
    completions?[id] = nil
  }
}

extension Verdict {
  /// Without what only the journal needs: memory stays flat over a hundred thousand candidates.
  var forReports: Verdict {
    var verdict = self
    verdict.base = base.forReports
    verdict.plus = plus.forReports
    verdict.unsanitized = nil
    return verdict
  }
}

extension HalfVerdict {
  fileprivate var forReports: HalfVerdict {
    guard status != .pass, let failing = detail["fail_tests"] else {
      return HalfVerdict(status: status, reason: reason)
    }
    return HalfVerdict(status: status, reason: reason, detail: ["fail_tests": failing])
  }
}

/// `mkdir -p`, with `mode` for what is new.
func makeFolders(_ path: String, mode: mode_t = 0o777) throws(EvalKitError) {
  var prefix = FilePath(path).root.map { FilePath(root: $0) } ?? FilePath()
  for component in FilePath(path).components {
    prefix.append(component)
    if mkdir(prefix.string, mode) != 0, errno != EEXIST {
      throw EvalKitError(.data, "cannot make the folder '\(prefix)'", cause: "\(Errno.current)")
    }
  }
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
    throw EvalKitError(.data, "'\(path)' is not a folder")
  }
}
