/// What a family, or a file format, calls the tensors of a network.
struct TensorNames: Sendable, Equatable {
  let embedding: String
  let finalNorm: String
  let head: String
  /// Before the number of a layer.
  let layers: String
  let inputNorm: String
  let query: String
  let key: String
  let value: String
  let output: String
  let postNorm: String
  let gate: String
  let up: String
  let down: String
  /// Norms of single heads, in families that have them.
  var queryNorm = "self_attn.q_norm"
  var keyNorm = "self_attn.k_norm"

  /// The name of a weight of layer `layer`, say `weight(3, names.query)`.
  func weight(_ layer: Int, _ part: String) -> String { "\(layers)\(layer).\(part).weight" }

  func bias(_ layer: Int, _ part: String) -> String { "\(layers)\(layer).\(part).bias" }

  /// Qwen2 of transformers, and all that is derived from it.
  static let qwen = TensorNames(
    embedding: "model.embed_tokens.weight", finalNorm: "model.norm.weight", head: "lm_head.weight",
    layers: "model.layers.", inputNorm: "input_layernorm", query: "self_attn.q_proj",
    key: "self_attn.k_proj", value: "self_attn.v_proj", output: "self_attn.o_proj",
    postNorm: "post_attention_layernorm", gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj")

  /// LLaDA, whose modules are OLMo's.
  static let llada = TensorNames(
    embedding: "model.transformer.wte.weight", finalNorm: "model.transformer.ln_f.weight",
    head: "model.transformer.ff_out.weight", layers: "model.transformer.blocks.", inputNorm: "attn_norm",
    query: "q_proj", key: "k_proj", value: "v_proj", output: "attn_out", postNorm: "ff_norm", gate: "ff_proj",
    up: "up_proj", down: "ff_out")

  /// GGUF files of every family (constants.py of the `gguf` package).
  static let gguf = TensorNames(
    embedding: "token_embd.weight", finalNorm: "output_norm.weight", head: "output.weight",
    layers: "blk.", inputNorm: "attn_norm", query: "attn_q", key: "attn_k", value: "attn_v",
    output: "attn_output", postNorm: "ffn_norm", gate: "ffn_gate", up: "ffn_up", down: "ffn_down",
    queryNorm: "attn_q_norm", keyNorm: "attn_k_norm")
}
