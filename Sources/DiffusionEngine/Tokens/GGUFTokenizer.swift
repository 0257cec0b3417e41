import JSON

/// The tokenizer inside a GGUF file: lists of tokens, their kinds and the merges.
enum GGUFTokenizer {
  /// `tokenizer.ggml.token_type`: what the engine does with a token (TokenType in the `gguf` package).
  private enum Kind: Int64 {
    case normal = 1
    case unknown = 2
    /// An added token that is special.
    case control = 3
    /// An added token that is not.
    case userDefined = 4
    /// An id without a token.
    case unused = 5
    case byte = 6
  }

  static func read(_ gguf: GGUF) throws(EngineError) -> Tokenizer {
    let path = gguf.file.path
    try expect(gguf, "tokenizer.ggml.model", "gpt2")
    try expect(gguf, "tokenizer.ggml.pre", "qwen2")
    for key in ["tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_eos_token"]
    where gguf.metadata[key] == .flag(true) {
      throw EngineError(
        .unsupported, "'\(path)': '\(key)' is true, and the engine adds nothing to a text")
    }
    let tokens = try gguf.texts("tokenizer.ggml.tokens")
    let kinds = try gguf.integers("tokenizer.ggml.token_type")
    guard kinds.count == tokens.count else {
      throw GGUF.malformed(
        path, "'tokenizer.ggml.token_type' has \(kinds.count) values for \(tokens.count) tokens")
    }
    var vocabulary: [JSONObject.Member] = []
    var added: [AddedTokens.Entry] = []
    for (id, (text, number)) in zip(tokens, kinds).enumerated() {
      switch Kind(rawValue: number) {
      case .normal: vocabulary.append(.init(name: text, value: JSONValue(id)))
      case .control, .userDefined:
        guard !text.isEmpty, id <= Int(TokenTable.maximumId) else {
          throw GGUF.malformed(
            path, "'tokenizer.ggml.tokens': the added token \(id) is empty or beyond all ids")
        }
        added.append(
          .init(content: Array(text.utf8), id: Int32(id), isSpecial: number == Kind.control.rawValue))
      case .unused: break
      case .unknown, .byte, nil:
        throw EngineError(
          .unsupported, "'\(path)': 'tokenizer.ggml.token_type' of token \(id) is \(number)",
          hint: "supported are 1 (normal), 3 (control), 4 (user-defined) and 5 (unused)")
      }
    }
    var builder = TokenizerBuilder(path: path)
    try builder.addVocabulary(.object(JSONObject(vocabulary)))
    try builder.addMerges(list: gguf.texts("tokenizer.ggml.merges").map(JSONValue.string))
    try builder.add(added)
    return try builder.tokenizer(files: [(Checkpoint.ggufName, gguf.file)])
  }

  private static func expect(_ gguf: GGUF, _ key: String, _ wanted: String) throws(EngineError) {
    guard case .text(let found) = gguf.metadata[key] else {
      throw GGUF.malformed(gguf.file.path, "'\(key)' is missing or no text")
    }
    guard found == wanted else {
      throw EngineError(
        .unsupported, "'\(gguf.file.path)': '\(key)' is '\(found)'", hint: "only '\(wanted)' is supported")
    }
  }
}
