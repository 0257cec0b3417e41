import DiffusionEngine
import EvalKit
import JSON

/// The engine as the harness wants it: prompts in, text out, on a thread of its own.
actor EngineGenerator: Generator {
  private let thread: EngineThread
  private let model: DiffusionModel
  private let options: DenoisingOptions
  nonisolated let label: String
  nonisolated let identity: JSONObject
  nonisolated let promptStyle: PromptStyle

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Maps and hashes the checkpoint, on the engine's thread.
  ///
  /// - Parameter style: `nil` takes what the checkpoint was trained for.
  static func load(
    folder: String, options: DenoisingOptions, style: PromptStyle?, precision: Precision, threads: Int?
  ) async throws -> EngineGenerator {
    let loaded = try await LoadedModel.load(folder, precision: precision, threads: threads)
    return EngineGenerator(
      model: loaded.model, hashes: try await loaded.identity(), folder: folder, options: options,
      style: style,
      thread: loaded.thread)
  }

  private init(
    model: DiffusionModel, hashes: ModelIdentity, folder: String, options: DenoisingOptions,
    style: PromptStyle?, thread: EngineThread
  ) {
    self.model = model
    self.thread = thread
    // The model goes on after its answer's end, mostly with padding; none of it is the answer.
    var options = options
    options.endTokens = model.tokenizer.endTokens
    self.options = options
    label = folder.split(separator: "/").last.map { String($0) } ?? "model"
    // Only DiffuCoder's instruct checkpoints have the padding token; base ones share everything else.
    promptStyle = style ?? (model.tokenizer.hasChatMarker ? .chat : .completion)
    identity = [
      "sha256": .string(hashes.sha256), "weights_sha256": .string(hashes.weights),
      "tokenizer_sha256": .string(hashes.tokenizer), "parameters": JSONValue(hashes.parameterCount),
      "precision": .string(model.arithmetic), "sampler": .object(options.json),
    ]
  }

  func complete(_ prompt: Prompt, sample: Int) async throws -> Completion {
    let ids = model.tokenizer.encode(prompt.text)
    let generation = try model.generate(
      prompt: ids, options: options, key: SampleKey(task: prompt.task, sample: sample), onStep: nil,
      isCancelled: { Task.isCancelled })
    let answer = generation.answer(endTokens: options.endTokens)
    return Completion(
      text: model.tokenizer.decode(answer),
      facts: [
        "prompt_tokens": JSONValue(ids.count), "forward_passes": JSONValue(generation.forwards),
        "masks_left": JSONValue(answer.count { $0 == model.configuration.maskToken }),
        "tokens_sha256": .string(Completion.hash(ofTokens: answer)),
      ])
  }
}

extension DiffusionModel {
  /// What decides the logits, besides the weights: instruction sets round sums differently.
  fileprivate var arithmetic: String {
    instructions.map { "\(precision.rawValue)/\($0.rawValue)" } ?? precision.rawValue
  }
}

extension DenoisingOptions {
  /// What decides the sampled text, for the run's identity.
  fileprivate var json: JSONObject {
    [
      "algorithm": .string(algorithm.rawValue), "temperature": .double(temperature),
      "top_p": JSONValue(topP), "top_k": JSONValue(topK),
      "alg_temp": JSONValue(algTemperature), "steps": JSONValue(steps),
      "max_new_tokens": JSONValue(maxNewTokens), "eps": .double(eps),
      "seed": .string("\(seed)"),
    ]
  }
}
