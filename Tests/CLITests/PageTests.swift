import Foundation
import Subprocess
import SystemPackage
import Testing

/// The page of `evalkit report`: used in a browser by `Page/test_page.py`, looked at here for what needs none.
struct PageTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Page").path
  /// `.ci/run` sees to it that it is there.
  private static let hasBrowser = ["/usr/bin/chromium", "/usr/bin/chromedriver"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(.enabled(if: hasBrowser, "chromium, chromium-driver and python3-selenium are not installed"))
  func theBrowserFindsWhatAPersonWould() async throws {
    let result = try await run(
      .path("/usr/bin/python3"), arguments: ["-B", "-m", "unittest", "-v", "test_page"],
      environment: .inherit.updating(["EVALKIT_BINARY": Binary.path]),
      workingDirectory: FilePath(Self.folder), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 22))
    let report = result.standardError
    #expect(result.terminationStatus.isSuccess, "\(report.suffix(6000))")
    #expect(report.contains("Ran ") && !report.contains("Ran 0 tests") && !report.contains("skipped"))
  }

  @Test func aPageStandsAlone() async throws {
    try await Scratch.withFolder { folder in
      try WrittenRun.answers(right: 30, wrong: 10).write(to: "\(folder)/a")
      try WrittenRun.answers(right: 18, wrong: 22).write(to: "\(folder)/b")
      let made = try await Binary.run(["report", "a", "b", "-o", "page.html"], directory: folder)
      #expect(made.code == 0 && made.output.isEmpty, "\(made.error)")
      let page = String(decoding: try #require(Scratch.bytes("\(folder)/page.html")), as: UTF8.self)
      #expect(page.hasPrefix("<!doctype html>") && page.contains("75.0 % ± 6.9"))
      #expect(page.contains("12 newly failing, 0 newly passing") && page.contains("<td>worse</td>"))
      // Nothing is fetched: the one address in it is the name of a vocabulary.
      #expect(page.split(separator: "://").count == 2 && page.contains("\"http://www.w3.org/2000/svg\""))
      #expect(!page.contains("src="))
      // No element's attribute is a script or a style, which the policy would not run.
      #expect(!page.contains("style=") && !page.contains("onclick="))
      let piped = try await Binary.run(["report", "a", "--format", "html"], directory: folder)
      #expect(piped.code == 0 && piped.output.hasSuffix("</html>\n"))
      let again = try await Binary.run(["report", "a", "--format", "html", "-o", "-"], directory: folder)
      #expect(again.output == piped.output)
    }
  }

  @Test func runsOfDifferentThingsStandBesideEachOtherUncompared() async throws {
    try await Scratch.withFolder { folder in
      var other = WrittenRun.answers(right: 3, wrong: 1)
      try other.write(to: "\(folder)/a")
      other.steps = 256
      try other.write(to: "\(folder)/b")
      let page = try await Binary.run(["report", "a", "b", "--format", "html"], directory: folder)
      #expect(page.code == 0 && page.output.contains("Not compared."), "\(page.error)")
      #expect(page.output.contains("source.sampler.steps") && !page.output.contains("Paired by task"))
    }
  }

  @Test func whatIsNoRunIsNamed() async throws {
    try await Scratch.withFolder { folder in
      let result = try await Binary.run(["report", "nowhere", "-o", "page.html"], directory: folder)
      #expect(result.code == 2 && result.error.contains("nowhere"), "\(result.error)")
      #expect(Scratch.bytes("\(folder)/page.html") == nil)
    }
  }
}
