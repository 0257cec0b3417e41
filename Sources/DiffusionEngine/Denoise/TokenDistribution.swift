/// The distribution of one position's token after temperature and filters, in the reference's order
/// of operations (`sample_tokens` of generation_utils.py): divide, top-p, top-k, softmax.
///
/// Weights are e^(z - max); the filtered ones are left out, which softmax would make exactly 0.
struct TokenDistribution {
  private let row: LogitRow
  /// What the filters keep, or `nil` when that is everything.
  private let kept: Kept?
  private let sum: Double
  /// The most probable token, the smallest id among equals.
  let best: Int32
  /// Probability of ``best``.
  let maximum: Float
  /// ``maximum`` minus the second largest probability, which is 0 when one token is kept.
  let margin: Float

  private struct Kept {
    /// Ascending.
    let tokens: [Int32]
    let weights: [Float]
  }

  init(_ row: LogitRow, topP: Double? = nil, topK: Int? = nil) {
    self.row = row
    if let found = Filter(row: row).kept(topP: topP, topK: topK) {
      let weights = row.weights(of: found.scores)
      kept = Kept(tokens: found.tokens, weights: weights)
      sum = weights.reduce(0) { $0 + Double($1) }
    } else {
      kept = nil
      sum = row.sum
    }
    // The two largest scores pass every filter, or the second is filtered and there is one token.
    best = kept.map { kept in kept.tokens[kept.weights.firstIndex { $0 >= 1 } ?? 0] } ?? row.best
    maximum = Float(1 / sum)
    margin = maximum - (kept?.tokens.count == 1 ? 0 : Float(Double(row.secondWeight) / sum))
  }

  /// Σ p log(p + 1e-10) over the kept tokens: 0 when one token is kept, smaller the flatter.
  var negativeEntropy: Float {
    guard let kept else { return row.negativeEntropy }
    let scale = Float(1 / sum)
    return Float(
      VectorMath.sum(kept.weights, padding: 0) { weights in
        let probability = weights * scale
        return probability * VectorMath.log(probability + 1e-10)
      })
  }

  /// The token at `uniform` in [0, 1) of the cumulated distribution, in order of ids.
  func draw(_ uniform: Double) -> (token: Int32, probability: Float) {
    let target = uniform * sum
    guard let kept else {
      let (token, weight) = row.token(at: target)
      return (token, Float(Double(weight) / sum))
    }
    var cumulated = 0.0
    var chosen = 0
    for index in kept.weights.indices where kept.weights[index] > 0 {
      chosen = index
      cumulated += Double(kept.weights[index])
      if cumulated > target { break }
    }
    return (kept.tokens[chosen], Float(Double(kept.weights[chosen]) / sum))
  }

  /// The probability of every kept token, for tests: (token, p) in ascending order of tokens.
  var probabilities: [(token: Int32, probability: Float)] {
    let all = row.tokens(from: -.infinity)
    return zip(kept?.tokens ?? all.tokens, kept?.weights ?? row.weights(of: all.scores)).map {
      ($0, Float(Double($1) / sum))
    }
  }
}

/// Top-p and top-k without sorting the vocabulary: only tokens near the bound are sorted.
private struct Filter {
  let row: LogitRow

  /// What is kept, or `nil` for everything.
  func kept(topP: Double?, topK: Int?) -> ScoredTokens? {
    var kept: ScoredTokens?
    if let topP, topP < 1 { kept = near { prefix(of: $0, Float(topP)) } }
    if let topK, topK < kept?.tokens.count ?? row.count {
      let best = kept ?? near { $0.tokens.count >= topK ? $0 : nil }
      let bound = best.scores.sorted(by: >)[topK - 1]
      kept = kept.map { $0.filter { $1 >= bound } } ?? row.tokens(from: bound)
    }
    return kept
  }

  /// What `body` finds among the tokens closest to the best: as few as suffice, or all of them.
  private func near(_ body: (ScoredTokens) -> ScoredTokens?) -> ScoredTokens {
    var distance: Float = 4
    while distance < 128 {
      if let found = body(row.tokens(from: row.top - distance)) { return found }
      distance *= 2
    }
    let all = row.tokens(from: -.infinity)
    return body(all) ?? all
  }

  private static let bins = 1024

  /// The shortest prefix of `candidates`, which hold the best token, in the order best first and the smallest id
  /// first among equals, whose mass strictly exceeds `bound`; the crossing token stays. `nil` without that mass.
  ///
  /// Weights are first summed in bins by their score: a bin lies before the bound, behind it, or, but
  /// for one, needs no order.
  private func prefix(of candidates: ScoredTokens, _ bound: Float) -> ScoredTokens? {
    let weights = row.weights(of: candidates.scores)
    let bin = candidates.scores.map { Int(min((row.top - $0) * 64, Float(Filter.bins - 1))) }
    var masses = [Double](repeating: 0, count: Filter.bins)
    for (index, weight) in weights.enumerated() { masses[bin[index]] += Double(weight) / row.sum }
    var mass = 0.0
    guard
      let crossing = masses.firstIndex(where: { next in
        if Float(mass + next) > bound { return true }
        mass += next
        return false
      })
    else { return nil }

    let ordered = bin.indices.filter { bin[$0] == crossing }
      .map { (score: candidates.scores[$0], token: candidates.tokens[$0], weight: weights[$0]) }
      .sorted { ($1.score, $0.token) < ($0.score, $1.token) }
    var last = ordered.endIndex - 1
    for (index, entry) in ordered.enumerated() {
      mass += Double(entry.weight) / row.sum
      if Float(mass) > bound {
        last = index
        break
      }
    }
    let edge = ordered[last]
    // A better score never lies in a later bin.
    return candidates.filter { token, score in
      score > edge.score || score == edge.score && token <= edge.token
    }
  }
}
