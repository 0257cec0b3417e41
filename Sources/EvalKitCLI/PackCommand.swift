import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON
import Synchronization

struct PackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Store a checkpoint's weights as the kernels read them, so that loading converts nothing.",
    usage: "evalkit pack --model <path> --precision <precision> --output <dir> [--threads <count>] [--json]",
    discussion: """
      The folder holds packed.safetensors and copies of the configuration, the
      tokenizer and the chat template; it needs nothing else of the checkpoint.
      Wherever a model is loaded, --model takes it: the weights are mapped and used
      in place, on any instruction set, with the results of the checkpoint to the
      bit and under its identity. bf16 takes two bytes a parameter, int8 about one.

      The folder gets its name when all of it is on the disk, and nothing is
      overwritten.

      EXAMPLES
        evalkit pack --model ./ckpt --precision bf16 -o ./ckpt-bf16
        evalkit pack --model ./7b --precision int8 -o ./7b-int8 --json
        evalkit run humaneval+ --model ./7b-int8
      """)

  @OptionGroup(title: "MODEL") var checkpoint: CheckpointOptions

  @Option(help: "Numbers of the weights: bf16, int8.")
  var precision: Precision

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder to make.", valueName: "dir"), completion: .directory)
  var output: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if precision == .fp32 { throw ValidationError("--precision is bf16 or int8; fp32 is not packed") }
    if output.isEmpty { throw ValidationError("--output is empty") }
  }

  func run() async throws {
    let packed = PackedCheckpoint(output)
    try await concluding {
      try await interruptible(isResumed: false, leaving: { packed.discard() }) {
        let clock = ContinuousClock()
        let start = clock.now
        let bytes = try await Packer().write(packed, self)
        let seconds = (clock.now - start) / .seconds(1)
        if json {
          let document: JSONValue = [
            "schema": "evalkit.pack", "schema_version": 1, "path": .string(output),
            "precision": .string(precision.rawValue), "bytes": JSONValue(bytes), "seconds": .double(seconds),
          ]
          Console.result(document.serialized())
        } else {
          Console.result("\(output): \((Double(bytes) * 1e-9).decimals(2)) GB, \(seconds.decimals(1)) s")
        }
      }
    }
  }

  /// Packs on the engine's thread.
  private actor Packer {
    private let thread = EngineThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func write(_ packed: PackedCheckpoint, _ command: PackCommand) throws -> Int {
      let meter = PackMeter()
      defer { meter.finish() }
      return try packed.write(
        command.checkpoint.path, precision: command.precision, packedBy: "evalkit \(evalkitVersion)",
        threads: command.checkpoint.threads, onProgress: { meter.show($0) }, isCancelled: { Task.isCancelled }
      )
    }
  }
}

/// The line that shows how far packing is; nothing in a pipe.
private final class PackMeter: Sendable {
  private let shown = Mutex(-1)

  func show(_ progress: PackedCheckpoint.Progress) {
    guard Console.errorIsTerminal, progress.total > 0 else { return }
    let share = 100 * progress.done / progress.total
    let isDue = shown.withLock { shown in
      defer { shown = share }
      return share != shown
    }
    if isDue { Console.write("\rpacking \(share) %\u{1B}[K", to: 2) }
  }

  func finish() {
    if shown.withLock({ $0 >= 0 }) { Console.write("\r\u{1B}[K", to: 2) }
  }
}
