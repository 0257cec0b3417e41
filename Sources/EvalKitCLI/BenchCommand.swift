import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast a model runs here, beside what the machine can do.",
    discussion: """
      A pass computes the logits of every position. A step is what 'run' and
      'complete' do: it computes what decides a mask, and samples. The peak is the
      precision's multiply-add with all operands in registers, measured between the
      passes. Other work on the machine spoils all three.

      EXAMPLES
        evalkit bench --model ./ckpt --precision bf16
        evalkit bench --model ./ckpt --precision int8 --threads 2 --json
      """)

  @Option(help: ArgumentHelp("Checkpoint folder or GGUF file.", valueName: "path"), completion: .directory)
  var model: String

  @Option(help: ArgumentHelp("Length of the canvas, half of it masks.", valueName: "count"))
  var positions = 512

  @Option(help: ArgumentHelp("Denoising steps to fill the masks.", valueName: "count"))
  var steps = 16

  @Option(help: "Numbers of the weights: fp32, bf16, int8.")
  var precision: Precision = .fp32

  @Option(help: ArgumentHelp("Cores for the model (default: all).", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if positions < 2 { throw ValidationError("--positions must be at least 2") }
    if steps < 1 { throw ValidationError("--steps must be at least 1") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        let loaded = try await LoadedModel.load(model, precision: precision, threads: threads)
        let speed = try await loaded.measureSpeed(positions: positions, steps: steps)
        if json {
          Console.result(document(speed, loaded.model).serialized())
        } else {
          Console.write(table(speed, loaded.model), to: 1)
        }
      }
    }
  }

  private func document(_ speed: ModelSpeed, _ model: DiffusionModel) -> JSONValue {
    [
      "pass_seconds": .double(speed.passSeconds), "step_seconds": .double(speed.stepSeconds),
      "tokens_per_second": .double(1 / speed.stepSeconds), "peak_fraction": .double(speed.peakFraction),
      "peak_operations_per_second": .double(speed.peak), "pass_operations": .double(speed.operations),
      "instruction_set": .string(speed.instructions.rawValue), "precision": .string(precision.rawValue),
      "threads": .integer(Int64(speed.threads)), "positions": .integer(Int64(speed.positions)),
      "steps": .integer(Int64(steps)),
      "parameters": .integer(Int64(model.parameterCount)), "evalkit": .string(evalkitVersion),
    ]
  }

  private func table(_ speed: ModelSpeed, _ model: DiffusionModel) -> String {
    func three(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
    return """
      pass   \(three(speed.passSeconds)) s for \(speed.positions) positions, \
      \((speed.peakFraction * 100).rounded()) % of this machine's peak
      step   \(three(speed.stepSeconds)) s, \(three(1 / speed.stepSeconds)) tokens a second at one a step
      with   \(precision.rawValue), \(speed.instructions.rawValue), threads: \(speed.threads), \
      parameters: \(model.parameterCount)

      """
  }
}
