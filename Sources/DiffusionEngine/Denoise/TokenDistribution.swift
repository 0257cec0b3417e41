import EngineKernels

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
      best = row.tokens(from: row.top - 0x1p-25).first { edge.keeps($0, $1) } ?? row.best
      let isAlone =
        row.second < edge.score
        || row.second == edge.score
          && row.tokens(from: edge.score).filter { edge.keeps($0, $1) }.count <= 1
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
    let all = row.tokens(from: -.infinity)
    return zip(all.tokens, all.scores).filter { edge.keeps($0, $1) }
      .map { ($0, Float(row.weight($1) / sum)) }
  }
}

extension LogitRow {
  fileprivate func tokens(from bound: Float) -> ScoredTokens { tokens(bound..<Float.infinity, room: count) }
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
      let found = row.tokens(from: row.top - distance)
      if found.tokens.count >= count { return found.ordered }
      distance *= 2
    }
    return row.tokens(from: -.infinity).ordered
  }

  /// Distances from the best at which the search begins: a sweep leaves out what is farther than the last of them, so
  /// the far ones have a sweep of their own, which flat distributions need.
  private static let distances: [[Float]] = [
    [0.25, 0.5, 1, 2, 3, 5, 7, 10], [12, 15, 19, 25, 32, 42, 60, 88],
  ]
  /// So many tokens are sorted rather than divided once more.
  private static let few = 1024

  /// The shortest prefix, best first and the smallest id first among equals, whose share strictly exceeds `share`;
  /// the crossing token stays.
  private func nucleus(_ share: Float) -> (Edge, sum: Double) {
    var (high, above) = (row.top.nextUp, ek_mass(weight: 0, count: 0))  // what is at least `high`
    var starts = Filter.distances.map { $0.map { row.top - $0 } }
    var bounds = starts.removeFirst()
    while true {
      let masses = row.masses(from: bounds)
      guard let crossing = masses.firstIndex(where: { Float($0.weight / row.sum) > share }) else {
        if starts.isEmpty { return (Edge.none, row.sum) }
        (high, above) = (bounds[bounds.count - 1], masses[masses.count - 1])
        bounds = starts.removeFirst()
        continue
      }
      let low = bounds[crossing]
      if crossing > 0 { (high, above) = (bounds[crossing - 1], masses[crossing - 1]) }
      let between = masses[crossing].count - above.count
      let width = (high - low) / Float(bounds.count)
      if between <= Filter.few || high - width == high || low + width == low {
        return edge(in: row.tokens(low..<high, room: between).ordered, above.weight, share)
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
