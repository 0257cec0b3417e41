public import JSON

/// The facts of config.json that the engine uses, checked against each other.
public struct ModelConfiguration: Sendable, Equatable {
  /// The family, by `model_type`.
  public internal(set) var architecture: Architecture
  /// Rows of the embedding and of the head; more than the tokenizer has tokens.
  public let vocabularySize: Int
  /// Width H of the residual stream.
  public let hiddenSize: Int
  /// Width F of the gated feed-forward layer.
  public let intermediateSize: Int
  /// `num_hidden_layers`.
  public let layerCount: Int
  /// Query heads A.
  public let headCount: Int
  /// Key-value heads K; each serves A / K query heads.
  public let keyValueHeadCount: Int
  /// Width of one attention head.
  public let headSize: Int
  /// Longest canvas, prompt plus new tokens.
  public let maximumPositions: Int
  /// Added to the mean square before its root.
  public let normEpsilon: Float
  /// Base of the rotary frequencies.
  public let ropeTheta: Float
  /// Whether the head is the embedding and `lm_head.weight` is not stored.
  public let tiesEmbeddings: Bool
  /// The id of a position still to be revealed.
  public let maskToken: Int32
  /// config.json's padding id; the tokenizer's may differ.
  public let padToken: Int32?
  /// `bos_token_id`; no checkpoint known inserts it.
  public let beginToken: Int32?
  /// `eos_token_id`; the sampler does not stop at it.
  public let endToken: Int32?

  /// Reads the members of config.json.
  ///
  /// - Throws: `.malformed` for missing or contradictory fields, `.unsupported` for values that would
  ///   need other mathematics than the engine has; both name the field.
  public init(_ json: JSONValue) throws(EngineError) {
    let fields = Fields(json)
    let modelType = try fields.text("model_type")
    guard let architecture = Architecture.known.first(where: { $0.modelType == modelType }) else {
      let names = Architecture.known.map(\.modelType).joined(separator: ", ")
      throw EngineError(
        .unsupported, "config.json: the model_type '\(modelType)' is not supported",
        hint: "supported are: \(names)")
    }
    self.architecture = architecture
    vocabularySize = try fields.positive("vocab_size")
    hiddenSize = try fields.positive("hidden_size")
    intermediateSize = try fields.positive("intermediate_size")
    layerCount = try fields.positive("num_hidden_layers")
    headCount = try fields.positive("num_attention_heads")
    keyValueHeadCount =
      json["num_key_value_heads"] == nil ? headCount : try fields.positive("num_key_value_heads")
    maximumPositions = try fields.positive("max_position_embeddings")
    normEpsilon = try fields.number("rms_norm_eps", above: 0)
    ropeTheta = try fields.number("rope_theta", above: 0)
    tiesEmbeddings = try fields.flag("tie_word_embeddings", default: false)

    guard headCount.isMultiple(of: keyValueHeadCount) else {
      throw fields.wrong("num_attention_heads", "\(headCount) is not a multiple of num_key_value_heads")
    }
    if json["head_dim"] == nil {
      guard hiddenSize.isMultiple(of: headCount) else {
        throw fields.wrong("hidden_size", "\(hiddenSize) is not a multiple of num_attention_heads")
      }
      headSize = hiddenSize / headCount
    } else {
      headSize = try fields.positive("head_dim")
    }
    guard headSize.isMultiple(of: 2) else {
      throw fields.wrong("hidden_size", "a head of odd width \(headSize) cannot be rotated")
    }

    guard json["mask_token_id"] != nil else {
      throw EngineError(
        .malformed, "config.json: field 'mask_token_id' is missing",
        hint: "a diffusion model needs its mask token; add the id that the tokenizer gives to the mask")
    }
    guard let mask = try fields.token("mask_token_id", below: vocabularySize) else {
      throw fields.wrong("mask_token_id", "must be an id")
    }
    maskToken = mask
    padToken = try fields.token("pad_token_id", below: vocabularySize)
    beginToken = try fields.token("bos_token_id", below: vocabularySize)
    endToken = try fields.token("eos_token_id", below: vocabularySize)
    try fields.refuseForeignMathematics()
  }
}

/// Access to the members of config.json with errors that name the field.
private struct Fields {
  let json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  func wrong(_ name: String, _ what: String) -> EngineError {
    EngineError(.malformed, "config.json: field '\(name)': \(what)", hint: "download config.json again")
  }

  private func require<Value>(
    _ name: String, _ kind: (JSONValue) -> Value?
  ) throws(EngineError) -> Value {
    do { return try json.require(name, kind) } catch {
      throw EngineError(.malformed, "config.json: \(error)", hint: "download config.json again")
    }
  }

  func text(_ name: String) throws(EngineError) -> String { try require(name, \.string) }

  /// Bounded so that products of two sizes stay far from overflow.
  func positive(_ name: String) throws(EngineError) -> Int {
    let value = try require(name, \.integer)
    guard (1...1 << 28).contains(value) else { throw wrong(name, "\(value) is out of range") }
    return value
  }

  func number(_ name: String, above bound: Double) throws(EngineError) -> Float {
    let value = try require(name, \.double)
    guard value.isFinite, value > bound, Float(value).isFinite else {
      throw wrong(name, "\(value) is out of range")
    }
    return Float(value)
  }

  func flag(_ name: String, default: Bool) throws(EngineError) -> Bool {
    json[name] == nil ? `default` : try require(name, \.bool)
  }

  func token(_ name: String, below bound: Int) throws(EngineError) -> Int32? {
    if json[name] == nil { return nil }
    let value = try require(name, \.integer)
    guard value >= 0, value < bound, let id = Int32(exactly: value) else {
      throw EngineError(
        .malformed, "config.json: field '\(name)' is \(value), outside of the vocabulary of \(bound)",
        hint: "the id must come from the shipped tokenizer")
    }
    return id
  }

  func refuseForeignMathematics() throws(EngineError) {
    if let scaling = json["rope_scaling"] {
      let kind = (scaling["rope_type"] ?? scaling["type"])?.string
      if kind != "default" {
        throw EngineError(
          .unsupported, "config.json: rope_scaling of type '\(kind ?? "?")' is not supported",
          hint: "only null and 'default' are")
      }
    }
    let activation = try text("hidden_act")
    if activation != "silu" {
      throw EngineError(
        .unsupported, "config.json: hidden_act '\(activation)' is not supported", hint: "only 'silu' is")
    }
    if try flag("use_sliding_window", default: false) {
      throw EngineError(
        .unsupported, "config.json: use_sliding_window is true",
        hint: "the reference implementation has full attention only")
    }
    if try flag("use_mrope", default: false) {
      throw EngineError(.unsupported, "config.json: use_mrope is true, and only plain RoPE is supported")
    }
  }
}
