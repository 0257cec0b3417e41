/// The distribution of one position's token after temperature and filters, in the reference's order
/// of operations (`sample_tokens` of generation_utils.py): divide, top-p, top-k, softmax.
///
/// Weights are e^(z - max); the filtered ones are left out, which softmax would make exactly 0.
struct TokenDistribution {
  private let row: LogitRow
  /// What the filters keep.
  private let edge: Edge
  /// Of the kept weights.
  private let sum: Double
  /// The most probable token, the smallest id among equals.
  let best: Int32
  /// Probability of ``best``.
  let maximum: Float
  /// ``maximum`` minus the second largest probability, which is 0 when one token is kept.
  let margin: Float

  init(_ row: LogitRow, topP: Double? = nil, topK: Int? = nil) {
    self.row = row
    (edge, sum) = Filter(row: row).kept(topP: topP, topK: topK)
    maximum = Float(1 / sum)
    if edge == .none {
      best = row.best
      margin = maximum - Float(row.weight(row.second) / sum)
    } else {
      let (edge, row) = (edge, row)
      // The best two pass every filter, or the second is filtered and one token is kept.
      best = row.tokens(row.top - 0x1p-25..<Float.infinity)?.first { edge.keeps($0, $1) } ?? row.best
      let isAlone =
        row.second < edge.score
        || row.second == edge.score
          && (row.tokens(edge.score..<Float.infinity)?.filter { edge.keeps($0, $1) }.count ?? 0) <= 1
      margin = maximum - (isAlone ? 0 : Float(row.weight(row.second) / sum))
    }
  }

  /// Σ p log(p + 1e-10) over the kept tokens: 0 when one token is kept, smaller the flatter.
  var negativeEntropy: Float { row.negativeEntropy(edge, sum: sum) }

  /// The token at `uniform` in [0, 1) of the cumulated distribution, in order of ids.
  func draw(_ uniform: Double) -> (token: Int32, probability: Float) {
    let (token, weight) = row.token(at: uniform * sum, edge)
    return (token, Float(Double(weight) / sum))
  }

  /// The probability of every kept token, for tests: (token, p) in ascending order of tokens.
  var probabilities: [(token: Int32, probability: Float)] {
    let all = row.tokens(-.infinity..<Float.infinity) ?? ScoredTokens()
    return zip(all.tokens, all.scores).filter { edge.keeps($0, $1) }
      .map { ($0, Float(row.weight($1) / sum)) }
  }
}

extension ScoredTokens {
  fileprivate func filter(_ isKept: (Int32, Float) -> Bool) -> [Int32] {
    zip(tokens, scores).filter(isKept).map(\.0)
  }

  fileprivate func first(_ isWanted: (Int32, Float) -> Bool) -> Int32? {
    zip(tokens, scores).first(where: isWanted)?.0
  }

  /// Best first, the smallest id first among equals.
  fileprivate var ordered: [(token: Int32, score: Float)] {
    zip(tokens, scores).map { (token: $0, score: $1) }
      .sorted { ($1.score, $0.token) < ($0.score, $1.token) }
  }
}

/// Top-p and top-k without sorting the vocabulary: sums over scores above a few bounds close in on the edge, and only
/// the tokens between two of them are sorted.
private struct Filter {
  let row: LogitRow

  /// Where the kept tokens end, and the sum of their weights.
  func kept(topP: Double?, topK: Int?) -> (Edge, sum: Double) {
    var kept = (edge: Edge.none, sum: row.sum)
    if let topP, topP < 1 { kept = nucleus(Float(topP)) }
    if let topK, topK < row.count {
      let best = best(topK)
      let edge = Edge(score: best[topK - 1].score, token: .max).stricter(kept.edge)
      if edge != kept.edge {
        let sum = best.reduce(0) { edge.keeps($1.token, $1.score) ? $0 + row.weight($1.score) : $0 }
        kept = (edge, sum)
      }
    }
    return kept
  }

  /// The `count` best tokens, all that equal the last of them, and perhaps more.
  private func best(_ count: Int) -> [(token: Int32, score: Float)] {
    var distance: Float = 4
    while distance < 128 {
      if let found = row.tokens(row.top - distance..<Float.infinity), found.tokens.count >= count {
        return found.ordered
      }
      distance *= 2
    }
    return row.tokens(-.infinity..<Float.infinity)?.ordered ?? []
  }

  /// Distances from the best at which the search begins.
  private static let distances: [Float] = [0.5, 1.5, 3, 5, 8, 13, 25, 88]
  /// So many tokens are sorted rather than divided once more.
  private static let few = 1024

  /// The shortest prefix, best first and the smallest id first among equals, whose share strictly exceeds `share`;
  /// the crossing token stays.
  private func nucleus(_ share: Float) -> (Edge, sum: Double) {
    var (low, high) = (row.top - 88, row.top.nextUp)
    var above = 0.0  // the weights from `high` on
    var bounds = Filter.distances.map { row.top - $0 }
    while true {
      let masses = row.masses(from: bounds)
      guard let crossing = masses.firstIndex(where: { Float($0 / row.sum) > share }) else {
        return (Edge.none, row.sum)
      }
      low = bounds[crossing]
      if crossing > 0 { (high, above) = (bounds[crossing - 1], masses[crossing - 1]) }
      let width = (high - low) / Float(bounds.count)
      let isIndivisible = high - width == high || low + width == low
      if let between = row.tokens(low..<high, limit: isIndivisible ? .max : Filter.few) {
        return edge(in: between.ordered, above, share)
      }
      bounds = (1..<bounds.count).map { high - Float($0) * width } + [low]
    }
  }

  private func edge(
    in ordered: [(token: Int32, score: Float)], _ above: Double, _ share: Float
  ) -> (Edge, sum: Double) {
    var sum = above
    for (token, score) in ordered {
      sum += row.weight(score)
      if Float(sum / row.sum) > share { return (Edge(score: score, token: token), sum) }
    }
    guard let last = ordered.last else { return (.none, row.sum) }
    return (Edge(score: last.score, token: last.token), sum)
  }
}
