import EngineKernels

#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One position's logits: what each panel of 64 of them comes to, and the logits themselves, kept, or computed again
/// where they decide. Sweeps look only at panels whose largest can matter, and divide by the temperature as they go.
///
/// A score is a logit divided by the temperature; a weight is e^(score - largest score), so the largest is 1.
struct LogitRow {
  enum Source: Sendable {
    /// V logits.
    case kept(ArraySlice<Float>)
    /// Gets a panel's index, returns its logits.
    case computed(@Sendable (Int) -> [Float])
  }

  private static let panel = Int(EK_PANEL)

  private let source: Source
  private let summaries: ArraySlice<ek_summary>
  /// Size of the vocabulary.
  let count: Int
  private let divisor: Float
  private let banned: Int
  /// The largest score.
  let top: Float
  /// The largest score of all but one token that has the largest; -inf without another.
  let second: Float
  /// The sum of all weights: its logarithm plus ``top`` is the log-sum-exp of the scores.
  let sum: Double

  /// - Parameter summaries: one for each 64 logits, of the same temperature and banned token.
  /// - Returns: `nil` when the logits hold no finite maximum or a NaN.
  init?(
    _ source: Source, summaries: ArraySlice<ek_summary>, count: Int, temperature: Double, banned: Int32?
  ) {
    precondition(summaries.count == PackedMatrix.panelCount(count), "summaries of another row")
    let total = summaries.withUnsafeBufferPointer { ek_total_of(LogitRow.anyPath, $0.baseAddress, $0.count) }
    guard total.top.isFinite else { return nil }
    self.source = source
    self.summaries = summaries
    self.count = count
    divisor = temperature > 0 ? Float(temperature) : 1
    self.banned = banned.map { $0 >= 0 ? Int($0) : count } ?? count
    top = total.top
    second = total.second
    sum = total.sum
  }

  /// A row whose logits are at hand, without summaries.
  init?(_ logits: ArraySlice<Float>, temperature: Double, banned: Int32?) {
    let (count, divisor) = (logits.count, temperature > 0 ? Float(temperature) : 1)
    let panels = PackedMatrix.panelCount(count)
    let summaries = [ek_summary](unsafeUninitializedCapacity: panels) { summaries, used in
      logits.withUnsafeBufferPointer {
        ek_summarize(
          LogitRow.anyPath, $0.baseAddress, count, divisor, banned.map { $0 >= 0 ? Int($0) : count } ?? count,
          summaries.baseAddress)
      }
      used = panels
    }
    self.init(
      .kept(logits), summaries: summaries[...], count: count, temperature: temperature, banned: banned)
  }

  /// All paths give the same bits.
  private static let anyPath = (try? InstructionSet.chosen())?.path ?? EK_PORTABLE

  /// The smallest token whose weight rounds to 1.
  var best: Int32 {
    let bound = top - 0x1p-25
    for (panel, summary) in summaries.enumerated() where summary.top >= bound {
      let first = panel * LogitRow.panel
      let logits = panelLogits(panel, from: first)
      let found = logits.indices.first { at in
        let token = first + at - logits.startIndex
        return token != banned && logits[at] / divisor >= bound
      }
      if let found { return Int32(first + found - logits.startIndex) }
    }
    return 0
  }

  private func panelLogits(_ panel: Int, from first: Int) -> ArraySlice<Float> {
    switch source {
    case .kept(let logits):
      let start = logits.startIndex + first
      return logits[start..<min(start + LogitRow.panel, logits.endIndex)]
    case .computed(let logits):
      return logits(panel)[...]
    }
  }

  /// The weight of a score.
  func weight(_ score: Float) -> Double { exp(Double(score - top)) }

  // MARK: Sweeps over kept logits

  /// - Parameter bounds: ``boundCount`` scores, descending.
  /// - Returns: for each the number of scores that are at least so large, and the sum of their weights.
  func masses(from bounds: [Float]) -> [ek_mass] {
    precondition(bounds.count == LogitRow.boundCount, "another number of bounds")
    return [ek_mass](unsafeUninitializedCapacity: bounds.count) { masses, used in
      withRow { ek_masses(LogitRow.anyPath, &$0, bounds, masses.baseAddress) }
      used = bounds.count
    }
  }

  static let boundCount = Int(EK_BOUNDS)

  /// The tokens whose scores are in `range`, ascending, with their scores.
  ///
  /// - Parameter room: at least their number.
  func tokens(_ range: Range<Float>, room: Int) -> ScoredTokens {
    var scores = [Float](repeating: 0, count: room)
    var found = 0
    let tokens = [UInt32](unsafeUninitializedCapacity: room) { tokens, used in
      found = withRow {
        ek_between(
          LogitRow.anyPath, &$0, range.lowerBound, range.upperBound, tokens.baseAddress, &scores, room)
      }
      precondition(found <= room, "more scores than room")
      used = found
    }
    return ScoredTokens(tokens: tokens.map { Int32($0) }, scores: Array(scores[..<found]))
  }

  /// Σ p log(p + 1e-10) over the kept tokens, as the reference has it, where p is the weight over `sum`.
  func negativeEntropy(_ edge: Edge, sum: Double) -> Float {
    withRow { Float(ek_negative_entropy(LogitRow.anyPath, &$0, edge.kernel, Float(1 / sum))) }
  }

  /// The kept token whose weight takes the cumulated sum, in order of ids, above `target`, with its weight.
  func token(at target: Double, _ edge: Edge) -> (token: Int32, weight: Float) {
    withRow {
      let drawn = ek_draw_token(LogitRow.anyPath, &$0, edge.kernel, target)
      return (Int32(drawn.token), drawn.weight)
    }
  }

  private func withRow<Result>(_ body: (inout ek_row) -> Result) -> Result {
    guard case .kept(let logits) = source else { preconditionFailure("these logits were not kept") }
    precondition(logits.count == count, "logits of another row")
    return logits.withUnsafeBufferPointer { logits in
      summaries.withUnsafeBufferPointer { summaries in
        var row = ek_row(
          logits: logits.baseAddress, count: count, summaries: summaries.baseAddress, divisor: divisor,
          top: top,
          banned: banned)
        return body(&row)
      }
    }
  }
}

/// Where the kept tokens end, in the order best first and the smallest id first among equals: the last of them.
struct Edge: Equatable {
  let score: Float
  let token: Int32

  /// Nothing is left out.
  static let none = Edge(score: -.infinity, token: .max)

  func keeps(_ token: Int32, _ score: Float) -> Bool {
    score > self.score || score == self.score && token <= self.token
  }

  /// The one that leaves out more.
  func stricter(_ other: Edge) -> Edge { keeps(other.token, other.score) ? other : self }

  fileprivate var kernel: ek_edge { ek_edge(score: score, token: Int(token)) }
}

/// Some tokens in ascending order, and the score of each.
struct ScoredTokens {
  var tokens: [Int32] = []
  var scores: [Float] = []
}
