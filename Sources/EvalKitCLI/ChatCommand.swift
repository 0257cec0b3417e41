import ArgumentParser
import DiffusionEngine
import EvalKit

struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Ask an instruct model; one line a question.",
    usage: "evalkit chat --model <path> [<options>]",
    discussion: """
      Every question begins a new conversation, as in DiffuCoder's own demo: the model
      does not see the ones before. Ends with the input (Ctrl-D) or Ctrl-C. An answer
      ends before its first end token, and no step is spent on what is behind it.

      EXAMPLES
        evalkit chat --model ./ckpt --temperature 0.3 --max-new-tokens 256
        echo 'Reverse a list in Python.' | evalkit chat --model ./ckpt
      """)

  @OptionGroup(title: "MODEL") var model: ModelOptions
  @OptionGroup(title: "SAMPLER") var sampler: SamplerOptions

  func validate() throws {
    if sampler.promptStyle == .completion { throw ValidationError("evalkit complete takes bare prompts") }
  }

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        let loaded = try await model.load()
        let tokenizer = loaded.model.tokenizer
        var options = sampler.denoising
        options.endTokens = tokenizer.endTokens
        while let question = ask() {
          guard !question.allSatisfy(\.isWhitespace) else { continue }
          let style = sampler.promptStyle ?? .chat
          let prompt = loaded.model.ids(
            of: try loaded.model.text(of: .asking(question), style: style), style: style)
          let view = CanvasView(loaded.model, promptCount: prompt.count, steps: options.steps)
          view.finish(try await loaded.generate(prompt, options) { view.show($0) })
        }
      }
    }
  }

  private func ask() -> String? {
    if Console.errorIsTerminal && Console.outputIsTerminal { Console.write("> ", to: 2) }
    return readLine()
  }
}
