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

  private static let question = """
    import importlib.metadata, importlib.util, json, os, sys
    numpy_version = None
    if importlib.util.find_spec("numpy"):
        try:  # importing numpy would take longer than all the rest
            numpy_version = importlib.metadata.version("numpy")
        except importlib.metadata.PackageNotFoundError:
            import numpy
            numpy_version = numpy.__version__
    print(json.dumps({
        "executable": os.path.abspath(sys.executable), "real": os.path.realpath(sys.executable),
        "version": ".".join(map(str, sys.version_info[:3])), "minor": sys.version_info[:2] >= (3, 9),
        "implementation": sys.implementation.name, "numpy": numpy_version,
        "prefix": sys.prefix, "base_prefix": sys.base_prefix,
        "path": [os.path.abspath(entry) for entry in sys.path if entry and os.path.exists(entry)],
    }))
    """

  private static func ask(_ name: String) async throws -> PythonEnvironment {
    let result = try await run(
      name.contains("/") ? .path(FilePath(name)) : .name(name),
      arguments: ["-I", "-B", "-c", question],
      output: .bytes(limit: 1 << 20), error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
      throw JSONError("\(name) ended with \(result.terminationStatus): \(result.standardError)")
    }
    let answer = try JSONValue(parsing: result.standardOutput)
    guard try answer.require("minor", \.bool) else {
      throw JSONError("\(name) is Python \(try answer.require("version", \.string)), 3.9 or later is needed")
    }
    let prefix = try answer.require("prefix", \.string)
    let basePrefix = try answer.require("base_prefix", \.string)
    let isVirtual = prefix != basePrefix
    var binds = try answer.require("path", \.array).compactMap(\.string)
    // The system's prefixes hold the whole system; their libraries are in every box.
    binds += [prefix, basePrefix].filter { !["/", "/usr", "/usr/local"].contains($0) }
    return PythonEnvironment(
      executable: try answer.require(isVirtual ? "executable" : "real", \.string),
      version: try answer.require("version", \.string),
      implementation: try answer.require("implementation", \.string),
      numpyVersion: answer["numpy"]?.string,
      binds: Set(binds).sorted())
  }
}
