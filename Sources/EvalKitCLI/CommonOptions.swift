public import ArgumentParser
public import EvalKit
import JSON

/// Options of `run` and `score` alike.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("k"), help: ArgumentHelp("The k of pass@k, with commas.", valueName: "k,k"),
    transform: parseKs)
  var ks: [Int]?

  @Option(help: ArgumentHelp("Only this task; a number, an id or a glob. Repeatable.", valueName: "id"))
  var task: [String] = []

  @Option(help: ArgumentHelp("Only the first tasks of each benchmark.", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("Candidates judged side by side (default: one a core).", valueName: "count"))
  var jobs: Int?

  @OptionGroup var judging: JudgingOptions

  @Option(
    help: ArgumentHelp("The run's folder (default: Results/<run>).", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Option(
    help: ArgumentHelp("Also write the verdicts as evalplus would.", valueName: "file"),
    completion: .file())
  var evalplusResults: String?

  @Flag(name: .long, help: "Print the report as JSON on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "No progress.")
  var quiet = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    if let jobs, !(1...512).contains(jobs) { throw ValidationError("--jobs must be 1 to 512") }
  }

  /// The benchmarks with their data, fetched if need be.
  func plannedBenchmarks(_ names: [String]) async throws -> [PlannedBenchmark] {
    var planned: [PlannedBenchmark] = []
    for name in names {
      let benchmark = try Benchmark.named(name)
      if planned.contains(where: { $0.benchmark.name == benchmark.name }) { continue }
      let file = try await judging.file(of: benchmark)
      planned.append(PlannedBenchmark(benchmark, file: file, patterns: task, limit: limit))
    }
    if planned.allSatisfy(\.tasks.isEmpty) {
      throw EvalKitError(
        .nothingSelected, "no task is selected",
        cause: "--task \(task.joined(separator: " --task ")) matches none",
        hint: "ids look like '\(planned.first?.file.tasks.first?.id ?? "HumanEval/0")'")
    }
    return planned
  }

  /// Everything that runs candidates, or an error if this machine must not.
  func executor() async throws -> Executor { try await judging.executor(jobs: jobs) }

  /// Performs the run, writes what was asked for, prints the result.
  func perform(_ plan: RunPlan) async throws {
    if evalplusResults != nil, plan.benchmarks.count != 1 {
      throw ValidationError("--evalplus-results needs exactly one benchmark")
    }
    let path = output ?? "Results/\(plan.defaultFolderName)"
    let folder = try RunFolder(
      path: path, identity: plan.identity, machine: Machine.current.json,
      keepsCompletions: plan.judgesUnsanitized)
    let progress = Progress(isQuiet: quiet)
    let report: Report
    do {
      report = try await Run(plan, in: folder).perform { progress.receive($0) }
      progress.finish()
    } catch {
      progress.finish()
      throw error
    }
    if let file = evalplusResults, let planned = plan.benchmarks.first {
      try await folder.writeEvalPlusResults(report, for: planned, to: file)
    }
    if json {
      Console.result(report.json.serialized(indented: true))
    } else {
      Console.result(Summary(report).text)
      Console.note("report: \(path)/report.md")
    }
    if !report.isComplete { throw Outcome.notTrusted }
  }
}

extension PromptStyle: ExpressibleByArgument {}

func parseKs(_ text: String) throws -> [Int] {
  let ks = text.split(separator: ",").map { Int($0) }
  guard !ks.isEmpty, ks.allSatisfy({ ($0 ?? 0) >= 1 }) else {
    throw ValidationError("--k takes whole numbers from 1, with commas: --k 1,10")
  }
  return Set(ks.compactMap { $0 }).sorted()
}
