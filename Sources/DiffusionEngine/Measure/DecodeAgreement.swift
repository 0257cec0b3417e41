/// How far two decodes of the same masks are the same.
public struct DecodeAgreement: Sendable, Equatable {
  /// Positions behind the prompt that either decode revealed.
  public let positions: Int
  /// The share of them with the same token in both, 0...1.
  public let tokens: Double
  /// The share of them that both revealed in the same step, 0...1.
  public let steps: Double
  /// Spearman's rank correlation of the steps over the positions that both revealed, -1...1; positions of one step
  /// share the mean of their ranks. `nil` where there is no order: all in one step, or fewer than two positions.
  public let orderCorrelation: Double?
  /// The first step after which the canvases differ; `nil` when they never do.
  public let firstDifference: Int?

  init(_ decode: Generation, reference: Generation) {
    precondition(decode.promptCount == reference.promptCount, "decodes of different prompts")
    // A causal model may have ended one of them earlier.
    let end = max(decode.tokens.count, reference.tokens.count)
    func reveal(_ generation: Generation, _ position: Int) -> (step: Int, token: Int32)? {
      guard position < generation.tokens.count, let step = generation.commitSteps[position] else {
        return nil
      }
      return (step, generation.tokens[position])
    }
    var (total, sameToken, sameStep) = (0, 0, 0)
    var pairs: [(Int, Int)] = []
    var differences: [Int] = []
    for position in 0..<end {
      let (ours, theirs) = (reveal(decode, position), reveal(reference, position))
      guard let first = [ours?.step, theirs?.step].compactMap({ $0 }).min() else { continue }
      total += 1
      if let ours, let theirs {
        pairs.append((ours.step, theirs.step))
        sameToken += ours.token == theirs.token ? 1 : 0
        sameStep += ours.step == theirs.step ? 1 : 0
        if ours == theirs { continue }
      }
      differences.append(first)
    }
    positions = total
    tokens = total == 0 ? 1 : Double(sameToken) / Double(total)
    steps = total == 0 ? 1 : Double(sameStep) / Double(total)
    orderCorrelation = Self.rankCorrelation(pairs.map(\.0), pairs.map(\.1))
    firstDifference = differences.min()
  }

  /// Pearson's correlation of the ranks.
  static func rankCorrelation(_ left: [Int], _ right: [Int]) -> Double? {
    precondition(left.count == right.count, "ranks of different positions")
    let mean = Double(left.count - 1) / 2
    var (both, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (a, b) in zip(ranks(left), ranks(right)) {
      both += (a - mean) * (b - mean)
      leftSquares += (a - mean) * (a - mean)
      rightSquares += (b - mean) * (b - mean)
    }
    guard leftSquares > 0, rightSquares > 0 else { return nil }
    return left == right ? 1 : both / (leftSquares * rightSquares).squareRoot()
  }

  /// From 0; equal values share the mean of their ranks.
  private static func ranks(_ values: [Int]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
      for index in order[start..<end] { ranks[index] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }
}
