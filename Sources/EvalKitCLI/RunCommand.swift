public import ArgumentParser
public import DiffusionEngine
import EvalKit

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Generate programs with a model, run them, and report pass@k.",
    discussion: """
      The model is a checkpoint folder (config.json, safetensors, tokenizer)
      or a GGUF file of Dream/DiffuCoder, LLaDA, CoDA, Qwen2 or Qwen3, or the
      word 'canonical' for the benchmark's own solutions. An interrupted run goes on with the same command.

      EXAMPLES
        evalkit run humaneval+ --model ./ckpt
        evalkit run humaneval+ mbpp+ --model ./ckpt -n 10 --k 1,10 --temperature 0.4
        evalkit run humaneval+ --model canonical --task 32 --task 'HumanEval/1?'
      """)

  @Argument(help: ArgumentHelp("humaneval+, mbpp+ (see 'evalkit list').", valueName: "benchmark"))
  var benchmarks: [String]

  @Option(
    name: .long, help: ArgumentHelp("Checkpoint folder, GGUF file, or 'canonical'.", valueName: "path"),
    completion: .directory)
  var model: String

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Samples a task.", valueName: "count"))
  var samples = 1

  @OptionGroup(title: "SAMPLER") var sampler: SamplerOptions
  @OptionGroup(title: "SCORING") var common: CommonOptions

  func validate() throws {
    if samples < 1 { throw ValidationError("-n must be at least 1") }
    if let largest = common.ks?.max(), largest > samples {
      throw ValidationError("pass@\(largest) needs at least \(largest) samples a task: -n \(largest)")
    }
  }

  func run() async throws {
    try await concluding {
      try await interruptible {
        // The sandbox is probed while the task files are read.
        async let executor = common.executor()
        let planned = try await common.plannedBenchmarks(benchmarks)
        let plan = RunPlan(
          benchmarks: planned, source: try await source(),
          ks: common.ks ?? [1, 10, 100].filter { $0 <= samples },
          executor: try await executor)
        try await common.perform(plan)
      }
    }
  }

  private func source() async throws -> SampleSource {
    if model == "canonical" { return .canonical(samplesPerTask: samples) }
    if !common.quiet { Console.note("loading and hashing \(model)") }
    let generator = try await EngineGenerator.load(
      folder: model, options: try sampler.denoising(), style: sampler.promptStyle,
      precision: sampler.precision, threads: sampler.threads)
    return .model(generator, samplesPerTask: samples)
  }
}

/// How the canvas is denoised. The defaults are those of DiffuCoder's evaluation (arXiv 2506.20639, B.2).
struct SamplerOptions: ParsableArguments {
  @Option(help: "0 takes the most likely token.")
  var temperature = 0.2

  @Option(help: "Nucleus: the most likely tokens up to this mass.")
  var topP = 0.95

  @Option(help: "Which masks are revealed: origin, maskgit_plus, topk_margin, entropy.")
  var alg: UnmaskingAlgorithm = .entropy

  @Option(help: "Randomness of the order; 0 reveals the surest first.")
  var algTemp = 0.0

  @Option(help: ArgumentHelp("Length of the canvas after the prompt.", valueName: "tokens"))
  var maxNewTokens = 512

  @Option(help: ArgumentHelp("Tokens revealed a step; more is faster and worse.", valueName: "count"))
  var tokensPerStep = 1

  @Option(
    help: ArgumentHelp("Denoising steps (default: max-new-tokens / tokens-per-step).", valueName: "count"))
  var steps: Int?

  @Option(help: "The same seed gives the same text.")
  var seed: UInt64 = 0

  @Option(
    help:
      "completion, chat (the checkpoint's template), chatml (default: what the checkpoint was trained for).")
  var promptStyle: PromptStyle?

  @Option(help: "Numbers of the weights: fp32, bf16, int8.")
  var precision: Precision = .fp32

  @Option(help: ArgumentHelp("Cores for the model (default: all).", valueName: "count"))
  var threads: Int?

  func validate() throws {
    if maxNewTokens < 1 { throw ValidationError("--max-new-tokens must be at least 1") }
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    if !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("--temperature must be 0 or more")
    }
    if !(0...1).contains(topP) { throw ValidationError("--top-p must be between 0 and 1") }
    if !(algTemp >= 0 && algTemp.isFinite) { throw ValidationError("--alg-temp must be 0 or more") }
    if tokensPerStep < 1 { throw ValidationError("--tokens-per-step must be at least 1") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
    if steps != nil, tokensPerStep != 1 {
      throw ValidationError("--steps and --tokens-per-step say the same thing; give one")
    }
  }

  func denoising() throws -> DenoisingOptions {
    var options = DenoisingOptions()
    options.algorithm = alg
    options.temperature = temperature
    options.topP = topP
    options.algTemperature = algTemp
    options.maxNewTokens = maxNewTokens
    options.steps = steps ?? max(1, maxNewTokens / tokensPerStep)
    options.seed = seed
    return options
  }
}

extension Precision: ExpressibleByArgument {}
extension UnmaskingAlgorithm: ExpressibleByArgument {}
