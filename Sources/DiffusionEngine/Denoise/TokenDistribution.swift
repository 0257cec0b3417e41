#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The distribution of one position's token after temperature and filters, in the reference's order
/// of operations (`sample_tokens` of generation_utils.py): divide, top-p, top-k, softmax.
///
/// Weights are e^(z - max); the filtered ones are left out, which softmax would make exactly 0.
struct TokenDistribution {
  /// The kept tokens in ascending order, or `nil` when all are kept.
  private let kept: [Int32]?
  /// One weight for each kept token; the largest is 1.
  private let weights: [Float]
  private let sum: Double
  /// The most probable token, the smallest id among equals.
  let best: Int32
  /// Probability of ``best``.
  let maximum: Float
  /// ``maximum`` minus the second largest probability, which is 0 when one token is kept.
  let margin: Float

  /// - Parameters:
  ///   - logits: V raw logits.
  ///   - banned: a token whose probability is made 0.
  /// - Returns: `nil` when the logits hold no finite maximum or a NaN.
  init?(
    _ logits: ArraySlice<Float>, temperature: Double = 0, topP: Double? = nil, topK: Int? = nil,
    banned: Int32? = nil
  ) {
    var scores = Array(logits)
    if temperature > 0 {
      let divisor = Float(temperature)
      for index in scores.indices { scores[index] /= divisor }
    }
    if let banned, scores.indices.contains(Int(banned)) { scores[Int(banned)] = -.infinity }
    guard let top = scores.max(), top.isFinite else { return nil }
    var weights = scores
    var sum = 0.0
    weights.withUnsafeMutableBufferPointer { weights in
      for index in 0..<weights.count {
        weights[index] = expf(weights[index] - top)
        sum += Double(weights[index])
      }
    }
    guard sum.isFinite else { return nil }

    let filter = Filter(scores: scores, weights: weights, sum: sum)
    if let kept = filter.kept(topP: topP, topK: topK) {
      self.kept = kept
      self.weights = kept.map { weights[Int($0)] }
      self.sum = self.weights.reduce(0) { $0 + Double($1) }
    } else {
      kept = nil
      self.weights = weights
      self.sum = sum
    }
    var first = 0
    var second: Float = 0
    for index in 1..<max(self.weights.count, 1) {
      if self.weights[index] > self.weights[first] {
        second = self.weights[first]
        first = index
      } else if self.weights[index] > second {
        second = self.weights[index]
      }
    }
    best = kept?[first] ?? Int32(first)
    maximum = Float(Double(self.weights[first]) / self.sum)
    margin = maximum - Float(Double(second) / self.sum)
  }

  /// Σ p log(p + 1e-10) over the kept tokens: 0 when one token is kept, smaller the flatter.
  var negativeEntropy: Float {
    var total = 0.0
    let scale = Float(1 / sum)
    weights.withUnsafeBufferPointer { weights in
      for weight in weights where weight > 0 {
        let probability = weight * scale
        total += Double(probability * logf(probability + 1e-10))
      }
    }
    return Float(total)
  }

  /// The token at `uniform` in [0, 1) of the cumulated distribution, in order of ids.
  func draw(_ uniform: Double) -> (token: Int32, probability: Float) {
    let target = uniform * sum
    var cumulated = 0.0
    var chosen = 0
    for index in weights.indices where weights[index] > 0 {
      chosen = index
      cumulated += Double(weights[index])
      if cumulated > target { break }
    }
    return (kept?[chosen] ?? Int32(chosen), Float(Double(weights[chosen]) / sum))
  }

  /// The probability of every kept token, for tests: (token, p) in ascending order of tokens.
  var probabilities: [(token: Int32, probability: Float)] {
    weights.enumerated().map { (kept?[$0.offset] ?? Int32($0.offset), Float(Double($0.element) / sum)) }
  }
}

/// Top-p and top-k without sorting the vocabulary: only tokens near the maximum are sorted.
private struct Filter {
  let scores: [Float]
  let weights: [Float]
  let sum: Double

  /// The kept tokens in ascending order, or `nil` for all.
  func kept(topP: Double?, topK: Int?) -> [Int32]? {
    var kept: [Int32]?
    if let topP, topP < 1 { kept = nucleus(Float(topP)) }
    if let topK, topK < kept?.count ?? scores.count {
      let ordered = kept ?? best { $0.count >= topK }
      let bound = scores[Int(ordered[topK - 1])]
      kept = ordered.filter { scores[Int($0)] >= bound }
    }
    return kept?.sorted()
  }

  /// The shortest prefix, best first, whose mass strictly exceeds `bound`; the crossing token stays.
  private func nucleus(_ bound: Float) -> [Int32] {
    var length = 0
    let ordered = best { candidates in
      var mass = 0.0
      for (index, token) in candidates.enumerated() {
        mass += Double(weights[Int(token)]) / sum
        if Float(mass) > bound {
          length = index + 1
          return true
        }
      }
      return false
    }
    return length == 0 ? ordered : Array(ordered[..<length])
  }

  /// The best tokens, largest score first and smallest id first among equals: as many as `suffices`
  /// asks for, or all of them. A group of equal scores is never cut.
  private func best(_ suffices: ([Int32]) -> Bool) -> [Int32] {
    var distance: Float = 4
    guard let top = scores.max() else { return [] }
    while true {
      let bound = distance < 128 ? top - distance : -.infinity
      var candidates: [Int32] = []
      for index in scores.indices where scores[index] >= bound { candidates.append(Int32(index)) }
      candidates.sort { (scores[Int($1)], $0) < (scores[Int($0)], $1) }
      if suffices(candidates) || bound == -.infinity { return candidates }
      distance *= 2
    }
  }
}
