import Foundation
import FoundationXML
import JSON
import Statistics
import Testing

@testable import EvalKit

struct GateTests {
  private func gate(
    _ base: [String: [[Bool]]], _ new: [String: [[Bool]]], settings: GateSettings = GateSettings(),
    isComplete: Bool = true, isInsecure: Bool = false, missing: [String] = []
  ) throws -> Gate {
    try Gate(
      baseline: MadeUpRun.run("base", base),
      run: MadeUpRun.run("new", new, isComplete: isComplete, isInsecure: isInsecure, missing: missing),
      settings: settings, allowed: ["scoring.sandbox.insecure"])
  }

  private let good = ["s": MadeUpRun.answers((900, 240))]

  @Test func anEqualRunPasses() throws {
    let result = try gate(good, good)
    #expect(result.decision == .pass)
    #expect(result.checks.map(\.name) == ["sound", "tasks", "score"])
    #expect(result.annotations.isEmpty)
  }

  @Test func aDropFails() throws {
    let result = try gate(good, ["s": MadeUpRun.answers((840, 300))])
    #expect(result.decision == .fail)
    #expect(
      result.checks.last?.reason.contains("changed by -5.3 points over 1140 tasks; it is a drop") == true)
  }

  /// What is surely within the margin passes, though it surely is a drop; and says so.
  @Test func aSmallDropPassesWithinTheMargin() throws {
    let result = try gate(good, ["s": MadeUpRun.answers((890, 250))])
    #expect(result.decision == .pass)
    #expect(result.checks.last?.reason.contains("it is a drop") == true)
  }

  @Test func tooFewTasksCannotTell() throws {
    let result = try gate(["s": MadeUpRun.answers((15, 5))], ["s": MadeUpRun.answers((14, 6))])
    #expect(result.decision == .cannotTell)
    #expect(result.annotations.first?.hasPrefix("::warning title=evalkit gate%3A score") == true)
  }

  @Test func suitesAreTakenTogether() throws {
    let base = ["s": MadeUpRun.answers((500, 100)), "t": MadeUpRun.answers((400, 140))]
    let new = ["s": MadeUpRun.answers((490, 110)), "t": MadeUpRun.answers((390, 150))]
    let result = try gate(base, new)
    #expect(result.scores.count == 1140 && result.scores.outcomes?.lost == 20)
    #expect(result.decision == .fail)
  }

  @Test func severalSamplesUseResampling() throws {
    let base = (0..<300).map { task in (0..<10).map { $0 < task % 11 } }
    let same = try gate(["s": base], ["s": base.map { $0.reversed() }])
    #expect(same.decision == .pass && same.scores.outcomes == nil)
    let worse = base.map { $0.enumerated().map { $0.element && $0.offset != 0 } }
    #expect(try gate(["s": base], ["s": worse]).decision == .fail)
  }

  /// Whatever is wrong with the run itself closes the gate, also when the score is fine.
  @Test func faultsMissingTasksAndMissingSandboxesFail() throws {
    #expect(try gate(good, good, isComplete: false).decision == .fail)
    #expect(try gate(good, good, isInsecure: true).decision == .fail)
    #expect(try gate(good, good, missing: ["s/3"]).decision == .fail)
    let fewer = try gate(good, ["s": Array(MadeUpRun.answers((900, 240)).dropLast())])
    #expect(fewer.decision == .fail)
    #expect(fewer.checks[1].reason == "1 of the baseline's 1140 tasks are missing: s/1139")
  }

  @Test func reportsAreWellFormed() throws {
    let result = try gate(good, ["s": MadeUpRun.answers((840, 300))])
    let parser = XMLParser(data: Data(result.junit.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(result.junit.contains("failures=\"1\" errors=\"0\""))
    #expect(result.markdown.contains("| score | fail |") && result.markdown.contains("60 newly failing"))
    #expect(result.json["decision"] == "fail" && result.json["schema"] == "evalkit.gate")
  }

  @Test func settingsSurviveTheirDocument() throws {
    var settings = GateSettings(mode: .tokens, half: .base, k: 4)
    settings.rule = RegressionRule(maxDrop: 0.01, alpha: 0.001, miss: 0.1)
    #expect(try GateSettings(json: settings.json) == settings)
    #expect(throws: JSONError.self) { try GateSettings(json: ["mode": "other"]) }
  }

  /// The rule's own promises: an unchanged model rarely fails, a drop of the margin rarely passes.
  @Test func theRuleKeepsItsErrorRates() throws {
    let forecast = GateForecast(
      suites: [(name: "s", tasks: [164, 378])], samples: 1, settings: GateSettings(), score: 0.7,
      discordances: [0.1], repetitions: 1000)
    let row = try #require(forecast.rows.first)
    #expect(row.tasks == 542 && row.unchanged.fail < 0.03 && row.dropped.pass < 0.09)
    #expect((0.04...0.065).contains(try #require(row.caught)))
    #expect(abs(row.unchanged.pass + row.unchanged.fail + row.unchanged.cannotTell - 1) < 1e-9)
  }

  @Test func moreSamplesCatchSmallerDrops() throws {
    func caught(_ samples: Int) throws -> Double {
      let forecast = GateForecast(
        suites: [(name: "s", tasks: [100])], samples: samples, settings: GateSettings(), score: 0.6,
        discordances: [0.2], repetitions: 60)
      return try #require(forecast.rows.first?.caught)
    }
    #expect(try caught(10) < caught(1))
  }

  @Test func theRepeatingCommandNamesWhatDecides() {
    let text = RepeatCommand(MadeUpRun.run("a", ["humaneval+": [[true]]]).identity).text
    #expect(
      text.hasPrefix(
        "evalkit run humaneval+ --model CHECKPOINT(sha256:m) --precision fp32 --prompt-style chat"))
    #expect(text.contains("--steps 512 --seed 0"))
  }
}
