public import JSON

/// The facts of config.json, or of a GGUF file's metadata, that the engine uses, checked against each other.
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
  /// Positions of a block: a position attends to its own block and earlier ones. `nil` without such blocks.
  public let blockSize: Int?
  /// The id of a position still to be revealed; `nil` in a causal model, which has none.
  public let maskToken: Int32?
  /// The configuration's padding id; the tokenizer's may differ.
  public let padToken: Int32?
  /// `bos_token_id`; no checkpoint known inserts it.
  public let beginToken: Int32?
  /// `eos_token_id`; a causal model ends with it, denoising does not stop at it.
  public let endToken: Int32?

  /// Reads the members of config.json.
  ///
  /// - Throws: `.malformed` for missing or contradictory fields, `.unsupported` for values that would
  ///   need other mathematics than the engine has; both name the field.
  public init(_ json: JSONValue) throws(EngineError) {
    let fields = ConfigurationFields(json, document: "config.json")
    let modelType = try fields.text("model_type")
    guard let architecture = Architecture.known.first(where: { $0.modelType == modelType }) else {
      let names = Architecture.known.map(\.modelType).joined(separator: ", ")
      throw EngineError(
        .unsupported, "config.json: the model_type '\(modelType)' is not supported",
        hint: "supported are: \(names)")
    }
    var names = architecture.fields
    if names == .llada, fields.has("embedding_size") { names.vocabulary = "embedding_size" }
    try self.init(fields, names, architecture)
    if names.hidden == ConfigurationNames.llada.hidden {
      try fields.refuseForeignMathematicsOfLLaDA()
    } else {
      try fields.refuseForeignMathematics()
    }
    if !architecture.hasAttentionBias { try fields.require("attention_bias", false) }
  }

  /// Reads `fields`, in which the facts have the names `names`.
  init(
    _ fields: ConfigurationFields, _ names: ConfigurationNames, _ architecture: Architecture
  ) throws(EngineError) {
    self.architecture = architecture
    vocabularySize = try fields.positive(names.vocabulary)
    hiddenSize = try fields.positive(names.hidden)
    intermediateSize = try fields.positive(names.intermediate)
    layerCount = try fields.positive(names.layers)
    headCount = try fields.positive(names.heads)
    keyValueHeadCount =
      fields.has(names.keyValueHeads) ? try fields.positive(names.keyValueHeads) : headCount
    maximumPositions = try fields.positive(names.positions)
    normEpsilon = try fields.number(names.epsilon, above: 0)
    ropeTheta = try fields.number(names.theta, above: 0)
    tiesEmbeddings = try fields.flag(names.tied, default: false)

    guard headCount.isMultiple(of: keyValueHeadCount) else {
      throw fields.wrong(names.heads, "\(headCount) is not a multiple of \(names.keyValueHeads)")
    }
    if fields.has(names.headSize) {
      headSize = try fields.positive(names.headSize)
    } else {
      guard hiddenSize.isMultiple(of: headCount) else {
        throw fields.wrong(names.hidden, "\(hiddenSize) is not a multiple of \(names.heads)")
      }
      headSize = hiddenSize / headCount
    }
    guard headSize.isMultiple(of: 2) else {
      throw fields.wrong(
        fields.has(names.headSize) ? names.headSize : names.hidden,
        "a head of odd width \(headSize) cannot be rotated")
    }

    blockSize = try architecture.defaultBlockSize.map { size throws(EngineError) in
      fields.has("block_size") ? try fields.positive("block_size") : size
    }
    maskToken =
      architecture.isCausal ? nil : try fields.mask(names.mask, below: vocabularySize)
    padToken = try fields.token(names.pad, below: vocabularySize)
    beginToken = try fields.token(names.begin, below: vocabularySize)
    endToken = try fields.token(names.end, below: vocabularySize)
  }
}
