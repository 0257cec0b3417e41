import ArgumentParser
import EvalKit
import JSON
import Sandbox

struct TryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try",
    abstract: "Run one program against one task, and say what happened.",
    usage: "evalkit try <task> (<file> | --canonical) [<options>]",
    discussion: """
      Shows the first failing test with input, expected value and result, what
      the program wrote, what it took, and under which limits and layers it ran.
      Exits 1 when it does not pass.

      EXAMPLES
        evalkit try HumanEval/32 answer.py
        evalkit try Mbpp/2 - < answer.py
        evalkit try HumanEval/32 --canonical --all-tests
      """)

  @Argument(help: ArgumentHelp("The task's id, like HumanEval/32.", valueName: "task"))
  var task: String

  @Argument(
    help: ArgumentHelp("The program; '-' reads standard input.", valueName: "file"),
    completion: .file(extensions: ["py"]))
  var file: String?

  @Flag(help: "Run the task's own solution instead of a file.")
  var canonical = false

  @Flag(help: "Run every test, also after the first failure.")
  var allTests = false

  @OptionGroup(title: "SCORING") var judging: JudgingOptions

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if canonical == (file != nil) { throw ValidationError("give a file, '-', or --canonical") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible {
        let benchmark = try Benchmark.owning(task: task)
        // Before the task file is fetched: a mistyped path should cost nothing.
        let given = try file.map { (path) throws(EvalKitError) in try Program.read(from: path) }
        let task = try (try await judging.file(of: benchmark)).task(task, of: benchmark)
        let program = given?.program ?? Program(token: task.referenceProgram())
        let text = try given?.text ?? JSONValue(parsing: program.token).string ?? ""
        let executor = try await judging.executor(jobs: 1)
        try await report(
          Trial(
            task: task, benchmark: benchmark, source: file ?? "its own solution", text: text,
            executor: executor,
            allTests: allTests,
            examination: try await examine(program, task, benchmark, executor)))
      }
    }
  }

  /// A fault of ours is no verdict, and has an exit code that cannot be taken for one.
  private func examine(
    _ program: Program, _ task: BenchmarkTask, _ benchmark: Benchmark, _ executor: Executor
  ) async throws -> Examination {
    do {
      return try await executor.examine(program, on: task, of: benchmark, allTests: allTests)
    } catch let fault as HarnessFault {
      throw noVerdict(fault.detail)
    } catch let error as SandboxError {
      throw noVerdict("\(error)")
    }
  }

  private func noVerdict(_ cause: String) -> ExitCode {
    Console.error("\(task) has no verdict: the sandbox failed")
    Console.errorDetail("cause", cause)
    Console.errorDetail("hint", "run 'evalkit doctor'; this says nothing about the program")
    return Outcome.notTrusted
  }

  private func report(_ trial: Trial) async throws {
    if json {
      Console.result(trial.document.serialized(indented: true))
    } else {
      let sheet = TrialSheet(width: Console.outputWidth, hasColour: Console.outputHasColour)
      Console.result(sheet.text(of: trial))
    }
    if !trial.examination.passed { throw Outcome.no }
  }
}

/// One program tried on one task.
struct Trial {
  let task: BenchmarkTask
  let benchmark: Benchmark
  /// Where the program came from.
  let source: String
  /// The program.
  let text: String
  let executor: Executor
  let allTests: Bool
  let examination: Examination

  var lines: [Substring] { text.programLines }

  var document: JSONValue {
    let verdict = examination.verdict
    return [
      "schema": "evalkit.try", "schema_version": 1,
      "task_id": .string(task.id), "benchmark": .string(benchmark.name), "source": .string(source),
      "passed": .bool(examination.passed), "all_tests": .bool(allTests),
      "base": half(verdict.base, tests: examination.baseTests),
      "plus": half(verdict.plus, tests: examination.plusTests),
      "limits": executor.limits.document,
      "python": [
        "executable": .string(executor.python.executable), "version": .string(executor.python.version),
        "numpy": JSONValue(executor.python.numpyVersion),
      ],
      "sandbox": executor.sandboxDocument,
    ]
  }

  private func half(_ half: HalfVerdict, tests: Int) -> JSONValue {
    var object: JSONObject = half.document
    object["tests"] = JSONValue(tests)
    object["tests_passed"] = half.testsPassed(allTests: allTests).map { JSONValue($0) }
    if let line = half.line, lines.indices.contains(line - 1) {
      object["line"] = JSONValue(line)
      object["source_line"] = .string(String(lines[line - 1]))
    }
    return .object(object)
  }
}
