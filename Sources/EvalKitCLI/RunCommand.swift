import ArgumentParser
import DiffusionEngine
import EvalKit

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Generate programs with a model, run them, and report pass@k.",
    discussion: """
      The model is a checkpoint folder (config.json, safetensors, tokenizer) or a
      GGUF file of Dream/DiffuCoder, LLaDA, CoDA, Qwen2 or Qwen3, or the word
      'canonical' for the benchmark's own solutions. An interrupted run goes on with
      the same command.

      EXAMPLES
        evalkit run humaneval+ --model ./ckpt
        evalkit run humaneval+ mbpp+ --model ./ckpt -n 10 --k 1,10 --temperature 0.4
        evalkit run humaneval+ --model canonical --task 32 --task 'HumanEval/1?'
      """)

  @Argument(help: ArgumentHelp("humaneval+, mbpp+ (see 'evalkit list').", valueName: "benchmark"))
  var benchmarks: [String]

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Samples a task.", valueName: "count"))
  var samples = 1

  @Flag(
    help:
      "Also judge what the sanitizer was given, for the report to say which of its changes altered a verdict."
  )
  var judgeUnsanitized = false

  @OptionGroup(title: "MODEL") var model: ModelOptions
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
          executor: try await executor, judgesUnsanitized: judgeUnsanitized)
        try await common.perform(plan)
      }
    }
  }

  private func source() async throws -> SampleSource {
    if model.checkpoint.path == "canonical" { return .canonical(samplesPerTask: samples) }
    if !common.quiet { Console.note("loading and hashing \(model.checkpoint.path)") }
    let generator = try await EngineGenerator.load(
      model, options: sampler.denoising, style: sampler.promptStyle)
    return .model(generator, samplesPerTask: samples)
  }
}
