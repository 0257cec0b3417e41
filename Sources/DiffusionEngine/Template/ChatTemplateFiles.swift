import JSON

/// Where checkpoints keep their template.
extension ChatTemplate {
  /// chat_template.jinja, or else the field of tokenizer_config.json: a text, or a list of named ones, of which
  /// `default` is taken. `nil` when there is none.
  static func read(_ folder: CheckpointFolder) throws(EngineError) -> ChatTemplate? {
    let settingsFile = try folder.optionalFile("tokenizer_config.json")
    let settings = try settingsFile.map { file throws(EngineError) in try folder.json(file) } ?? .null
    var tokens: [String: String] = [:]
    for name in tokenNames {
      tokens[name] = settings[name]?.string ?? settings[name]?["content"]?.string
    }
    if let file = try folder.optionalFile("chat_template.jinja") {
      guard let text = String(validating: file.bytes(), as: UTF8.self) else {
        throw EngineError(.malformed, "'\(file.path)' is not UTF-8", hint: "download the file again")
      }
      return ChatTemplate(text, place: "'\(file.path)'", tokens: tokens)
    }
    guard let settingsFile, let value = settings["chat_template"], value != .null else { return nil }
    let named = value.array?.first { $0["name"]?.string == "default" }
    guard let text = value.string ?? named?["template"]?.string else {
      throw EngineError(
        .malformed,
        "'\(settingsFile.path)': field 'chat_template' is neither a text nor a list with a 'default'",
        hint: "download the file again")
    }
    return ChatTemplate(text, place: "'\(settingsFile.path)': chat_template", tokens: tokens)
  }

  /// `tokenizer.chat_template` of a GGUF file.
  static func read(_ gguf: GGUF) throws(EngineError) -> ChatTemplate? {
    let key = "tokenizer.chat_template"
    guard let value = gguf.metadata[key] else { return nil }
    guard case .text(let text) = value else { throw GGUF.malformed(gguf.file.path, "'\(key)' is no text") }
    let vocabulary = try gguf.texts("tokenizer.ggml.tokens")
    var tokens: [String: String] = [:]
    for (name, key) in [
      ("bos_token", "tokenizer.ggml.bos_token_id"), ("eos_token", "tokenizer.ggml.eos_token_id"),
      ("pad_token", "tokenizer.ggml.padding_token_id"),
    ] {
      guard let id = gguf.metadata[key]?.json.integer, vocabulary.indices.contains(id) else { continue }
      tokens[name] = vocabulary[id]
    }
    return ChatTemplate(text, place: "'\(gguf.file.path)': \(key)", tokens: tokens)
  }

  private static let tokenNames = ["bos_token", "eos_token", "pad_token", "unk_token", "mask_token"]
}
