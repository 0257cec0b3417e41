/// The numbers that a model's matrices are stored in and multiplied with.
///
/// Norms, biases, attention and everything between the products are single precision always.
public enum Precision: String, Sendable, CaseIterable {
  /// Single precision on OpenBLAS: the reference.
  case fp32
  /// Weights and inputs of products rounded to bf16, sums in single precision.
  case bf16
}
