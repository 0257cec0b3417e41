import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON

struct CompleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "complete",
    abstract: "Let a model go on with a prompt.",
    usage: """
      evalkit complete --model <path> --prompt <text> [<options>]
      evalkit complete --model <path> --prompt-file <file> [<options>]
      """,
    discussion: """
      On a terminal the canvas is shown while it fills in; elsewhere the text is
      written as far as no mask stands before it. The answer ends before the first
      end token.

      --json prints one object: 'prompt_ids', 'ids' (the new tokens), 'text' (the
      answer), 'commit_step' (for each new token the step, from 0, that committed it;
      null for a mask that is left), and what 'evalkit trace' shows.

      --tokens-per-step is the dial between speed and quality: 2 takes half the time.

      EXAMPLES
        evalkit complete --model ./ckpt --prompt 'def add(a, b):' --max-new-tokens 64
        evalkit complete --model ./ckpt --prompt-file task.py --tokens-per-step 2
        evalkit complete --model ./ckpt --prompt 'Sort a list.' --prompt-style chat
        evalkit complete --model ./ckpt --prompt-file - --json < task.py > trace.json
      """)

  @Option(help: ArgumentHelp("The prompt itself.", valueName: "text"))
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A file with the prompt, taken as it is; '-' reads standard input.", valueName: "file"),
    completion: .file())
  var promptFile: String?

  @OptionGroup(title: "MODEL") var model: ModelOptions
  @OptionGroup(title: "SAMPLER") var sampler: SamplerOptions

  @Flag(help: "Stop once the answer is complete, and leave masks behind its end; the text is the same.")
  var stopAtEnd = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if (prompt == nil) == (promptFile == nil) { throw ValidationError("give --prompt or --prompt-file") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        // Before the model is loaded: a mistyped path should cost nothing.
        let request = try prompt ?? promptFile.map { try CommandFile.text($0) } ?? ""
        let loaded = try await model.load()
        let tokenizer = loaded.model.tokenizer
        let style = sampler.promptStyle ?? .completion
        let text = style == .completion ? request : try loaded.model.text(of: .asking(request), style: style)
        var options = sampler.denoising
        options.recordsEntropy = json
        options.endTokens = stopAtEnd ? tokenizer.endTokens : []
        let prompt = loaded.model.ids(of: text, style: style)
        let view = json ? nil : CanvasView(loaded.model, promptCount: prompt.count, steps: options.steps)
        let generation = try await loaded.generate(prompt, options) { view?.show($0) }
        if let view {
          view.finish(generation)
        } else {
          let trace = GenerationTrace(
            generation, tokenizer, endTokens: tokenizer.endTokens, steps: options.steps)
          Console.result(trace.json.serialized())
        }
      }
    }
  }
}
