import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON

struct ComparePrecisionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare-precision",
    abstract: "Measure how far reduced precision strays from single precision.",
    usage: "evalkit compare-precision --model <path> [<options>]",
    discussion: """
      The reference decodes one canvas. Four canvases on its way (no step done, a
      quarter, a half, three quarters) go through every precision in single passes:
      the relative error of the hidden states after each layer and of the logits, and
      the share of rows with the same best token. Logits, and states after the last
      layer, are those of the rows that decide masks; nothing needs the others. Then
      each precision decodes the canvas itself: after the first difference it looks
      at another canvas than the reference, and the rest may differ for that reason
      alone.

      One model is in memory at a time, the reference first. The mask token is never
      drawn. Random weights exaggerate all figures: nothing was trained to be
      certain. Measure the checkpoint that you use, on a prompt like yours.

      EXAMPLES
        evalkit compare-precision --model ./ckpt
        evalkit compare-precision --model ./ckpt --prompt-file task.py --json
        evalkit compare-precision --model ./7b --reference bf16 --precision int8
      """)

  @OptionGroup(title: "MODEL") var checkpoint: CheckpointOptions

  @Option(
    help: ArgumentHelp("What to compare: fp32, bf16, int8, with commas.", valueName: "p,p"),
    transform: parsePrecisions)
  var precision: [Precision] = [.bf16, .int8]

  @Option(help: ArgumentHelp("With what: fp32, bf16, int8.", valueName: "precision"))
  var reference: Precision = .fp32

  @Option(help: ArgumentHelp("Length of the canvas, prompt and masks.", valueName: "count"))
  var positions = 128

  @Option(help: ArgumentHelp("The prompt itself (default: a small function).", valueName: "text"))
  var prompt: String?

  @Option(
    help: ArgumentHelp("A file with the prompt; '-' reads standard input.", valueName: "file"),
    completion: .file())
  var promptFile: String?

  @OptionGroup(title: "SAMPLER") var drawing: DrawingOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  static let prompt = "def median(values: list[float]) -> float:\n    "

  func validate() throws {
    if prompt != nil && promptFile != nil { throw ValidationError("give --prompt or --prompt-file") }
    if positions < 2 { throw ValidationError("--positions must be at least 2") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        let text = try prompt ?? promptFile.map { try CommandFile.text($0) } ?? Self.prompt
        let (reference, report) = try await prepared(text)
        var comparisons: [PrecisionComparison] = []
        for precision in precision {
          Console.note("comparing \(precision.rawValue)")
          // Released before the next one is loaded.
          comparisons.append(try await checkpoint.load(precision).compare(with: reference))
        }
        if json {
          Console.result(report.json(comparisons).serialized())
        } else {
          Console.result(report.table(comparisons))
        }
      }
    }
  }

  /// What the reference computed; its weights are gone when this returns.
  private func prepared(_ text: String) async throws -> (PrecisionReference, PrecisionReport) {
    Console.note("hashing and decoding in \(reference.rawValue)")
    let loaded = try await checkpoint.load(reference)
    let prompt = loaded.model.tokenizer.encode(text)
    guard prompt.count < positions else {
      throw EngineError(
        .invalidArgument, "the prompt has \(prompt.count) tokens, the canvas \(positions) positions",
        hint: "shorten it, or raise --positions")
    }
    var options = drawing.denoising(maxNewTokens: positions - prompt.count)
    options.bansMaskToken = true  // with random weights it may be drawn
    let identity = try await loaded.identity()
    let reference = try await loaded.precisionReference(prompt, options)
    return (
      reference, PrecisionReport(identity: identity, reference: reference, options: options)
    )
  }
}

private func parsePrecisions(_ text: String) throws -> [Precision] {
  let precisions = text.split(separator: ",", omittingEmptySubsequences: false).map {
    Precision(rawValue: String($0))
  }
  guard precisions.allSatisfy({ $0 != nil }), Set(precisions).count == precisions.count else {
    throw ValidationError("--precision takes fp32, bf16, int8, each once, with commas: --precision bf16,int8")
  }
  return precisions.compactMap { $0 }
}
