import JSON
import Subprocess
import SystemPackage

/// A Python interpreter that judges and candidates run in.
public struct PythonEnvironment: Sendable, Equatable {
  /// The interpreter itself: links resolved, except in a virtual environment, which is found by its link.
  public let executable: String
  /// `3.11.2`.
  public let version: String
  /// `cpython`.
  public let implementation: String
  /// The version of numpy in this interpreter, or `nil`.
  public let numpyVersion: String?
  /// The paths that the interpreter reads, to be visible in the box, at their own places.
  public let binds: [String]

  /// Finds an interpreter: `explicit`, else `$EVALKIT_PYTHON`, else `/usr/bin/python3`, else `python3` on
  /// the `PATH`. One that was named must work; the others are tried in turn.
  ///
  /// The interpreter itself is asked (`-I`), outside of the sandbox, with nothing but our own script.
  public static func find(_ explicit: String?) async throws -> PythonEnvironment {
    if let named = explicit ?? JailEnvironment.value("EVALKIT_PYTHON") {
      do {
        return try await ask(named)
      } catch {
        throw SandboxError.pythonNotFound(searched: [named], detail: "\(error)")
      }
    }
    var failure = ""
    for candidate in ["/usr/bin/python3", "python3"] {
      do {
        return try await ask(candidate)
      } catch {
        failure = "\(error)"
      }
    }
    throw SandboxError.pythonNotFound(searched: ["/usr/bin/python3", "python3 on PATH"], detail: failure)
  }

  /// Prints the fields of ``Answer`` in order, each ended by NUL. `importlib.metadata`, `json` and numpy itself
  /// would take several times as long as the interpreter's start, so they are left alone where possible.
  private static let question = """
    import os, sys
    def numpy_version():
        specs = (finder.find_spec("numpy", None) for finder in sys.meta_path)
        spec = next((spec for spec in specs if spec), None)
        if not spec:
            return ""
        folder = os.path.dirname(os.path.dirname(spec.origin or ""))
        infos = [name for name in os.listdir(folder or "/") if name.startswith("numpy-")]
        for name in ("METADATA", "PKG-INFO") if len(infos) == 1 else ():
            file = os.path.join(folder, infos[0], name)
            if os.path.isfile(file):
                with open(file, encoding="utf-8", errors="replace") as lines:
                    for line in lines:
                        if line.startswith("Version: "):
                            return line[9:].strip()
        import importlib.metadata
        try:
            return importlib.metadata.version("numpy")
        except importlib.metadata.PackageNotFoundError:
            import numpy
            return numpy.__version__
    fields = [
        ".".join(map(str, sys.version_info[:3])), "yes" if sys.version_info >= (3, 9) else "no",
        sys.implementation.name, numpy_version(), os.path.abspath(sys.executable),
        os.path.realpath(sys.executable), sys.prefix, sys.base_prefix,
    ]
    fields += [os.path.abspath(entry) for entry in sys.path if entry and os.path.exists(entry)]
    sys.stdout.buffer.write(b"".join(os.fsencode(field) + b"\\0" for field in fields))
    """

  private struct Answer {
    let version, implementation, numpyVersion, executable, real, prefix, basePrefix: String
    let isRecent: Bool
    let path: ArraySlice<String>

    init(_ bytes: [UInt8]) throws(JSONError) {
      let pieces = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
      let fields = pieces.compactMap { String(validating: $0, as: UTF8.self) }
      guard bytes.last == 0, fields.count == pieces.count, fields.count >= 8,
        fields[0].allSatisfy({ $0.isNumber || $0 == "." })
      else { throw JSONError("its answer is not what was asked for") }
      (version, isRecent, implementation) = (fields[0], fields[1] == "yes", fields[2])
      numpyVersion = fields[3]
      (executable, real, prefix, basePrefix) = (fields[4], fields[5], fields[6], fields[7])
      path = fields[8...]
    }
  }

  private static func ask(_ name: String) async throws -> PythonEnvironment {
    let result = try await run(
      name.contains("/") ? .path(FilePath(name)) : .name(name),
      arguments: ["-I", "-B", "-c", question],
      output: .bytes(limit: 1 << 20), error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
      throw JSONError("\(name) ended with \(result.terminationStatus): \(result.standardError)")
    }
    let answer = try Answer(result.standardOutput)
    guard answer.isRecent else {
      throw JSONError("\(name) is Python \(answer.version), 3.9 or later is needed")
    }
    let prefixes = [answer.prefix, answer.basePrefix]
    // The system's prefixes hold the whole system; their libraries are in every box.
    let binds = answer.path + prefixes.filter { !["/", "/usr", "/usr/local"].contains($0) }
    return PythonEnvironment(
      executable: answer.prefix == answer.basePrefix ? answer.real : answer.executable,
      version: answer.version, implementation: answer.implementation,
      numpyVersion: answer.numpyVersion.isEmpty ? nil : answer.numpyVersion, binds: Set(binds).sorted())
  }
}
