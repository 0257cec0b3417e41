import EvalKit
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The folder with the published task files, for tests that read them.
enum DataFolder {
  static let path: String? = getenv("EVALKIT_DATA").map { String(cString: $0) }

  /// What the skipped tests say.
  static let missing: Comment = "EVALKIT_DATA is not set: the published task files are not read"

  static func file(of benchmark: Benchmark) throws -> String {
    let locator = DataLocator(explicit: path, environment: [:], currentDirectory: "/", executable: nil)
    return try locator.require(benchmark).path
  }
}
