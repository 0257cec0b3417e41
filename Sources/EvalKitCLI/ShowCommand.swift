import ArgumentParser
import EvalKit
import JSON

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one case of a run: prompt, program, and what became of it.",
    usage: "evalkit show <run> <task> [--sample <number>] [--json]",
    discussion: """
      Of a task with several samples, the first that did not pass, unless --sample
      names another. The run is a folder, or a result file of evalplus or
      bigcodebench; what it does not hold is left out. 'evalkit try' runs a program
      again, with every detail.

      EXAMPLES
        evalkit show Results/new HumanEval/32
        evalkit show Results/new 32 --sample 3
        evalkit show theirs_eval_results.json Mbpp/2 --json | jq -r .program

      EXIT CODES
        0 shown, whether it passed or not; 2 no such run; 5 no such task or sample
      """)

  @Argument(help: ArgumentHelp("A run's folder, or a result file.", valueName: "run"), completion: .file())
  var run: String

  @Argument(help: ArgumentHelp("The task's id, or its number where that is enough.", valueName: "task"))
  var task: String

  @Option(
    help: ArgumentHelp("Which sample, from 0 (default: the first that failed).", valueName: "number"))
  var sample: Int?

  @Option(
    help: ArgumentHelp("Folder with the task files, for the prompt.", valueName: "dir"),
    completion: .directory)
  var data: String?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() async throws {
    try await concluding {
      let recorded = try RecordedRun(reading: run)
      let shown = try ShownCase(
        task, sample: sample, of: recorded,
        statements: TaskStatements(of: recorded, at: DataCommand.locator(data)))
      if json { return Console.result(shown.json.serialized(indented: true)) }
      let sheet = CaseSheet(width: Console.outputWidth, hasColour: Console.outputHasColour)
      Console.result(sheet.text(of: shown))
    }
  }
}
