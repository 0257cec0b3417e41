import Glibc
import JSON
import Subprocess
public import SystemPackage

/// The program `evalkit-jail`, which builds the boxes that judges and candidates run in.
public struct Jail: Sendable {
  /// The layers that a slot can do without; all others are mandatory. Either `mountns` or `landlock` is, too.
  public static let optionalLayers: Set<String> = [
    "userns", "mountns", "pidns", "netns", "ipcns", "utsns", "cgroupns", "landlock", "notify", "cgroup",
  ]

  /// The optional layers that are no walls, so that no tier depends on them: `notify` names the forbidden call
  /// that would end a program anyway, `cgroup` adds up what is limited process by process.
  public static let supplementaryLayers: Set<String> = ["notify", "cgroup"]

  /// The mandatory layers that a slot can do without when it is asked to be insecure. Nothing else holds then.
  public static let insecureLayers: Set<String> = ["no_new_privs", "seccomp", "rlimits"]

  private let executable: FilePath

  /// Finds the program: `executable`, else `$EVALKIT_JAIL`, else beside the running program (which is the
  /// build folder in tests).
  ///
  /// A slot may die while a request is being written to it, so SIGPIPE is ignored from here on in the
  /// whole process; the error of the write tells the same.
  public init(executable: FilePath? = nil) throws {
    var searched: [FilePath] = []
    if let named = executable ?? JailEnvironment.value("EVALKIT_JAIL").map({ FilePath($0) }) {
      searched = [named]
    } else if let program = JailEnvironment.runningProgram {
      searched = [program.removingLastComponent().appending("evalkit-jail")]
    }
    guard let found = searched.first(where: { access($0.string, X_OK) == 0 }) else {
      throw SandboxError.jailNotFound(searched: searched.map(\.string))
    }
    self.executable = found
    signal(SIGPIPE, SIG_IGN)
  }

  /// Builds each layer in a throw-away process and tests its effect. Takes a fraction of a second.
  ///
  /// - Parameter isQuick: whether to leave numpy alone. The judge imports it when it first needs it, and where
  ///   that fails the slot has a fault.
  public func probe(python: PythonEnvironment?, isQuick: Bool = false) async throws -> SandboxReport {
    let result = try await run(
      .path(executable),
      arguments: Arguments(
        ["probe"] + boxArguments(python: python, number: 0) + (isQuick ? ["--quick"] : [])),
      environment: .custom([Environment.Key: String]()), output: .bytes(limit: 1 << 20),
      error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
      throw SandboxError.probeFailed("\(result.terminationStatus): \(result.standardError)")
    }
    return try SandboxReport(parsing: result.standardOutput)
  }

  /// Runs `body` with a fresh slot: a judge and a zygote, each in its own box.
  ///
  /// When this returns, throws or is cancelled, no process of the slot is left. A slot uses exactly the
  /// layers it is told to; one that this machine refuses is a fault, never a silent step down.
  ///
  /// - Parameters:
  ///   - python: The interpreter of both boxes.
  ///   - number: The slot's number, 0 and up. As root the boxes get the first two user ids from
  ///     60000 + 2 × number on that nobody has, another run of evalkit included.
  ///   - without: Layers to leave out, ``SandboxReport/missingLayers`` of the probe. Empty demands all.
  ///   - memory: Bytes that a program may have, for the limit of the slot's control group (1 GiB more); without
  ///     the layer `cgroup` it has no effect. The limits of each process are in the task's request.
  ///   - insecure: Whether `without` may name ``insecureLayers``, and both walls for files. Only for somebody
  ///     who asked for it in so many words: programs then can do harm and forge verdicts.
  public func withSlot<R: Sendable>(
    python: PythonEnvironment, number: Int, without: [String] = [], memory: Int? = nil,
    insecure: Bool = false,
    body: (Slot) async throws -> R
  ) async throws -> R {
    var options = PlatformOptions()
    options.createSession = true
    // The supervisor ends both boxes and waits for them; SIGKILL follows if it does not.
    options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .milliseconds(500))]
    let arguments =
      ["slot"] + boxArguments(python: python, number: number) + (insecure ? ["--insecure"] : [])
      + (memory.map { ["--memory", "\($0)"] } ?? [])
      + without.flatMap { ["--without", $0] }
    let result = try await run(
      .path(executable), arguments: Arguments(arguments),
      environment: .custom([Environment.Key: String]()), platformOptions: options,
      input: .inputWriter, output: .sequence, error: .sequence
    ) { execution in
      let tail = OutputTail()
      let slot = Slot(
        writer: execution.standardInputWriter, output: execution.standardOutput.makeAsyncIterator(),
        tail: tail)
      let errors = execution.standardError
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await tail.drain(errors) }
        // The supervisor ends when its input closes, and only then does its stderr: close it on every way out.
        do {
          let value = try await body(slot)
          try await execution.standardInputWriter.finish()
          return value
        } catch {
          try? await execution.standardInputWriter.finish()
          throw error
        }
      }
    }
    return result.closureResult
  }

  private func boxArguments(python: PythonEnvironment?, number: Int) -> [String] {
    var arguments = ["--job-uid", "\(60000 + 2 * number)"]
    if let python {
      arguments += ["--python", python.executable]
      arguments += python.binds.flatMap { ["--bind", $0] }
    }
    return arguments
  }
}

/// What the process knows about itself.
enum JailEnvironment {
  /// An environment variable that is set and not empty.
  static func value(_ name: String) -> String? {
    guard let text = getenv(name) else { return nil }
    let value = String(cString: text)
    return value.isEmpty ? nil : value
  }

  /// The file of the running program.
  static var runningProgram: FilePath? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink("/proc/self/exe", start, buffer.count)
      guard count > 0, count < buffer.count else { return nil }
      let bytes = buffer.prefix(count).map { UInt8(bitPattern: $0) }
      return FilePath(String(decoding: bytes, as: UTF8.self))
    }
  }
}
