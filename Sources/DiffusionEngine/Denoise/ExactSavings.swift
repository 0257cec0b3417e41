/// Work that is left out because nothing it yields is ever read. None changes a result; tests compare
/// generations with and without each.
struct ExactSavings: OptionSet, Sendable {
  let rawValue: Int

  /// The last layer and the head compute only rows that decide a masked position.
  static let rows = ExactSavings(rawValue: 1)
  /// Steps that reveal nothing do not run the network. Random numbers belong to step and position, not to
  /// the calls made before.
  static let emptySteps = ExactSavings(rawValue: 2)
  /// The loop ends once the answer up to its end token is committed. This one leaves positions behind the
  /// end masked, so it needs ``DenoisingOptions/endTokens``.
  static let settledText = ExactSavings(rawValue: 4)

  static let all: ExactSavings = [.rows, .emptySteps, .settledText]
}
