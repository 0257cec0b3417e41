import Glibc
import JSON
import Sandbox
import Subprocess
import SystemPackage
import Testing

/// The program `evalkit-jail`, called as the tests need it, with the layers that this machine has.
struct JailProgram: Sendable {
  /// Found once; every suite reads it.
  static let shared = Task { try await JailProgram() }

  let path: FilePath
  let jail: Jail
  let python: PythonEnvironment
  let report: SandboxReport

  private init() async throws {
    jail = try Jail()
    path = try FilePath("/proc/self/exe").resolvedLink().removingLastComponent().appending("evalkit-jail")
    // Debian's own is the one that an ordinary user can read, too.
    python = try await PythonEnvironment.find(
      access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : nil)
    report = try await jail.probe(python: python)
  }

  /// The same program, reached in another way.
  init(_ other: JailProgram, jail: Jail, report: SandboxReport) {
    path = other.path
    self.jail = jail
    python = other.python
    self.report = report
  }

  /// What became of one call of the program.
  struct Outcome: Sendable {
    let status: TerminationStatus
    let output: String
    let errors: String
  }

  /// `evalkit-jail COMMAND [--without LAYER]... [--python ...] WORDS...`
  func call(
    _ command: String, _ words: [String] = [], without: [String]? = nil, withPython: Bool = false,
    asUser user: UInt32? = nil, program: FilePath? = nil
  ) async throws -> Outcome {
    var arguments = [command] + (without ?? report.missingLayers).flatMap { ["--without", $0] }
    if withPython {
      arguments += ["--python", python.executable] + python.binds.flatMap { ["--bind", $0] }
    }
    var options = PlatformOptions()
    if let user {
      options.userID = user
      options.groupID = user
      options.supplementaryGroups = []
    }
    let result = try await run(
      .path(program ?? path), arguments: Arguments(arguments + words), platformOptions: options,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return Outcome(
      status: result.terminationStatus, output: result.standardOutput, errors: result.standardError)
  }

  /// What a system call comes to under a policy: `ok`, `errno EPERM`, `signal 31`, or `named` when the
  /// listener named this very call and killed its process.
  func trying(_ words: [String], without: [String]? = nil) async throws -> String {
    let outcome = try await call("try-syscall", words, without: without)
    let lines = outcome.output.split(separator: "\n")
    // "PROCESS CALL [ARGUMENT]"
    let named = lines.first?.split(separator: " ").dropFirst().first
    if lines.count == 2, lines[1] == "signal 9", named ?? "" == words[1] { return "named" }
    let line = lines.first.map(String.init) ?? outcome.errors
    return line.hasPrefix("ok") ? "ok" : line
  }

  /// Runs Python in a box, under a policy.
  func python(_ role: String, _ source: String, without: [String]? = nil) async throws -> Outcome {
    try await call("try-python", [role, source], without: without, withPython: true)
  }
}

/// A copy of the program where every user can run it, with a script that starts it in some way.
struct InstalledJail {
  let folder: FilePath
  let copy: FilePath
  let starter: FilePath

  /// `prefix` are the words before the program's own.
  init(_ program: FilePath, startedBy prefix: [String] = []) async throws {
    var template = Array("/tmp/evalkit-jail-test-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkdtemp($0) != nil } ?? false }
    try #require(made)
    folder = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    copy = folder.appending("evalkit-jail")
    starter = folder.appending("starter")
    chmod(folder.string, 0o755)
    let installed = try await run(
      .path("/usr/bin/install"), arguments: ["-m", "755", program.string, copy.string], output: .discarded)
    try #require(installed.terminationStatus.isSuccess)
    let words = (prefix + [copy.string]).map { "'\($0)'" }.joined(separator: " ")
    let script = Array("#!/bin/sh\nexec \(words) \"$@\"\n".utf8)
    let file = try FileDescriptor.open(
      starter, .writeOnly, options: .create, permissions: [.ownerReadWriteExecute])
    try file.closeAfter { _ = try file.writeAll(script) }
  }

  func remove() {
    unlink(copy.string)
    unlink(starter.string)
    rmdir(folder.string)
  }
}

/// A slot with a task open whose entry point is `f`, with one base test.
struct JudgedTask: Sendable {
  static let honest = "def f(x): return x + 1"

  let slot: Slot

  fileprivate init(in slot: Slot) async throws {
    self.slot = slot
    let (reply, _) = try await slot.exchange(
      [
        "op": "task", "task_id": "Test/0", "dataset": "humaneval", "entry_point": "f",
        "semantics": "evalplus-head", "min_time_limit": 1.0, "time_factor": 4.0, "max_total_time": 5.0,
        "memory_bytes": .integer(512 << 20),
      ],
      blobs: [Array("[[1]]".utf8), Array("[[2]]".utf8), Array("0".utf8), Self.token(Self.honest)])
    try #require(reply["reference"] == "ok", "\(reply)")
  }

  private static func token(_ text: String) -> [UInt8] { JSONValue.string(text).serialized() }

  /// The verdict on the base test.
  func judge(_ source: String) async throws -> JSONValue? {
    let request: JSONValue = ["op": "candidate", "halves": ["base"], "fast": true]
    return try await slot.exchange(request, blobs: [Self.token(source)]).0["base"]
  }
}

extension JailProgram {
  func withTask<R: Sendable>(
    number: Int, without: [String], insecure: Bool = false, _ body: (JudgedTask) async throws -> R
  ) async throws -> R {
    try await jail.withSlot(python: python, number: number, without: without, insecure: insecure) { slot in
      try await body(JudgedTask(in: slot))
    }
  }
}

extension FilePath {
  /// Where a symbolic link points.
  func resolvedLink() throws -> FilePath {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      let count = buffer.baseAddress.map { readlink(string, $0, buffer.count) } ?? -1
      return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    guard !text.isEmpty else { throw Errno.noSuchFileOrDirectory }
    return FilePath(text)
  }
}
