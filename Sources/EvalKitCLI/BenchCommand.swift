import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast a model runs here, beside what the machine can do.",
    usage: "evalkit bench --model <path> [<options>]",
    discussion: """
      A pass computes the logits of every position. A step is what 'run' and
      'complete' do: it computes what decides a mask, and samples. The peak is the
      precision's multiply-add with all operands in registers. Passes and peaks take
      turns with the steps of one decode. Other work on the machine spoils all three.

      The mean step depends little on how many steps fill the masks: the fewer masks
      are left, the less a step costs, and --steps 16 visits all stages. With as many
      steps as masks it is the mean of a whole decode at one token a step.

      EXAMPLES
        evalkit bench --model ./ckpt --precision bf16
        evalkit bench --model ./ckpt --precision int8 --threads 2 --json
        evalkit bench --model ./ckpt-int8          # stored by 'evalkit pack'
        evalkit bench --model ./ckpt --steps 256   # 256 masks in 512 positions
      """)

  @OptionGroup(title: "MODEL") var model: ModelOptions

  @Option(help: ArgumentHelp("Length of the canvas, half of it masks.", valueName: "count"))
  var positions = 512

  @Option(help: ArgumentHelp("Denoising steps to fill the masks.", valueName: "count"))
  var steps = 16

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if positions < 2 { throw ValidationError("--positions must be at least 2") }
    if steps < 1 { throw ValidationError("--steps must be at least 1") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        let clock = ContinuousClock()
        let start = clock.now
        let loaded = try await model.load()
        let measurement = Measurement(
          model: loaded.model, loadSeconds: (clock.now - start) / .seconds(1),
          speed: try await loaded.measureSpeed(positions: positions, steps: steps),
          peakResidentBytes: ModelSpeed.peakResidentBytes)
        if json {
          Console.result(document(measurement).serialized())
        } else {
          Console.write(table(measurement), to: 1)
        }
      }
    }
  }

  private struct Measurement {
    let model: DiffusionModel
    let loadSeconds: Double
    let speed: ModelSpeed
    let peakResidentBytes: Int?
  }

  private func document(_ measured: Measurement) -> JSONValue {
    let speed = measured.speed
    return [
      "schema": "evalkit.bench", "schema_version": 1,
      "pass_seconds": .double(speed.passSeconds), "step_seconds": .double(speed.stepSeconds),
      "tokens_per_second": .double(1 / speed.stepSeconds), "peak_fraction": .double(speed.peakFraction),
      "peak_operations_per_second": .double(speed.peak), "pass_operations": .double(speed.operations),
      "load_seconds": .double(measured.loadSeconds),
      "peak_resident_bytes": JSONValue(measured.peakResidentBytes),
      "instruction_set": .string(speed.instructions.rawValue),
      "precision": .string(measured.model.precision.rawValue), "threads": .integer(Int64(speed.threads)),
      "positions": .integer(Int64(speed.positions)), "steps": .integer(Int64(steps)),
      "parameters": .integer(Int64(measured.model.parameterCount)), "evalkit": .string(evalkitVersion),
    ]
  }

  private func table(_ measured: Measurement) -> String {
    let speed = measured.speed
    let gigabytes =
      measured.peakResidentBytes.map { ", \((Double($0) * 1e-9).decimals(2)) GB resident" } ?? ""
    return """
      load   \(measured.loadSeconds.decimals(2)) s\(gigabytes) at most, all in all
      pass   \(speed.passSeconds.decimals(3)) s for \(speed.positions) positions, \
      \((speed.operations / speed.passSeconds * 1e-9).decimals(0)) billion operations a second: \
      \((speed.peakFraction * 100).decimals(0)) % of this machine's peak
      step   \(speed.stepSeconds.decimals(3)) s, \((speed.stepSeconds / speed.passSeconds).decimals(2)) of a pass; \
      \((1 / speed.stepSeconds).decimals(2)) tokens a second at one a step
      with   \(measured.model.precision.rawValue), \(speed.instructions.rawValue), threads: \(speed.threads), \
      parameters: \(measured.model.parameterCount)

      """
  }
}
