import ArgumentParser
import EvalKit

struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Run programs that another tool made, and report pass@k.",
    discussion: """
      Reads evalplus' formats: .jsonl or .jsonl.gz rows with task_id and solution
      (taken as it is) or completion (put after the prompt), several rows a task;
      or a folder of HumanEval_0/0.py files. Tasks without a sample count as failed
      and are named.

      EXAMPLES
        evalkit score samples.jsonl --benchmark humaneval+
        evalkit score s.jsonl.gz --benchmark mbpp+ --evalplus-results s.json
      """)

  @Argument(
    help: ArgumentHelp("A .jsonl or .jsonl.gz file, or a folder.", valueName: "samples"), completion: .file())
  var samples: String

  @Option(help: ArgumentHelp("humaneval+ or mbpp+.", valueName: "name"))
  var benchmark: String

  @OptionGroup(title: "SCORING") var common: CommonOptions

  func run() async throws {
    try await concluding {
      try await interruptible {
        // The sandbox is probed while the files are read.
        async let executor = common.executor()
        let planned = try await common.plannedBenchmarks([benchmark])
        let file = try SampleFile.load(samples, tasks: planned.flatMap(\.file.tasks))
        if !file.unknownTasks.isEmpty {
          let some = file.unknownTasks.prefix(5).joined(separator: ", ")
          Console.warning(
            "\(file.unknownTasks.count) task ids are not in \(benchmark) and are ignored: \(some)")
        }
        let fewest = file.programs.values.map(\.count).min() ?? 1
        let plan = RunPlan(
          benchmarks: planned, source: .file(file), ks: common.ks ?? [1, 10, 100].filter { $0 <= fewest },
          executor: try await executor)
        try await common.perform(plan)
      }
    }
  }
}
