import JSON
import Statistics
import Testing

@testable import EvalKit

struct ReportTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""),
    ("=1+1", "'=1+1"), ("@x", "'@x"), ("-1", "'-1"), ("\tx", "'\tx"),
    ("=HYPERLINK(\"a,b\")", "\"'=HYPERLINK(\"\"a,b\"\")\""),
  ])
  func cellsAreQuotedAndNoFormulas(text: String, cell: String) {
    #expect(TaskTable.cell(text) == cell)
  }

  @Test func noCharacterIsACommandInLaTeX() {
    #expect(
      LaTeXTable.escaped("\\input{x} 5 % $a_b^c$ #1 & ~ <|>\n")
        == "\\textbackslash{}input\\{x\\} 5 \\% \\$a\\_b\\textasciicircum{}c\\$ \\#1 \\& \\textasciitilde{} "
        + "\\textless{}\\textbar{}\\textgreater{} ")
  }

  @Test func xmlHasNoCharacterThatItForbids() {
    #expect(XMLText.escaped("a\u{0}\u{B}\u{FFFE}<&>\"\n") == "a\u{FFFD}\u{FFFD}\u{FFFD}&lt;&amp;&gt;&quot;\n")
  }

  /// Left out on either side, whatever the verdicts; said which.
  @Test func timingSensitiveTasksAreApartOrLeftOut() throws {
    func run(_ name: String, _ right: [Bool], sensitive: Set<Int>) -> RecordedRun {
      let tasks = right.enumerated().map { index, right in
        RecordedTask(
          task: "s/\(index)",
          samples: [
            .init(
              number: 0, passedBase: true, passedPlus: right, isTimingSensitive: sensitive.contains(index))
          ])
      }
      return RecordedRun(
        path: name, identity: RunIdentity([:]), isComplete: true, isInsecure: false,
        benchmarks: [RecordedBenchmark(name: "s", tasks: tasks, ks: [1], missing: [], notJudged: [])])
    }
    let base = run("a", [true, true, true, false], sensitive: [0])
    let new = run("b", [false, false, true, false], sensitive: [2])
    let all = try #require(try Comparison.all(base: base, runs: [new]).first)
    #expect(all.changes.first?.timingSensitive.map(\.task) == ["s/0"])
    #expect(all.scores.last?.scores.outcomes == PairedOutcomes(count: 4, lost: 2, gained: 0))
    let steady = try #require(
      try Comparison.all(base: base, runs: [new], excludesTimingSensitive: true).first)
    #expect(steady.changes.first?.excluded == ["s/0", "s/2"])
    #expect(steady.scores.last?.scores.outcomes == PairedOutcomes(count: 2, lost: 1, gained: 0))
  }
}
