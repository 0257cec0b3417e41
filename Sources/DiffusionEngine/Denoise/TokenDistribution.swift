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

  /// - Parameters:
  ///   - logits: V raw logits.
  ///   - banned: a token whose probability is made 0.
  /// - Returns: `nil` when the logits hold no finite maximum or a NaN.
  init?(
    _ logits: ArraySlice<Float>, temperature: Double = 0, topP: Double? = nil, topK: Int? = nil,
    banned: Int32? = nil
  ) {
    guard let row = LogitRow(logits, temperature: temperature, banned: banned) else { return nil }
    self.row = row
    if let tokens = Filter(row: row).kept(topP: topP, topK: topK) {
      let weights = row.weights(of: tokens)
      kept = Kept(tokens: tokens, weights: weights)
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
    let tokens = kept?.tokens ?? Array(0..<Int32(row.count))
    return zip(tokens, row.weights(of: tokens)).map { ($0, Float(Double($1) / sum)) }
  }
}

/// Top-p and top-k without sorting the vocabulary: only tokens near the bound are sorted.
private struct Filter {
  let row: LogitRow

  /// The kept tokens in ascending order, or `nil` for all.
  func kept(topP: Double?, topK: Int?) -> [Int32]? {
    var kept: [Int32]?
    if let topP, topP < 1 { kept = nucleus(Float(topP)) }
    if let topK, topK < kept?.count ?? row.count {
      let scores = (kept ?? near { $0.count >= topK ? $0 : nil }).map { row.score($0) }.sorted(by: >)
      let bound = scores[topK - 1]
      kept = kept?.filter { row.score($0) >= bound } ?? row.tokens(from: bound)
    }
    return kept
  }

  /// The shortest prefix, best first and the smallest id first among equals, whose mass strictly exceeds
  /// `bound`; the crossing token stays.
  private func nucleus(_ bound: Float) -> [Int32] {
    near { prefix(of: $0, bound) }
  }

  /// What `body` finds among the tokens closest to the best: as few as suffice, or all of them.
  private func near(_ body: ([Int32]) -> [Int32]?) -> [Int32] {
    var distance: Float = 4
    while distance < 128 {
      if let found = body(row.tokens(from: row.top - distance)) { return found }
      distance *= 2
    }
    let all = row.tokens(from: -.infinity)
    return body(all) ?? all
  }

  private static let bins = 1024

  /// ``nucleus(_:)`` if `tokens`, which hold the best, have that mass.
  ///
  /// Their weights are first summed in bins by their score: a bin lies before the bound, behind it, or, but
  /// for one, needs no order.
  private func prefix(of tokens: [Int32], _ bound: Float) -> [Int32]? {
    let weights = row.weights(of: tokens)
    let bin = tokens.map { Int(min((row.top - row.score($0)) * 64, Float(Filter.bins - 1))) }
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

    let ordered = tokens.indices.filter { bin[$0] == crossing }
      .map { (score: row.score(tokens[$0]), token: tokens[$0], weight: weights[$0]) }
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
    return tokens.indices.filter { index in
      if bin[index] != crossing { return bin[index] < crossing }
      let score = row.score(tokens[index])
      return score > edge.score || score == edge.score && tokens[index] <= edge.token
    }.map { tokens[$0] }
  }
}
