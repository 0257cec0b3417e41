/// What a family, or a file format, calls the facts of a configuration.
struct ConfigurationNames: Sendable, Equatable {
  var vocabulary: String
  let hidden: String
  let intermediate: String
  let layers: String
  let heads: String
  let keyValueHeads: String
  let headSize: String
  let positions: String
  let epsilon: String
  let theta: String
  let tied: String
  let mask: String
  let pad: String
  let begin: String
  let end: String

  /// config.json of Qwen2 and of what is derived from it.
  static let qwen = ConfigurationNames(
    vocabulary: "vocab_size", hidden: "hidden_size", intermediate: "intermediate_size",
    layers: "num_hidden_layers", heads: "num_attention_heads", keyValueHeads: "num_key_value_heads",
    headSize: "head_dim", positions: "max_position_embeddings", epsilon: "rms_norm_eps", theta: "rope_theta",
    tied: "tie_word_embeddings", mask: "mask_token_id", pad: "pad_token_id", begin: "bos_token_id",
    end: "eos_token_id")

  /// LLaDA's config.json. The embedding may have more rows than `vocab_size`; then `embedding_size` says so.
  static let llada = ConfigurationNames(
    vocabulary: "vocab_size", hidden: "d_model", intermediate: "mlp_hidden_size", layers: "n_layers",
    heads: "n_heads", keyValueHeads: "n_kv_heads", headSize: "head_dim", positions: "max_sequence_length",
    epsilon: "rms_norm_eps", theta: "rope_theta", tied: "weight_tying", mask: "mask_token_id",
    pad: "pad_token_id", begin: "bos_token_id", end: "eos_token_id")

  /// The metadata of a GGUF file whose `general.architecture` is `architecture`. Vocabulary and tied head are
  /// facts of the tensors there, put under these names by ``GGUFConfiguration``.
  static func gguf(_ architecture: String) -> ConfigurationNames {
    ConfigurationNames(
      vocabulary: "rows of token_embd.weight", hidden: "\(architecture).embedding_length",
      intermediate: "\(architecture).feed_forward_length", layers: "\(architecture).block_count",
      heads: "\(architecture).attention.head_count",
      keyValueHeads: "\(architecture).attention.head_count_kv",
      headSize: "\(architecture).attention.key_length", positions: "\(architecture).context_length",
      epsilon: "\(architecture).attention.layer_norm_rms_epsilon", theta: "\(architecture).rope.freq_base",
      tied: "output.weight is the embedding", mask: "tokenizer.ggml.mask_token_id",
      pad: "tokenizer.ggml.padding_token_id", begin: "tokenizer.ggml.bos_token_id",
      end: "tokenizer.ggml.eos_token_id")
  }
}
