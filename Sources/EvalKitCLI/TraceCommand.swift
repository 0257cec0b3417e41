import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show in which order a recorded generation was decoded.",
    discussion: """
      Reads what 'evalkit complete --json' printed. Shows the canvas coloured by step
      (without colour: the step of each position), the AR-ness of arXiv 2506.20639,
      and how many steps went into what stands behind the answer's end.

      EXAMPLES
        evalkit complete --model ./ckpt --prompt 'def f():' --json > trace.json
        evalkit trace trace.json --watch
        evalkit trace trace.json --svg order.svg
        evalkit trace trace.json --json | jq .statistics
      """)

  @Argument(
    help: ArgumentHelp("The recording; '-' reads standard input.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("Write the decoding order as a picture.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var svg: String?

  @Flag(help: "Let the canvas fill in step by step (on a terminal).")
  var watch = false

  @Flag(name: .long, help: "Print the trace with its statistics as JSON.")
  var json = false

  func validate() throws {
    if watch && json { throw ValidationError("--watch and --json exclude each other") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        let trace = try read()
        if let svg { try CommandFile.write(Array(TracePicture(trace).svg.utf8), to: svg) }
        if json {
          Console.result(trace.json.serialized(indented: true))
          return
        }
        var screen = CanvasScreen()
        if watch && Console.outputIsTerminal {
          for step in Set(trace.commitStep.compactMap { $0 }).sorted() {
            screen.redraw(canvas(trace, through: step))
            try await Task.sleep(for: .milliseconds(40))
          }
        }
        if Console.outputHasColour {
          screen.redraw(canvas(trace, through: trace.steps))
          Console.write("\n", to: 1)
        } else {
          Console.result(steps(trace))
        }
        Console.result(TraceSummary(TraceStatistics(trace)).text)
      }
    }
  }

  private func read() throws -> GenerationTrace {
    do {
      return try GenerationTrace(JSONValue(parsing: try CommandFile.read(file)))
    } catch let error as JSONError {
      throw EvalKitError(
        .data, "'\(file)' is not JSON", cause: "\(error)",
        hint: "a trace is the output of 'evalkit complete --json'")
    } catch let error as EngineError {
      throw EvalKitError(.data, "'\(file)' is no trace", cause: error.message, hint: error.hint)
    }
  }

  private func canvas(_ trace: GenerationTrace, through step: Int) -> [String] {
    let pieces = zip(trace.pieces, trace.commitStep).map { piece, committed in
      committed.map { $0 <= step } ?? false ? piece : nil
    }
    return CanvasScreen.painted(pieces, trace.commitStep, trace.steps)
  }

  /// The step of every position, sixteen in a line; '·' is a mask that is left.
  private func steps(_ trace: GenerationTrace) -> String {
    let width = max("\(max(trace.steps - 1, 0))".count, "\(trace.ids.count)".count) + 1
    func right(_ text: String) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    return stride(from: 0, to: trace.ids.count, by: 16).map { start in
      let row = trace.commitStep[start..<min(start + 16, trace.ids.count)]
      return right("\(start)") + ":" + row.map { right($0.map { "\($0)" } ?? "·") }.joined()
    }.joined(separator: "\n")
  }
}
