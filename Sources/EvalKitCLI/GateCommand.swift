import ArgumentParser
import EvalKit
import JSON
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

struct GateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate",
    abstract: "Say whether a run may take the place of its baseline: for CI.",
    usage: "evalkit gate --baseline <dir> --run <run> [<options>]",
    discussion: """
      Passes when a drop of --max-drop is excluded, fails when there is a drop and
      it is not, and says "cannot tell" when there are too few tasks to know.
      Samples without a verdict and missing tasks fail. See 'evalkit gate help
      check' for all options of the gate itself.

      EXAMPLES
        evalkit gate init Results/good --baseline Results/baseline-7b
        evalkit gate --baseline Results/baseline-7b --run Results/new
        evalkit gate --baseline Results/baseline-7b --run new --junit gate.xml
        evalkit gate init Results/good --baseline Results/baseline-int8 --exact
        evalkit gate --simulate humaneval+ mbpp+ --discordance 0.05

      EXIT CODES
        0 pass; 1 fail; 4 cannot tell; 2 not comparable, or no such run
      """,
    subcommands: [GateCheckCommand.self, GateInitCommand.self, GateSimulateCommand.self],
    defaultSubcommand: GateCheckCommand.self)
}

/// The rule, where it is not the baseline's.
struct RuleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A drop that is too much, in points: 2.0pp (default), 0.5.", valueName: "points"),
    transform: parsePoints)
  var maxDrop: Double?

  @Option(help: "How often a run that is as good may fail (default: 0.01).")
  var alpha: Double?

  @Option(help: "How often a drop of --max-drop may pass (default: 0.05).")
  var miss: Double?

  @Option(name: .customLong("k"), help: "The k of pass@k (default: 1).")
  var k: Int?

  @Option(help: "The score: base, or plus (both tests; default).")
  var tests: Half?

  @Flag(help: "Demand the same tokens in every sample instead of a score.")
  var exact = false

  func validate() throws {
    for (name, value) in [("--alpha", alpha), ("--miss", miss)] {
      if let value, !(value > 0 && value < 0.5) { throw ValidationError("\(name) must be between 0 and 0.5") }
    }
    if let k, k < 1 { throw ValidationError("--k must be at least 1") }
  }

  /// `settings`, with what was given in their place.
  func applied(to settings: GateSettings) -> GateSettings {
    var settings = settings
    if let maxDrop { settings.rule.maxDrop = maxDrop }
    if let alpha { settings.rule.alpha = alpha }
    if let miss { settings.rule.miss = miss }
    if let k { settings.k = k }
    if let tests { settings.half = tests }
    if exact { settings.mode = .tokens }
    return settings
  }
}

struct GateCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Hold a run against a baseline (what 'evalkit gate' alone does).",
    discussion: """
      The rule is the baseline's unless options say otherwise. When GITHUB_ACTIONS
      is set, annotations go to standard error and a summary to
      $GITHUB_STEP_SUMMARY.

      EXAMPLES
        evalkit gate --baseline Results/baseline-7b --run Results/new
        evalkit gate --baseline b --run new --max-drop 1.0pp --alpha 0.01
        evalkit gate --baseline b --run new --junit gate.xml --markdown gate.md

      EXIT CODES
        0 pass; 1 fail; 4 cannot tell; 2 not comparable, or no such run
      """)

  @Option(
    help: ArgumentHelp("What 'evalkit gate init' made.", valueName: "dir"), completion: .directory)
  var baseline: String

  @Option(
    help: ArgumentHelp("The run in question: a folder, or a result file.", valueName: "run"),
    completion: .file())
  var run: String

  @OptionGroup(title: "RULE") var rule: RuleOptions

  @Option(
    help: ArgumentHelp(
      "A key of the identity that may differ, or the beginning of several. Repeatable.", valueName: "key"))
  var allowDifferent: [String] = []

  @Option(help: "Of resampling; the same seed gives the same decision.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Write JUnit XML.", valueName: "file"), completion: .file())
  var junit: String?

  @Option(help: ArgumentHelp("Write a comment for a merge request.", valueName: "file"), completion: .file())
  var markdown: String?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() async throws {
    try await concluding {
      let baseline = try Baseline(reading: baseline)
      let gate = try Gate(
        baseline: baseline.run, run: RecordedRun(reading: run), settings: rule.applied(to: baseline.settings),
        allowed: allowDifferent, seed: seed)
      if let junit { try CommandFile.write(Array(gate.junit.utf8), to: junit) }
      if let markdown { try CommandFile.write(Array(gate.markdown.utf8), to: markdown) }
      if getenv("GITHUB_ACTIONS").map({ String(cString: $0) }) == "true" { try tellGitHub(gate) }
      if json {
        Console.result(gate.json.serialized(indented: true))
      } else {
        for check in gate.checks {
          Console.result("\(check.decision.rawValue): \(plain(check.name)): \(plain(check.reason))")
        }
        Console.result(ComparisonSheet(gate.comparison, programs: nil).text)
        Console.result("gate: \(gate.decision.rawValue)")
      }
      switch gate.decision {
      case .pass: break
      case .fail: throw Outcome.no
      case .cannotTell: throw Outcome.cannotTell
      }
    }
  }

  private func tellGitHub(_ gate: Gate) throws {
    for annotation in gate.annotations { Console.write(annotation + "\n", to: STDERR_FILENO) }
    if let file = getenv("GITHUB_STEP_SUMMARY").map({ String(cString: $0) }), !file.isEmpty {
      try CommandFile.append(Array(gate.markdown.utf8), to: file)
    }
  }
}

struct GateInitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a run the baseline of later ones.",
    usage: "evalkit gate init <run> --baseline <dir> [<options>]",
    discussion: """
      Verifies the run and copies its folder, with the gate's rule and the command
      that repeats it in baseline.json. Commit the folder. The run may be a
      result file of evalplus or bigcodebench: what it does not record must then
      be allowed by name when a run is held against it.

      EXAMPLES
        evalkit gate init Results/good --baseline Results/baseline-7b
        evalkit gate init good --baseline Results/baseline-7b --max-drop 1.0pp
        evalkit gate init good --baseline Results/baseline-int8 --exact
      """)

  @Argument(
    help: ArgumentHelp("The folder of a finished run, or a result file.", valueName: "run"),
    completion: .file())
  var run: String

  @Option(help: ArgumentHelp("The folder to make or to replace.", valueName: "dir"), completion: .directory)
  var baseline: String

  @OptionGroup(title: "RULE") var rule: RuleOptions

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() async throws {
    try await concluding {
      let half =
        try RecordedRun(reading: run).benchmarks.allSatisfy { $0.fullest == .plus } ? Half.plus : .base
      let settings = rule.applied(to: GateSettings(half: half))
      let command = try Baseline.make(of: run, in: baseline, settings: settings)
      if json {
        let document: JSONValue = [
          "schema": "evalkit.gate-init", "schema_version": 1, "baseline": .string(baseline),
          "gate": settings.json, "repeat": .string(command),
        ]
        return Console.result(document.serialized(indented: true))
      }
      Console.result("baseline: \(baseline)")
      Console.result("made by:  \(plain(command))")
    }
  }
}

/// `2.0pp`, `2.0` or `2`: percentage points, as a share.
private func parsePoints(_ text: String) throws -> Double {
  let number = text.hasSuffix("pp") ? text.dropLast(2) : text[...]
  guard let points = Double(number), points > 0, points <= 100 else {
    throw ValidationError("--max-drop takes points, more than 0: 2.0pp")
  }
  return points / 100
}
