import Foundation
import Testing

/// What Tests/Fuzz/formats.sh found, once more.
struct FormatCorpusTests {
  @Test func corpusHasNoFinding() throws {
    let folder = URL(filePath: Fixture.folder).appending(path: "../../Fuzz/formats").standardized.path()
    var counts: [FormatReader: Int] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
      let parts = name.split(separator: "/")
      guard (parts.first == "corpus" && parts.count == 3) || (parts.first == "findings" && parts.count == 2)
      else {
        continue
      }
      let input = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      #expect(throws: Never.self, "\(name)") {
        if let reader = try FormatReader.run(Array(input)) { counts[reader, default: 0] += 1 }
      }
    }
    for reader in FormatReader.allCases { #expect(counts[reader, default: 0] >= 5, "\(reader)") }
  }
}
