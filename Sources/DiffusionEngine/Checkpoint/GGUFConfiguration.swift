import JSON

/// The configuration that a GGUF file's metadata states, as llama.cpp's converters write it.
enum GGUFConfiguration {
  /// - Throws: `.unsupported` for architectures and mathematics that the engine lacks, `.malformed` for
  ///   missing or contradictory values; both name the key.
  static func read(_ gguf: GGUF) throws(EngineError) -> ModelConfiguration {
    guard case .text(let name) = gguf.metadata["general.architecture"] else {
      throw GGUF.malformed(gguf.file.path, "'general.architecture' is missing or no text")
    }
    let fields = ConfigurationFields(
      .object(members(of: gguf, name)), document: "'\(gguf.file.path)'")
    let architecture = try architecture(name, fields)
    let configuration = try ModelConfiguration(fields, .gguf(name), architecture)
    try refuseForeignMathematics(gguf, name, fields, configuration)
    return configuration
  }

  private static func architecture(
    _ name: String, _ fields: ConfigurationFields
  ) throws(EngineError) -> Architecture {
    let known = ["dream": Architecture.dream, "llada": .llada, "qwen2": .qwen2, "qwen3": .qwen3]
    guard let architecture = known[name] else {
      throw EngineError(
        .unsupported, "\(fields.document): the general.architecture '\(name)' is not supported",
        hint: "supported are: \(known.keys.sorted().joined(separator: ", "))")
    }
    guard
      try fields.flag("diffusion.shift_logits", default: architecture.shiftsLogits)
        == architecture.shiftsLogits
    else {
      throw EngineError(
        .unsupported,
        "\(fields.document): 'diffusion.shift_logits' is \(!architecture.shiftsLogits), and "
          + "\(architecture.shiftsLogits) in every '\(name)' model")
    }
    return architecture
  }

  /// The scalar values, and what only the tensors say.
  private static func members(of gguf: GGUF, _ name: String) -> JSONObject {
    let names = ConfigurationNames.gguf(name)
    var members: [JSONObject.Member] = []
    if let embedding = gguf.entries[TensorNames.gguf.embedding], embedding.shape.count == 2 {
      members.append(.init(name: names.vocabulary, value: JSONValue(embedding.shape[0])))
    }
    members.append(.init(name: names.tied, value: .bool(gguf.entries[TensorNames.gguf.head] == nil)))
    // llama.cpp's default.
    if gguf.metadata[names.theta] == nil {
      members.append(.init(name: names.theta, value: .double(10000)))
    }
    for (key, value) in gguf.metadata { members.append(.init(name: key, value: value.json)) }
    return JSONObject(members)
  }

  private static func refuseForeignMathematics(
    _ gguf: GGUF, _ name: String, _ fields: ConfigurationFields, _ configuration: ModelConfiguration
  ) throws(EngineError) {
    func require(_ key: String, _ size: Int) throws(EngineError) {
      guard fields.has(key) else { return }
      let found = try fields.positive(key)
      guard found == size else {
        throw EngineError(
          .unsupported,
          "\(fields.document): '\(key)' is \(found), and only heads of the one width \(size) "
            + "rotated as a whole are supported")
      }
    }
    try require("\(name).attention.value_length", configuration.headSize)
    try require("\(name).rope.dimension_count", configuration.headSize)
    if fields.has("\(name).rope.scaling.type") {
      let scaling = try fields.text("\(name).rope.scaling.type")
      guard scaling == "none" else {
        throw EngineError(
          .unsupported, "\(fields.document): '\(name).rope.scaling.type' is '\(scaling)'",
          hint: "only 'none' is supported")
      }
    }
    let isCausal = configuration.architecture.isCausal
    // Absent, it is what the architecture has: llama.cpp needs it for its mask, the engine as a check.
    guard try fields.flag("\(name).attention.causal", default: isCausal) == isCausal else {
      throw EngineError(
        .unsupported,
        "\(fields.document): '\(name).attention.causal' is \(!isCausal), and \(isCausal) in every '\(name)' model"
      )
    }
    if fields.has("split.count"), try fields.integer("split.count") > 1 {
      throw EngineError(
        .unsupported, "\(fields.document): 'split.count' is not 1: the model is in several files",
        hint: "join them with llama-gguf-split --merge")
    }
    if fields.has("\(name).expert_count"), try fields.integer("\(name).expert_count") != 0 {
      throw EngineError(
        .unsupported, "\(fields.document): '\(name).expert_count' is not 0, and mixtures are not supported")
    }
  }
}
