import EngineKernels

/// One position's logits: what each 64 of them come to, and the logits themselves, kept or computed again where they
/// decide. Sweeps look only at panels of 64 whose largest can matter, and divide by the temperature as they go.
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
    precondition(summaries.count == (count + LogitRow.panel - 1) / LogitRow.panel, "summaries of another row")
    let total = summaries.withUnsafeBufferPointer { ek_total_of($0.baseAddress, $0.count) }
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
    let panels = (count + LogitRow.panel - 1) / LogitRow.panel
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

  /// Calls `body` with the first token and the scores of each panel whose largest is at least `bound`, in order,
  /// until it returns false.
  @inline(__always) private func forEachPanel(
    from bound: Float, _ body: (Int, _ scores: UnsafeBufferPointer<Float>) -> Bool
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: LogitRow.panel) { scores in
      for (panel, summary) in summaries.enumerated() where summary.top >= bound {
        let first = panel * LogitRow.panel
        let size = min(LogitRow.panel, count - first)
        func divide(_ logits: UnsafeBufferPointer<Float>) {
          precondition(logits.count == size, "a panel of another size")
          for at in 0..<size { scores[at] = logits[at] / divisor }
        }
        switch source {
        case .kept(let logits):
          let start = logits.startIndex + first
          logits[start..<start + size].withUnsafeBufferPointer(divide)
        case .computed(let logits): logits(panel).withUnsafeBufferPointer(divide)
        }
        if banned >= first && banned < first + size { scores[banned - first] = -.infinity }
        guard body(first, UnsafeBufferPointer(rebasing: scores[..<size])) else { return }
      }
    }
  }

  /// The smallest token whose weight rounds to 1.
  var best: Int32 {
    let bound = top - 0x1p-25
    var best: Int32 = 0
    forEachPanel(from: bound) { first, scores in
      guard let found = scores.firstIndex(where: { $0 >= bound }) else { return true }
      best = Int32(first + found)
      return false
    }
    return best
  }

  /// Weight of the second score.
  var secondWeight: Float { VectorMath.exp(VectorMath.Lanes(repeating: second - top))[0] }

  /// Scores below have the weight 0.
  private var lowest: Float { top - 88 }

  /// Σ p log(p + 1e-10) over all tokens, as the reference has it.
  var negativeEntropy: Float {
    let scale = Float(1 / sum)
    var entropy = 0.0
    forEachPanel(from: lowest) { _, scores in
      entropy += VectorMath.sum(scores, padding: -.infinity) { lanes in
        let probability = VectorMath.exp(lanes - top) * scale
        return probability * VectorMath.log(probability + 1e-10)
      }
      return true
    }
    return Float(entropy)
  }

  /// The tokens with at least the score `bound`.
  func tokens(from bound: Float) -> ScoredTokens {
    var found = ScoredTokens()
    forEachPanel(from: bound) { first, scores in
      for at in scores.indices where scores[at] >= bound {
        found.tokens.append(Int32(first + at))
        found.scores.append(scores[at])
      }
      return true
    }
    return found
  }

  /// The weights of these scores, in their order.
  func weights(of scores: [Float]) -> [Float] {
    var weights: [Float] = []
    weights.reserveCapacity(scores.count)
    VectorMath.forEachLanes(scores, padding: 0) { start, lanes in
      let powers = VectorMath.exp(lanes - top)
      for lane in 0..<min(lanes.scalarCount, scores.count - start) { weights.append(powers[lane]) }
    }
    return weights
  }

  /// The token whose weight takes the cumulated sum, in order of ids, above `target`, with its weight.
  func token(at target: Double) -> (token: Int32, weight: Float) {
    var cumulated = 0.0
    var chosen: (token: Int32, weight: Float) = (0, 0)
    forEachPanel(from: lowest) { first, scores in
      for (at, weight) in weights(of: Array(scores)).enumerated() where weight > 0 {
        chosen = (Int32(first + at), weight)
        cumulated += Double(weight)
        if cumulated > target { return false }
      }
      return true
    }
    return chosen
  }
}

/// Some tokens in ascending order, and the score of each.
struct ScoredTokens {
  var tokens: [Int32] = []
  var scores: [Float] = []

  func filter(_ isKept: (Int32, Float) -> Bool) -> ScoredTokens {
    var found = ScoredTokens()
    for (token, score) in zip(tokens, scores) where isKept(token, score) {
      found.tokens.append(token)
      found.scores.append(score)
    }
    return found
  }
}
