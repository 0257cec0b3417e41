public import ArgumentParser
public import DiffusionEngine
import EvalKit

/// How a mask's token is drawn, and which masks go first. The defaults are those of DiffuCoder's evaluation (arXiv
/// 2506.20639, B.2).
struct DrawingOptions: ParsableArguments {
  @Option(help: "0 takes the most likely token.")
  var temperature = 0.2

  @Option(help: "Nucleus: the most likely tokens up to this mass.")
  var topP = 0.95

  @Option(help: "Which masks are revealed: origin, maskgit_plus, topk_margin, entropy.")
  var alg: UnmaskingAlgorithm = .entropy

  @Option(help: "Randomness of the order; 0 reveals the surest first.")
  var algTemp = 0.0

  @Option(help: "The same seed gives the same text.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Tokens revealed a step; more is faster and worse.", valueName: "count"))
  var tokensPerStep = 1

  func validate() throws {
    if !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("--temperature must be 0 or more")
    }
    if !(0...1).contains(topP) { throw ValidationError("--top-p must be between 0 and 1") }
    if !(algTemp >= 0 && algTemp.isFinite) { throw ValidationError("--alg-temp must be 0 or more") }
    if tokensPerStep < 1 { throw ValidationError("--tokens-per-step must be at least 1") }
  }

  /// - Parameter steps: `nil` takes as many as tokens a step make of it.
  func denoising(maxNewTokens: Int, steps: Int? = nil) -> DenoisingOptions {
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

/// How a prompt is put and the canvas behind it denoised.
struct SamplerOptions: ParsableArguments {
  @OptionGroup var drawing: DrawingOptions

  @Option(help: ArgumentHelp("Length of the canvas after the prompt.", valueName: "tokens"))
  var maxNewTokens = 512

  @Option(
    help: ArgumentHelp("Denoising steps (default: max-new-tokens / tokens-per-step).", valueName: "count"))
  var steps: Int?

  @Option(
    help:
      "completion, chat (the checkpoint's template), chatml (default: what the checkpoint was trained for).")
  var promptStyle: PromptStyle?

  func validate() throws {
    if maxNewTokens < 1 { throw ValidationError("--max-new-tokens must be at least 1") }
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    if steps != nil, drawing.tokensPerStep != 1 {
      throw ValidationError("--steps and --tokens-per-step say the same thing; give one")
    }
  }

  var denoising: DenoisingOptions { drawing.denoising(maxNewTokens: maxNewTokens, steps: steps) }
}

extension UnmaskingAlgorithm: ExpressibleByArgument {}
