import Foundation
import Subprocess
import SystemPackage
import Testing

/// The tests of what runs inside the boxes, which are Python and need no box.
struct PythonTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Python").path
  static let scripts = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()

  @Test(arguments: scripts)
  func unittests(script: String) async throws {
    let result = try await run(
      .path("/usr/bin/python3"), arguments: ["-B", "-m", "unittest", "-v", String(script.dropLast(3))],
      workingDirectory: FilePath(Self.folder), output: .string(limit: 1 << 20), error: .string(limit: 1 << 22)
    )
    let report = result.standardError
    #expect(result.terminationStatus.isSuccess, "\(report.suffix(4000))")
    #expect(!report.contains("Ran 0 tests") && report.contains("Ran "))
    // With the data at hand nothing may be left out.
    if ProcessInfo.processInfo.environment["EVALKIT_DATA"] != nil {
      #expect(!report.contains("skipped"), "\(report.suffix(4000))")
    }
  }

  @Test func thereAreScripts() { #expect(Self.scripts.count >= 2) }
}
