import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Knows where task files may lie on this machine, and looks there in a fixed order.
///
/// 1. `--data DIR`;
/// 2. `$EVALKIT_DATA`;
/// 3. the user's cache, `$XDG_CACHE_HOME/evalkit` or `~/.cache/evalkit`;
/// 4. `../shared/data` beside the checkout that the current directory, or the program, is in.
///
/// In each the file may lie directly or in `benchmarks/`, and gzipped or not.
public struct DataLocator: Sendable {
  /// One place to look.
  public struct Candidate: Sendable, Equatable {
    /// Why this place: `--data`, `$EVALKIT_DATA`, `user cache`, `site folder`.
    public let origin: String
    /// The file's path there.
    public let path: String
  }

  private let explicit: String?
  private let environment: [String: String]
  private let currentDirectory: String
  private let executable: String?

  /// - Parameters:
  ///   - explicit: the value of `--data`, a folder or the file itself.
  ///   - environment: the process's variables; `EVALKIT_DATA`, `XDG_CACHE_HOME` and `HOME` are read.
  ///   - currentDirectory: an absolute path, which relative ones are resolved against.
  ///   - executable: the program's own path, if known.
  public init(
    explicit: String?, environment: [String: String], currentDirectory: String, executable: String?
  ) {
    self.explicit = explicit
    self.environment = environment
    self.currentDirectory = currentDirectory
    self.executable = executable
  }

  /// The folder that downloads go to: `$XDG_CACHE_HOME/evalkit` or `~/.cache/evalkit`. `nil` without a home.
  public var cacheDirectory: String? {
    // The XDG specification says to ignore a relative path.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/evalkit" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.cache/evalkit"
  }

  /// Every place that ``find(_:)`` tries, in its order, whether something is there or not.
  public func candidates(for benchmark: Benchmark) -> [Candidate] {
    var found: [Candidate] = []
    func add(_ origin: String, _ folder: FilePath, _ subfolders: [String]) {
      for subfolder in subfolders {
        for name in [benchmark.file, Self.unzippedName(benchmark.file)] {
          let path = folder.appending(subfolder).appending(name).lexicallyNormalized().string
          let candidate = Candidate(origin: origin, path: path)
          if !found.contains(where: { $0.path == path }) { found.append(candidate) }
        }
      }
    }
    if let explicit, !explicit.isEmpty {
      let path = absolute(explicit)
      if Self.isFile(path.string) { return [Candidate(origin: "--data", path: path.string)] }
      add("--data", path, ["", "benchmarks"])
    }
    if let folder = environment["EVALKIT_DATA"], !folder.isEmpty {
      add("$EVALKIT_DATA", absolute(folder), ["", "benchmarks"])
    }
    if let cache = cacheDirectory { add("user cache", FilePath(cache), ["benchmarks"]) }
    for start in [currentDirectory, executable].compactMap({ $0 }) {
      guard let root = checkoutRoot(above: absolute(start)) else { continue }
      add("site folder", root.removingLastComponent().appending("shared/data"), ["benchmarks"])
    }
    return found
  }

  /// The first candidate that is there, or `nil`. Whether it is the right file, ``TaskFile`` tells.
  public func find(_ benchmark: Benchmark) -> Candidate? {
    candidates(for: benchmark).first { access($0.path, F_OK) == 0 }
  }

  /// As ``find(_:)``, with an error that lists the places tried.
  public func require(_ benchmark: Benchmark) throws(EvalKitError) -> Candidate {
    if let found = find(benchmark) { return found }
    let tried = candidates(for: benchmark).map { "\($0.path) (\($0.origin))" }
    throw EvalKitError(
      .data, "no task file for \(benchmark.title) \(benchmark.version)",
      cause: "looked for \(tried.joined(separator: ", "))",
      hint: "evalkit data pull \(benchmark.name), or --data DIR")
  }

  private func absolute(_ path: String) -> FilePath {
    let path = FilePath(path)
    return (path.isAbsolute ? path : FilePath(currentDirectory).pushing(path)).lexicallyNormalized()
  }

  /// The nearest folder at or above `start` that holds evalkit's sources.
  private func checkoutRoot(above start: FilePath) -> FilePath? {
    var folder = start
    repeat {
      if Self.isFile(folder.appending("Benchmarks/manifest.json").string),
        Self.isFile(folder.appending("Package.swift").string)
      {
        return folder
      }
    } while folder.removeLastComponent()
    return nil
  }

  private static func unzippedName(_ name: String) -> String {
    name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
