/// What distinguishes one family of checkpoints from another: names of tensors and facts that
/// config.json does not state.
///
/// A new family is a new value in ``known`` (and whatever the forward pass lacks for it).
public struct Architecture: Sendable, Equatable {
  /// `model_type` of config.json.
  public let modelType: String
  /// Whether row i of the raw logits predicts token i + 1, as in models adapted from autoregressive ones.
  public let shiftsLogits: Bool
  /// How safetensors name the tensors.
  let tensors: TensorNames

  init(modelType: String, shiftsLogits: Bool, tensors: TensorNames = .qwen) {
    self.modelType = modelType
    self.shiftsLogits = shiftsLogits
    self.tensors = tensors
  }

  /// Dream and DiffuCoder: Qwen2 without the causal mask (modeling_dream.py).
  public static let dream = Architecture(modelType: "Dream", shiftsLogits: true)

  /// Every family that the engine runs.
  public static let known = [dream]
}
