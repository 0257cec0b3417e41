import ArgumentParser
import EvalKit
import JSON
import Statistics

struct GateSimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Tell how often the gate's rule errs, and which drops it catches.",
    discussion: """
      Applies the rule to made-up pairs of runs. The discordance is the share of
      tasks on which two runs of the same model disagree, with one sample each:
      0.01 to 0.05 when only the arithmetic changed, 0.1 to 0.2 for another
      sampler or checkpoint; 'evalkit compare' prints it for two runs. Names that
      are joined by '+' or commas are one suite; a number is that many tasks.

      EXAMPLES
        evalkit gate simulate humaneval+ mbpp+ humaneval+,mbpp+ 1140
        evalkit gate simulate humaneval+ -n 10 --discordance 0.1 --max-drop 3.0pp
        evalkit gate --simulate humaneval+ --json
      """)

  @Argument(
    help: ArgumentHelp("Benchmarks, several joined by commas, or numbers of tasks.", valueName: "suite"))
  var suites: [String] = []

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Samples a task.", valueName: "count"))
  var samples = 1

  @Option(help: "Share of tasks on which two runs disagree (default: several). Repeatable.")
  var discordance: [Double] = []

  @Option(help: "The share of samples that are right.")
  var score = 0.7

  @Option(
    help: ArgumentHelp(
      "Pairs of runs a number (default: 4000, or 400 with several samples).", valueName: "count"))
  var repetitions: Int?

  @OptionGroup(title: "RULE") var rule: RuleOptions

  @Option(help: "The same seed gives the same numbers.")
  var seed: UInt64 = 0

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if !(1...64).contains(samples) { throw ValidationError("-n must be 1 to 64") }
    if let k = rule.k, k > samples { throw ValidationError("pass@\(k) needs -n \(k)") }
    if !(score > 0 && score < 1) { throw ValidationError("--score must be between 0 and 1") }
    let most = min(score, 1 - score)
    if let large = discordance.first(where: { !($0 > 0 && $0 <= most) }) {
      throw ValidationError(
        "--discordance \(large) is not possible: with --score \(score) it is more than 0 and at most \(most)")
    }
    if let repetitions, repetitions < 1 { throw ValidationError("--repetitions must be at least 1") }
    if rule.exact { throw ValidationError("--exact leaves nothing to chance: there is nothing to simulate") }
  }

  func run() async throws {
    try await concluding {
      let names = suites.isEmpty ? Benchmark.all.map(\.name) : suites
      let forecast = GateForecast(
        suites: try names.map { (name: $0, tasks: try tasks(of: $0)) }, samples: samples,
        settings: rule.applied(to: GateSettings()), score: score,
        discordances: discordance.isEmpty
          ? [0.02, 0.05, 0.1, 0.2].filter { $0 <= min(score, 1 - score) } : discordance,
        repetitions: repetitions ?? (samples == 1 ? 4000 : 400), seed: seed)
      if json {
        Console.result(forecast.json.serialized(indented: true))
      } else {
        print(forecast)
      }
    }
  }

  private func tasks(of suite: String) throws -> [Int] {
    try suite.split(separator: ",").map { name in
      if let count = Int(name) {
        guard (1...1_000_000).contains(count) else { throw ValidationError("\(count) is no number of tasks") }
        return count
      }
      return try Benchmark.named(String(name)).taskCount
    }
  }

  private func print(_ forecast: GateForecast) {
    let rule = forecast.settings.rule
    Console.result(
      "pass@\(forecast.settings.k), \(forecast.samples) samples a task, score \(percent(score)) %, max drop "
        + "\(percent(rule.maxDrop)) points, alpha \(rule.alpha), miss \(rule.miss); shares in %")
    let table = TerminalTable<GateForecast.Row> {
      [
        Column(title: "suite", value: $0.suites),
        Column(title: "tasks", value: "\($0.tasks)", align: .right),
        Column(title: "discordance", value: percent($0.discordance), align: .right),
        Column(title: "false alarm", value: percent($0.unchanged.fail), align: .right),
        Column(title: "passes unchanged", value: percent($0.unchanged.pass), align: .right),
        Column(title: "passes at max drop", value: percent($0.dropped.pass), align: .right),
        Column(
          title: "drop failed 4 of 5 times", value: $0.caught.map { percent($0) } ?? "none", align: .right),
      ]
    }
    Console.result(table.text(for: forecast.rows))
  }
}
