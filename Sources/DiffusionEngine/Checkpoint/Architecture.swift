/// What distinguishes one family of checkpoints from another: names of tensors and facts that
/// config.json does not state.
///
/// A new family is a new value in ``known`` (and whatever the forward pass lacks for it).
public struct Architecture: Sendable, Equatable {
  /// `model_type` of config.json.
  public let modelType: String
  /// Whether row i of the raw logits predicts token i + 1, as in models adapted from autoregressive ones.
  public let shiftsLogits: Bool
  /// Whether a position attends to itself and earlier ones only: such a model writes from left to right, and
  /// has no mask.
  public let isCausal: Bool
  /// Whether queries, keys and values have biases.
  public let hasAttentionBias: Bool
  /// Whether each head of queries and keys is normalised before it is rotated, as in Qwen3.
  public let normalizesHeads: Bool
  /// Positions of a block where config.json has no `block_size`, in families that attend block by block and write
  /// one block after the other; `nil` in others.
  public let defaultBlockSize: Int?
  /// How safetensors name the tensors.
  let tensors: TensorNames
  /// How config.json names its fields.
  let fields: ConfigurationNames

  init(
    modelType: String, shiftsLogits: Bool, isCausal: Bool = false, hasAttentionBias: Bool = true,
    normalizesHeads: Bool = false, defaultBlockSize: Int? = nil,
    tensors: TensorNames = .qwen, fields: ConfigurationNames = .qwen
  ) {
    self.modelType = modelType
    self.shiftsLogits = shiftsLogits
    self.isCausal = isCausal
    self.hasAttentionBias = hasAttentionBias
    self.normalizesHeads = normalizesHeads
    self.defaultBlockSize = defaultBlockSize
    self.tensors = tensors
    self.fields = fields
  }

  /// Dream and DiffuCoder: Qwen2 without the causal mask (modeling_dream.py).
  public static let dream = Architecture(modelType: "Dream", shiftsLogits: true)

  /// LLaDA: trained for diffusion from the start, so that a row predicts its own token
  /// (modeling_llada.py, block type "llama").
  public static let llada = Architecture(
    modelType: "llada", shiftsLogits: false, hasAttentionBias: false, tensors: .llada, fields: .llada)

  /// CoDA: Qwen3 without the causal mask.
  public static let coda = Architecture(
    modelType: "CoDA", shiftsLogits: true, hasAttentionBias: false, normalizesHeads: true)

  /// SDAR and TraDo: Qwen3 with a causal mask between blocks and full attention inside (modeling_sdar.py).
  public static let sdar = Architecture(
    modelType: "sdar", shiftsLogits: false, hasAttentionBias: false, normalizesHeads: true,
    defaultBlockSize: 4)

  /// Qwen2 and Qwen2.5-Coder, autoregressive: what diffusion models of its size are compared with.
  public static let qwen2 = Architecture(modelType: "qwen2", shiftsLogits: true, isCausal: true)

  /// Qwen3, autoregressive.
  public static let qwen3 = Architecture(
    modelType: "qwen3", shiftsLogits: true, isCausal: true, hasAttentionBias: false, normalizesHeads: true)

  /// Every family that the engine runs.
  public static let known = [dream, llada, coda, sdar, qwen2, qwen3]
}
