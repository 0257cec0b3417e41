/// In which order the positions of an answer were revealed, and how close that is to left to right.
///
/// Source: Gong et al., "DiffuCoder" (arXiv 2506.20639), section 4.1 and appendix A.2. The paper leaves open
/// what is settled here: positions revealed in one step count as one event each, surest first and then
/// leftmost; before the first event stands the prompt, revealed left to right.
public struct DecodingOrder: Sendable, Equatable {
  /// Positions after the prompt, from 0, in the order in which they were revealed. None twice.
  public let positions: [Int]
  /// Length of the canvas after the prompt, or of the part of it that counts.
  public let length: Int

  /// How ``localARness(_:_:)`` compares the events before with the neighbours to the left.
  public enum Form: String, Sendable, CaseIterable {
    /// Each of the k events before must have revealed its own neighbour, in order (the paper's figure 3).
    case ordered
    /// Both sets of positions must be equal (the paper's appendix); it may grow with k.
    case set
  }

  /// An order given by itself; positions outside of `0..<length` are left out.
  public init(positions: [Int], length: Int) {
    self.positions = positions.filter { (0..<length).contains($0) }
    self.length = length
  }

  /// The part before position `end`, as if the canvas ended there.
  public func before(_ end: Int) -> DecodingOrder {
    DecodingOrder(positions: positions, length: min(end, length))
  }

  /// Local AR-ness@k: the share of events, 0...1, in which the k events before revealed the k neighbours to
  /// the left. `nil` without events.
  public func localARness(_ k: Int, _ form: Form = .ordered) -> Double? {
    share { event in
      // The prompt's last token has position -1 and was the event before the first.
      let before = (1...max(k, 1)).map { event >= $0 ? positions[event - $0] : event - $0 }
      let left = (1...max(k, 1)).map { positions[event] - $0 }
      return form == .ordered ? before == left : Set(before) == Set(left)
    }
  }

  /// Global AR-ness@k: the share of events, 0...1, that revealed one of the k leftmost masks. `nil` without
  /// events.
  public func globalARness(_ k: Int) -> Double? {
    var isRevealed = [Bool](repeating: false, count: length)
    return share { event in
      let position = positions[event]
      let masksToTheLeft = isRevealed[..<position].count { !$0 }
      isRevealed[position] = true
      return masksToTheLeft < k
    }
  }

  private func share(_ holds: (Int) -> Bool) -> Double? {
    positions.isEmpty ? nil : Double(positions.indices.count(where: holds)) / Double(positions.count)
  }
}
