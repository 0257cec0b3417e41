/// What distinguishes one family of checkpoints from another: names of tensors and facts that
/// config.json does not state.
///
/// A new family is a new value in ``known`` (and whatever the forward pass lacks for it).
public struct Architecture: Sendable, Equatable {
  /// `model_type` of config.json.
  public let modelType: String
  /// Whether row i of the raw logits predicts token i + 1, as in models adapted from autoregressive ones.
  public let shiftsLogits: Bool

  /// Dream and DiffuCoder: Qwen2 without the causal mask (modeling_dream.py).
  public static let dream = Architecture(modelType: "Dream", shiftsLogits: true)

  /// Every family that the engine runs.
  public static let known = [dream]

  static let embedding = "model.embed_tokens.weight"
  static let finalNorm = "model.norm.weight"
  static let head = "lm_head.weight"

  /// The name of a tensor of layer `layer`, say `layerTensor(3, "self_attn.q_proj.bias")`.
  static func layerTensor(_ layer: Int, _ part: String) -> String { "model.layers.\(layer).\(part)" }
}
