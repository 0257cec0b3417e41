import Foundation
import FoundationXML
import JSON
import Testing

/// `evalkit report` in the formats for other programs, and `show` and `list`, on runs written by hand.
struct ReportFormatTests {
  /// The result file of a tool that was given hostile programs and names.
  private let hostile = """
    {"eval": {
      "HumanEval/0": [{"base_status": "pass", "plus_status": "pass", "solution": "x"}],
      "HumanEval/1": [{"base_status": "fail", "plus_status": "fail", "solution": "\\u001b[31m</script>\\u0000 ]]>",
        "base_fail_tests": [["<&\\"'>\\u0007\\ufffe", 123456789012345678901234567890]], "plus_fail_tests": []}]}}
    """

  private func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func onePlaceForAllFormats() async throws {
    try await Scratch.withFolder { folder in
      try WrittenRun(samples: [[true, true], [true, false], [false, false]]).write(to: "\(folder)/a")
      try WrittenRun.answers(right: 2, wrong: 1).write(to: "\(folder)/=1+1")
      let json = try await Binary.run(["report", "a", "=1+1", "--format", "json"], directory: folder).json()
      #expect(json["schema"] == "evalkit.reports" && json["schema_version"] == 1)
      #expect(json["runs"]?.array?.compactMap { $0["name"]?.string } == ["a", "=1+1"])
      #expect(json["runs"]?.array?.first?["report"]?["schema"] == "evalkit.report")

      let csv = try await Binary.run(["report", "a", "=1+1", "--format", "csv"], directory: folder)
      let rows = csv.output.components(separatedBy: "\r\n").dropLast()
      #expect(
        rows.count == 7
          && rows.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 11 })
      #expect(rows[2] == "a,humaneval+,HumanEval/1,2,2,1,passed: 2,fail: 1; passed: 1,0,1.0,0.5")
      // A spreadsheet would compute the name of the run.
      #expect(rows[4].hasPrefix("'=1+1,"))

      let latex = try await Binary.run(["report", "a", "=1+1", "-o", "t.tex"], directory: folder)
      #expect(latex.code == 0 && latex.output.isEmpty, "\(latex.error)")
      let table = String(decoding: try #require(Scratch.bytes("\(folder)/t.tex")), as: UTF8.self)
      #expect(
        table.contains("\\toprule")
          && table.contains("a & humaneval+ & 1 & 100.0 {\\footnotesize [43.9, 100.0]}"))
      #expect(table.contains("3 of 164 tasks of humaneval+"))

