/// The numbers that a model's matrices are stored in and multiplied with.
///
/// Norms, biases, attention and everything between the products are single precision always.
public enum Precision: String, Sendable, CaseIterable {
  /// Single precision on OpenBLAS: the reference.
  case fp32
  /// Weights and inputs of products rounded to bf16, sums in single precision.
  case bf16
  /// Weights and inputs of the layers' products quantised to int8 (W8A8: a scale for each output feature and for
  /// each row of the input, in groups of 128 for the down projection); embedding as in ``bf16``. So is the head for
  /// every logit that can be one of its row's two largest, and with it the token of largest probability and its
  /// lead over the next; the others are int8's, and so is their share of the sum over all. Two neighbouring weights
  /// come to at most 128 rather than 254, so that AVX2 can add their products exactly.
  case int8
}
