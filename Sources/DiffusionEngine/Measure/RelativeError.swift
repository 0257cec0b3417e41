/// ‖x − reference‖ / ‖reference‖ over all numbers that were added, in the Euclidean norm.
struct RelativeError {
  private var difference = 0.0
  private var reference = 0.0

  mutating func add(_ values: some Collection<Float>, against expected: some Collection<Float>) {
    precondition(values.count == expected.count, "shapes differ")
    for (value, expected) in zip(values, expected) {
      let (value, expected) = (Double(value), Double(expected))
      difference += (value - expected) * (value - expected)
      reference += expected * expected
    }
  }

  /// 0 for equal numbers, be they all 0.
  var value: Double { difference == 0 ? 0 : (difference / reference).squareRoot() }
}
