import JSON

/// Access to the members of a configuration with errors that name the document and the field.
struct ConfigurationFields {
  private let json: JSONValue
  /// For errors: config.json, or the quoted path of a GGUF file.
  let document: String

  init(_ json: JSONValue, document: String) {
    self.json = json
    self.document = document
  }

  func has(_ name: String) -> Bool { json[name] != nil }

  func wrong(_ name: String, _ what: String) -> EngineError {
    EngineError(.malformed, "\(document): field '\(name)': \(what)", hint: "download the file again")
  }

  private func member<Value>(
    _ name: String, _ kind: (JSONValue) -> Value?
  ) throws(EngineError) -> Value {
    do { return try json.require(name, kind) } catch {
      throw EngineError(.malformed, "\(document): \(error)", hint: "download the file again")
    }
  }

  func text(_ name: String) throws(EngineError) -> String { try member(name, \.string) }

  func integer(_ name: String) throws(EngineError) -> Int { try member(name, \.integer) }

  /// Bounded so that products of two sizes stay far from overflow.
  func positive(_ name: String) throws(EngineError) -> Int {
    let value = try member(name, \.integer)
    guard (1...1 << 28).contains(value) else { throw wrong(name, "\(value) is out of range") }
    return value
  }

  func number(_ name: String, above bound: Double) throws(EngineError) -> Float {
    let value = try member(name, \.double)
    guard value.isFinite, value > bound, Float(value).isFinite else {
      throw wrong(name, "\(value) is out of range")
    }
    return Float(value)
  }

  func flag(_ name: String, default: Bool) throws(EngineError) -> Bool {
    json[name] == nil ? `default` : try member(name, \.bool)
  }

  func token(_ name: String, below bound: Int) throws(EngineError) -> Int32? {
    if json[name] == nil { return nil }
    let value = try member(name, \.integer)
    guard value >= 0, value < bound, let id = Int32(exactly: value) else {
      throw EngineError(
        .malformed, "\(document): field '\(name)' is \(value), outside of the vocabulary of \(bound)",
        hint: "the id must come from the shipped tokenizer")
    }
    return id
  }

  func mask(_ name: String, below bound: Int) throws(EngineError) -> Int32 {
    guard has(name) else {
      throw EngineError(
        .malformed, "\(document): field '\(name)' is missing",
        hint: "a diffusion model needs its mask token; add the id that the tokenizer gives to the mask")
    }
    guard let mask = try token(name, below: bound) else { throw wrong(name, "must be an id") }
    return mask
  }

  func refuseForeignMathematics() throws(EngineError) {
    if let scaling = json["rope_scaling"] {
      let kind = (scaling["rope_type"] ?? scaling["type"])?.string
      if kind != "default" {
        throw EngineError(
          .unsupported, "\(document): rope_scaling of type '\(kind ?? "?")' is not supported",
          hint: "only null and 'default' are")
      }
    }
    let activation = try text("hidden_act")
    if activation != "silu" {
      throw EngineError(
        .unsupported, "\(document): hidden_act '\(activation)' is not supported", hint: "only 'silu' is")
    }
    if try flag("use_sliding_window", default: false) {
      throw EngineError(
        .unsupported, "\(document): use_sliding_window is true",
        hint: "the reference implementation has full attention only")
    }
    if try flag("use_mrope", default: false) {
      throw EngineError(.unsupported, "\(document): use_mrope is true, and only plain RoPE is supported")
    }
  }

  /// LLaDA's config.json keeps every switch of OLMo's code; its released checkpoints have these.
  func refuseForeignMathematicsOfLLaDA() throws(EngineError) {
    for (name, wanted) in [
      ("activation_type", "silu"), ("block_type", "llama"), ("layer_norm_type", "rms"),
    ] {
      let found = try text(name)
      guard found == wanted else {
        throw EngineError(
          .unsupported, "\(document): \(name) '\(found)' is not supported", hint: "only '\(wanted)' is")
      }
    }
    try require("rope", true)
    for name in [
      "include_bias", "include_qkv_bias", "bias_for_layer_norm", "alibi", "attention_layer_norm",
      "input_emb_norm", "scale_logits", "multi_query_attention",
    ] {
      try require(name, false)
    }
  }

  /// Refuses a switch that is there and is not `wanted`.
  func require(_ name: String, _ wanted: Bool) throws(EngineError) {
    guard has(name), try flag(name, default: wanted) != wanted else { return }
    throw EngineError(.unsupported, "\(document): \(name) is \(!wanted), and only \(wanted) is supported")
  }
}
