public import ArgumentParser
public import EvalKit
import JSON

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare runs task by task, and say whether they differ.",
    usage: "evalkit compare <base> <new> ... [<options>]",
    discussion: """
      Pairs the tasks of BASE with those of each other run. Single answers:
      McNemar's mid-p and Tango's interval. Several samples, pass@k: sign flips
      of the tasks, and a bootstrap over them. Holm's p covers all runs and
      benchmarks together. Runs that differ in data, semantics, sampler or
      prompts are refused, with the key that differs. A run is a folder, or a
      result file of evalplus or bigcodebench (of any version, .gz or not); what
      such a file does not record is named and cannot be checked.

      EXAMPLES
        evalkit compare Results/old Results/new
        evalkit compare Results/old Results/new --diff
        evalkit compare old new --allow-different source.sampler.steps
        evalkit compare old new --json | jq '.comparisons[0].scores'
        evalkit compare theirs_eval_results.json Results/new
        evalkit compare --trend Results/monday Results/tuesday -o trend.svg

      EXIT CODES
        0 compared, whatever came of it; 2 not comparable, or no such run
      """)

  @Argument(help: ArgumentHelp("A run's folder, or a result file.", valueName: "base"), completion: .file())
  var base: String

  @Argument(help: ArgumentHelp("Runs to compare with it.", valueName: "new"), completion: .file())
  var runs: [String] = []

  @Option(
    name: .customLong("k"),
    help: ArgumentHelp("The k of pass@k, with commas (default: those of both reports).", valueName: "k,k"),
    transform: parseKs)
  var ks: [Int]?

  @Option(
    help: ArgumentHelp(
      "A key of the identity that may differ, or the beginning of several. Repeatable.", valueName: "key"))
  var allowDifferent: [String] = []

  @Flag(help: "Leave out tasks with a verdict that hangs on the machine's speed.")
  var withoutTimingSensitive = false

  @Flag(help: "Show the programs of the changed tasks side by side.")
  var diff = false

  @Flag(help: "Plot one score over all runs, in this order.")
  var trend = false

  @Option(help: ArgumentHelp("With --trend: the benchmark (default: the first).", valueName: "name"))
  var benchmark: String?

  @Option(help: "With --trend: base, or plus (both tests; default where they were run).")
  var tests: Half?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("With --trend: also draw it, as SVG.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var output: String?

  @Option(help: "Of resampling; the same seed gives the same numbers.")
  var seed: UInt64 = 0

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if runs.isEmpty && !trend { throw ValidationError("give at least one run to compare with \(base)") }
    if trend, ks.map({ $0.count > 1 }) ?? false { throw ValidationError("--trend plots one k") }
    if trend && diff { throw ValidationError("--trend and --diff exclude each other") }
    if !trend, benchmark != nil || output != nil || tests != nil {
      throw ValidationError("--benchmark, --tests and --output belong to --trend")
    }
  }

  func run() async throws {
    try await concluding {
      let first = try RecordedRun(reading: base)
      let others = try runs.map { try RecordedRun(reading: $0) }
      if trend { return try plot([first] + others) }
      let comparisons = try Comparison.all(
        base: first, runs: others, ks: ks, allowed: allowDifferent,
        excludesTimingSensitive: withoutTimingSensitive, seed: seed)
      let programs = diff ? try self.programs(of: comparisons) : [:]
      if json {
        let document = Comparison.document(of: comparisons, programs: programs)
        return Console.result(document.serialized(indented: true))
      }
      for (index, comparison) in comparisons.enumerated() {
        if index > 0 { Console.result("") }
        let sides = programs[first.path].flatMap { ours in
          programs[comparison.new.path].map { (base: ours, new: $0) }
        }
        Console.result(ComparisonSheet(comparison, programs: sides, width: Console.outputWidth ?? 100).text)
      }
    }
  }

  private func plot(_ runs: [RecordedRun]) throws {
    let trend = try Trend(over: runs, benchmark: benchmark, half: tests, k: ks?.first ?? 1)
    if let output { try CommandFile.write(Array(TrendPicture(trend).svg.utf8), to: output) }
    if json {
      Console.result(trend.json.serialized(indented: true))
    } else {
      Console.result(TrendChart(trend, width: Console.outputWidth ?? 100).text)
    }
  }

  /// Of the changed tasks, by run.
  private func programs(of comparisons: [Comparison]) throws -> [String: RecordedPrograms] {
    var wanted: [String: [SampleID]] = [:]
    var runs: [String: RecordedRun] = [:]
    for comparison in comparisons {
      let (base, new) = (comparison.base, comparison.new)
      runs[base.path] = base
      runs[new.path] = new
      for change in comparison.changes.flatMap({ $0.worse + $0.better }) {
        if let sample = change.baseSample {
          wanted[base.path, default: []].append(SampleID(task: change.task, sample: sample))
        }
        if let sample = change.newSample {
          wanted[new.path, default: []].append(SampleID(task: change.task, sample: sample))
        }
      }
    }
    return try runs.mapValues { try RecordedPrograms(of: $0, wanted[$0.path] ?? []) }
  }
}

extension Half: ExpressibleByArgument {}