      let markdown = try await Binary.run(["report", "a", "=1+1"], directory: folder)
      #expect(markdown.output.contains("| a | humaneval+ | 1 | 100.0 %"))
    }
  }

  @Test func hostileTextStaysText() async throws {
    try await Scratch.withFolder { folder in
      try write(hostile, "\(folder)/<b>&amp;_eval_results.json")
      let file = "<b>&amp;_eval_results.json"
      let junit = try await Binary.run(["report", file, "--format", "junit"], directory: folder)
      #expect(junit.code == 0, "\(junit.error)")
      let cases = Cases()
      let parser = XMLParser(data: Data(junit.output.utf8))
      parser.delegate = cases
      #expect(parser.parse())
      #expect(cases.suites == ["<b>&amp;: humaneval+"] && cases.names == ["HumanEval/0", "HumanEval/1"])
      #expect(cases.failures == ["base: failed"])
      #expect(cases.text.contains("123456789012345678901234567890") && !cases.text.contains("\u{7}"))
      let markdown = try await Binary.run(["report", file], directory: folder)
      #expect(markdown.output.contains("&lt;b>&amp;amp;") == false && markdown.output.contains("| &lt;b>"))
      let shown = try await Binary.run(["show", file, "1"], directory: folder)
      #expect(shown.code == 0 && !shown.output.contains("\u{1B}") && shown.output.contains("</script>"))
      #expect(shown.output.contains("base  fail: failed") && shown.output.contains("HumanEval/1"))
    }
  }

  @Test func casesAreShownAndMistypedOnesGuessed() async throws {
    try await Scratch.withFolder { folder in
      try WrittenRun(samples: [[true, false], [true, true]]).write(to: "\(folder)/run")
      let environment = ["EVALKIT_DATA": "", "HOME": folder]
      let failed = try await Binary.run(
        ["show", "run", "HumanEval/0"], environment: environment, directory: folder)
      #expect(failed.code == 0, "\(failed.error)")
      #expect(failed.output.contains("sample 1 of 2, 1 of which passed"))
      #expect(failed.output.contains("   3 |     return 2") && failed.output.contains("plus  fail"))
      let first = try await Binary.run(
        ["show", "run", "0", "--sample", "0", "--json"], environment: environment, directory: folder
      ).json()
      #expect(first["schema"] == "evalkit.case" && first["task_id"] == "HumanEval/0" && first["sample"] == 0)
      #expect(first["plus"]?["status"] == "pass" && first["program"]?.string?.contains("return 1") == true)
      for (task, says) in [("HumanEvl/1", "did you mean HumanEval/1?"), ("9", "its tasks look like")] {
        let result = try await Binary.run(["show", "run", task], environment: environment, directory: folder)
        #expect(result.code == 5 && result.error.contains(says), "\(result.error)")
      }
      let sample = try await Binary.run(["show", "run", "0", "--sample", "7"], directory: folder)
      #expect(sample.code == 5 && sample.error.contains("no verdict on sample 7"))
    }
  }

  @Test func runsAreListedHoweverFarTheyCame() async throws {
    try await Scratch.withFolder { folder in
      let results = "\(folder)/Results"
      try WrittenRun.answers(right: 3, wrong: 1).write(to: "\(results)/whole")
      try WrittenRun.answers(right: 3, wrong: 1).write(to: "\(results)/begun")
      try FileManager.default.removeItem(atPath: "\(results)/begun/report.json")
      try WrittenRun.answers(right: 3, wrong: 1).write(to: "\(results)/torn")
      try write("{", "\(results)/torn/report.json")
      try write(hostile, "\(results)/theirs_eval_results.json")
      let json = try await Binary.run(["list", "runs", "--json"], directory: folder).json()
      let states = json["runs"]?.array?.map { [$0["name"]?.string, $0["state"]?.string] }
      #expect(
        states == [
          ["begun", "unfinished"], ["theirs", "finished"], ["torn", "damaged"], ["whole", "finished"],
        ])
      #expect(json["benchmarks"] == nil && json["models"] == nil)
      // In a narrow terminal every line fits, wide characters included.
      try WrittenRun.answers(right: 3, wrong: 1).write(to: "\(results)/日本語の長い名前のモデル")
      for width in [40, 80, 120] {
        let table = try await Binary.run(
          ["list", "runs"], environment: ["COLUMNS": "\(width)"], directory: folder)
        #expect(table.code == 0 && table.output.contains("日本"))
        let widths = table.output.split(separator: "\n").map { line in
          line.reduce(0) {
            $0 + ($1.unicodeScalars.contains { (0x3000...0x9FFF).contains($0.value) } ? 2 : 1)
          }
        }
        #expect(widths.allSatisfy { $0 <= width }, "\(table.output)")
        // Every row of the frame ends in the same column.
        if width > 40 { #expect(Set(widths).count == 1, "\(table.output)") }
      }
      for what in ["runs", "models"] {
        let nowhere = try await Binary.run(["list", what, "nowhere"], directory: folder)
        #expect(nowhere.code == 2 && nowhere.error.contains("nowhere"))
      }
    }
  }

  @Test func resultFilesGoWhereRunsGo() async throws {
    try await Scratch.withFolder { folder in
      try write(hostile, "\(folder)/t_eval_results.json")
      let file = "t_eval_results.json"
      let compared = try await Binary.run(["compare", file, file], directory: folder)
      #expect(compared.code == 0 && compared.output.contains("CANNOT BE CHECKED"))
      #expect(compared.output.contains("source, scoring"))
      #expect(try await Binary.run(["compare", "--trend", file, file], directory: folder).code == 0)
      #expect(try await Binary.run(["verify", file], directory: folder).code == 0)
      let made = try await Binary.run(["gate", "init", file, "--baseline", "b"], directory: folder)
      #expect(made.code == 0 && made.output.contains("not recorded"), "\(made.error)")
      let gate = [
        "gate", "--baseline", "b", "--run", file, "--max-drop", "90pp", "--alpha", "0.4", "--miss", "0.4",
      ]
      let shut = try await Binary.run(gate, directory: folder)
      #expect(shut.code == 4 && shut.output.contains("cannot tell: identity"), "\(shut.output)")
      let allowed = ["source", "scoring", "benchmarks"].flatMap { ["--allow-different", $0] }
      #expect(try await Binary.run(gate + allowed, directory: folder).code == 0)
      // The baseline's own copy is what counts, and an edit of it is seen.
      try write(hostile.replacing("\"pass\"", with: "\"fail\""), "\(folder)/b/\(file)")
      let edited = try await Binary.run(gate + allowed, directory: folder)
      #expect(edited.code == 2 && edited.error.contains("was changed"), "\(edited.error)")
      let other = try await Binary.run(["report", file, "--format", "bigcodebench"], directory: folder)
      #expect(other.code == 64 && other.error.contains("its files are of bigcodebench"))
    }
  }
}

/// The test cases of a JUnit document, and its texts.
private final class Cases: NSObject, XMLParserDelegate {
  var suites: [String] = []
  var names: [String] = []
  var failures: [String] = []
  var text = ""

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    switch element {
    case "testsuite": suites.append(attributes["name"] ?? "")
    case "testcase": names.append(attributes["name"] ?? "")
    case "failure": failures.append(attributes["message"] ?? "")
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
