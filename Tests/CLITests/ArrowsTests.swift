import Foundation
import Testing

/// The arrows of CONTRIBUTING.md, checked where they are drawn: at the imports.
struct ArrowsTests {
  private static let allowed: [String: Set<String>] = [
    "Sources/JSON": ["CJSONC"],
    "Sources/DiffusionEngine": ["JSON", "COpenBLAS", "EngineKernels"],
    "Sandbox": ["JSON"],
    "Sources/EvalKit": ["JSON", "Sandbox", "Statistics", "CZlib"],
    "Sources/Statistics": [],
    "Sources/EvalKitCLI": ["JSON", "EvalKit", "DiffusionEngine", "Sandbox", "Statistics"],
  ]
  private static let ours: Set<String> = [
    "JSON", "DiffusionEngine", "Sandbox", "EvalKit", "EvalKitCLI", "CJSONC", "COpenBLAS", "CZlib",
    "EngineKernels", "Statistics",
  ]

  @Test(arguments: allowed.keys.sorted())
  func importsFollowTheMap(folder: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let files = try #require(
      FileManager.default.enumerator(at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
    )
    var seen = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      seen += 1
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at <= 1, words.count > at + 1 else { continue }
        let module = String(words[at + 1])
        if Self.ours.contains(module) {
          #expect(
            Self.allowed[folder]?.contains(module) == true, "\(file.lastPathComponent) imports \(module)")
        }
      }
    }
    #expect(seen > 0)
  }
}
