/// One position's logits, read in place: every sweep divides by the temperature as it goes, so that nothing
/// of the size of the vocabulary is copied or stored.
///
/// A score is a logit divided by the temperature; a weight is e^(score - largest score), so the largest is 1.
struct LogitRow {
  private let logits: ArraySlice<Float>
  private let divisor: Float
  /// The largest score.
  let top: Float
  /// The largest score of all but one token that has the largest; -inf without another.
  let second: Float
  /// The sum of all weights: its logarithm plus ``top`` is the log-sum-exp of the scores.
  let sum: Double

  /// - Returns: `nil` when the logits hold no finite maximum or a NaN.
  init?(_ logits: ArraySlice<Float>, temperature: Double, banned: Int32?) {
    var logits = logits
    if let banned, banned >= 0, Int(banned) < logits.count {
      logits[logits.startIndex + Int(banned)] = -.infinity
    }
    let divisor = temperature > 0 ? Float(temperature) : 1
    // The two largest of every lane, then of all.
    var first = VectorMath.Lanes(repeating: -.infinity)
    var next = first
    var isNumber = SIMDMask<SIMD8<Int32>>(repeating: true)
    VectorMath.forEachLanes(logits, padding: -.infinity) { _, lanes in
      isNumber = isNumber .& (lanes .== lanes)
      let isLarger = lanes .> first
      let smaller = lanes.replacing(with: first, where: isLarger)
      first.replace(with: lanes, where: isLarger)
      next.replace(with: smaller, where: smaller .> next)
    }
    guard all(isNumber) else { return nil }
    var largest: (Float, Float) = (-.infinity, -.infinity)
    for value in (0..<first.scalarCount).flatMap({ [first[$0], next[$0]] }) {
      if value > largest.0 {
        largest = (value, largest.0)
      } else if value > largest.1 {
        largest.1 = value
      }
    }
    let top = largest.0 / divisor
    guard top.isFinite else { return nil }
    self.logits = logits
    self.divisor = divisor
    self.top = top
    second = largest.1 / divisor
    sum = VectorMath.sum(logits, padding: -.infinity) { VectorMath.exp($0 / divisor - top) }
  }

  /// Size of the vocabulary.
  var count: Int { logits.count }

  func score(_ token: Int32) -> Float { logits[logits.startIndex + Int(token)] / divisor }

  /// The smallest token whose weight rounds to 1.
  var best: Int32 { tokens(from: top - 0x1p-25).first ?? 0 }

  /// Weight of the second score.
  var secondWeight: Float { VectorMath.exp(VectorMath.Lanes(repeating: second - top))[0] }

  /// Σ p log(p + 1e-10) over all tokens, as the reference has it.
  var negativeEntropy: Float {
    let scale = Float(1 / sum)
    return Float(
      VectorMath.sum(logits, padding: -.infinity) { lanes in
        let probability = VectorMath.exp(lanes / divisor - top) * scale
        return probability * VectorMath.log(probability + 1e-10)
      })
  }

  /// The tokens with at least this score, ascending.
  func tokens(from bound: Float) -> [Int32] {
    var tokens: [Int32] = []
    VectorMath.forEachLanes(logits, padding: .nan) { start, lanes in
      let isKept = lanes / divisor .>= bound
      guard any(isKept) else { return }
      for lane in 0..<lanes.scalarCount where isKept[lane] { tokens.append(Int32(start + lane)) }
    }
    return tokens
  }

  /// The weights of `tokens`, in their order.
  func weights(of tokens: [Int32]) -> [Float] {
    var weights: [Float] = []
    weights.reserveCapacity(tokens.count)
    VectorMath.forEachLanes(tokens.map { score($0) - top }, padding: 0) { start, lanes in
      let powers = VectorMath.exp(lanes)
      for lane in 0..<min(lanes.scalarCount, tokens.count - start) { weights.append(powers[lane]) }
    }
    return weights
  }

  /// The token whose weight takes the cumulated sum, in order of ids, above `target`, with its weight.
  func token(at target: Double) -> (token: Int32, weight: Float) {
    var cumulated = 0.0
    var chosen: (token: Int32, weight: Float) = (0, 0)
    VectorMath.forEachLanes(logits, padding: -.infinity) { start, lanes in
      if cumulated > target { return }
      let weights = VectorMath.exp(lanes / divisor - top)
      for lane in 0..<lanes.scalarCount where weights[lane] > 0 {
        chosen = (Int32(start + lane), weights[lane])
        cumulated += Double(weights[lane])
        if cumulated > target { return }
      }
    }
    return chosen
  }
}
