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
    _ model: ModelOptions, options: DenoisingOptions, style: PromptStyle?
  ) async throws -> EngineGenerator {
    let loaded = try await model.load()
    let generator = EngineGenerator(
      model: loaded.model, hashes: try await loaded.identity(), folder: model.checkpoint.path,
      options: options, style: style, thread: loaded.thread)
    // A template that cannot be rendered should not cost a run's beginning.
    if generator.promptStyle == .chat { _ = try generator.text(of: .asking("")) }
    return generator
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
    var identity: JSONObject = [
      "sha256": .string(hashes.sha256), "weights_sha256": .string(hashes.weights),
      "tokenizer_sha256": .string(hashes.tokenizer), "parameters": JSONValue(hashes.parameterCount),
      "precision": .string(model.arithmetic), "sampler": .object(options.json),
    ]
    if let packer = hashes.packedBy { identity["packed_by"] = .string(packer) }
    if promptStyle == .chat, let template = model.chatTemplate {
      identity["chat_template_sha256"] = .string(template.sha256)
    }
    self.identity = identity
  }

  nonisolated func text(of conversation: Conversation) throws -> String {
    try model.text(of: conversation, style: .chat)
  }

  func complete(_ prompt: Prompt, sample: Int) async throws -> Completion {
    let ids = model.ids(of: prompt.text, style: prompt.style)
    var isCut = false
    let generation = try model.generate(
      prompt: ids, options: options, key: SampleKey(task: prompt.task, sample: sample), onStep: nil,
      isCancelled: { Task.isCancelled },
      isFinal: { answer in
        isCut = Completion(text: model.tokenizer.decode(answer)).isSettled(by: prompt.stops)
        return isCut
      })
    var answer = generation.answer(endTokens: options.endTokens)
    if isCut { answer = Array(answer.prefix { $0 != model.configuration.maskToken }) }
    let trace = GenerationTrace(
      generation, model.tokenizer, endTokens: options.endTokens, steps: options.steps)
    return Completion(
      text: model.tokenizer.decode(answer),
      facts: [
        "prompt_tokens": JSONValue(ids.count), "forward_passes": JSONValue(generation.forwards),
        "masks_left": JSONValue(answer.count { $0 == model.configuration.maskToken }),
        "tokens_sha256": .string(Completion.hash(ofTokens: answer)),
        // A canvas is several times as long as its answer, so one stands for all samples of a task.
        "decoding": trace.fact(withCanvas: sample == 0),
      ])
  }
}

extension GenerationTrace {
  /// The fact `decoding` of a sample's row, as `RecordedDecoding` reads it.
  func fact(withCanvas: Bool) -> JSONValue {
    let statistics = TraceStatistics(self)
    func shares(_ values: [Double?]) -> JSONValue { .array(values.compactMap { $0.map { .double($0) } }) }
    var fact: JSONObject = [
      "local_ar_ness": shares(statistics.text.local), "global_ar_ness": shares(statistics.text.global),
      "tokens_per_forward": JSONValue(statistics.textTokensPerForward),
    ]
    if withCanvas {
      fact["steps"] = JSONValue(steps)
      fact["pieces"] = .array(pieces.map { .string($0) })
      fact["commit_step"] = .array(commitStep.map { JSONValue($0) })
      fact["end"] = JSONValue(end)
    }
    return .object(fact)
  }
}

extension DiffusionModel {
  /// `conversation` by the checkpoint's template; in ChatML where it has none, or `style` wants that.
  func text(of conversation: Conversation, style: PromptStyle) throws -> String {
    guard style == .chat, let chatTemplate else { return conversation.chatML }
    let messages = conversation.turns.map { ChatMessage(role: $0.role, content: $0.content) }
    return try chatTemplate.render(messages) + conversation.opening
  }

  /// The ids of a prompt. What the tokenizer puts before a text, a template has written already.
  func ids(of prompt: String, style: PromptStyle) -> [Int32] {
    tokenizer.encode(prompt, addsPrefix: style != .chat || chatTemplate == nil)
  }
}

extension DenoisingOptions {
  /// What decides the sampled text, for the run's identity.
  var json: JSONObject {
    [
      "algorithm": .string(algorithm.rawValue), "temperature": .double(temperature),
      "top_p": JSONValue(topP), "top_k": JSONValue(topK),
      "alg_temp": JSONValue(algTemperature), "steps": JSONValue(steps),
      "max_new_tokens": JSONValue(maxNewTokens), "eps": .double(eps),
      "seed": .string("\(seed)"),
    ]
  }
}
