import JSON
import Testing

@testable import EvalKit

struct ReportPageTests {
  @Test func aPageStaysSmallWhateverModelsWrite() throws {
    let folder = try TemporaryFolder()
    let run = MadeUpRun.run("large", ["humaneval+": Array(repeating: [true, false], count: 100)])
    var random = SystemRandomNumberGenerator()
    var rows = ""
    for task in 0..<100 {
      for sample in 0..<2 {
        // Nothing that packing could make shorter.
        let noise = (0..<16_000).map { _ in String(UnicodeScalar(UInt8.random(in: 48..<123, using: &random)))
        }
        let row: JSONValue = [
          "task_id": .string("humaneval+/\(task)"), "sample": JSONValue(sample),
          "solution": .string(noise.joined()),
        ]
        rows += String(decoding: row.serialized(), as: UTF8.self) + "\n"
      }
    }
    try folder.write("samples.jsonl", rows.utf8)
    let recorded = RecordedRun(
      path: folder.path, identity: run.identity, isComplete: true, isInsecure: false,
      benchmarks: run.benchmarks)
    let page = try ReportPage(of: [recorded]) { _ in TaskStatements([:]) }.html()
    #expect(page.count < 2_000_000 && page.count > 500_000)
    #expect(!String(decoding: page, as: UTF8.self).contains("up to 16,000 characters"))
  }

  @Test func aFailedAndAPassedSampleAreShownFirst() {
    let samples = (0..<50).map {
      RecordedTask.Sample(number: $0, passedBase: $0 != 30, passedPlus: $0 != 30 && $0 != 40)
    }
    let task = RecordedTask(task: "T/0", samples: samples)
    #expect(PageRun.shown(of: task, atMost: 2) == [0, 30])
    #expect(PageRun.shown(of: task, atMost: 3) == [0, 30, 40])
    #expect(PageRun.shown(of: task, atMost: 50) == Array(0..<50))
  }

  @Test func aRefusedRunIsNamedAndTheOthersAreCompared() {
    let base = MadeUpRun.run("base", ["humaneval+": [[true], [true]]])
    let other = MadeUpRun.run("other", ["humaneval+": [[true], [true]]], changes: ["scoring.semantics": "x"])
    let new = MadeUpRun.run("new", ["humaneval+": [[true], [false]]])
    let found = PageComparison.all([base, other, new])
    #expect(found.map(\.index) == [1, 2] && found.map(\.new.name) == ["other", "new"])
    #expect((found[0].view["refusal"] as? String)?.contains("scoring.semantics") == true)
    #expect(found[0].view["scored"] == nil && found[1].view["refusal"] == nil)
    #expect(found[1].changes.map { $0.worse.map(\.task) } == [["humaneval+/1"]])
  }

  @Test(arguments: [
    ("<b>&\"", "&lt;b&gt;&amp;&quot;"),
    // With an accent it is another character, and ends an attribute all the same.
    ("\"\u{301}<\u{301}", "&quot;\u{301}&lt;\u{301}"), ("a\u{202E}b\u{0}", "a\\u{202e}b\\u{0}"),
    ("é\n\t", "é\n\t"),
  ])
  func textIsNeverMarkup(text: String, escaped: String) {
    #expect(Array(PageText.escaped(text).utf8) == Array(escaped.utf8))
  }

  @Test func numbersAreShort() {
    #expect(PageText.grouped(1_234_567) == "1,234,567" && PageText.grouped(999) == "999")
    #expect(
      PageText.seconds(0.0032) == "3.2 ms" && PageText.seconds(0.4) == "0.4 s"
        && PageText.seconds(12.3) == "12 s")
    #expect((-1.25).decimals(1) == "-1.3" && 0.0.decimals(2) == "0.00")
  }

  @Test func cutTextsSaySo() {
    #expect(PageBounds.head("abc", 3) == "abc")
    #expect(PageBounds.head("abcdef", 2) == "ab\n… cut here: 4 more characters")
    #expect(PageBounds.tail("abcdef", 2) == "… 4 characters cut\nef")
  }

  @Test func editsAreTheRowsOfTheDiff() {
    #expect(PageData.edits("a\nb\nc\n", "a\nx\nc\nd\n") == "0302")
    #expect(PageData.edits(String(repeating: "x\n", count: 600), "x") == nil)
  }
}
