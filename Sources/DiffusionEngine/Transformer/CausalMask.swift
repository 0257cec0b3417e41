extension Kernels {
  /// Takes the weight of every later position, before softmax.
  ///
  /// - Parameters:
  ///   - scores: [n, N], queries against all positions; in place.
  ///   - rows: the positions of the n queries, `nil` for 0..<N.
  static func hideLaterPositions(_ scores: inout Matrix, rows: [Int]? = nil) {
    let positions = scores.columns
    precondition(rows?.count ?? positions == scores.rows, "one position for each query")
    for row in 0..<scores.rows {
      let own = rows?[row] ?? row
      precondition(own >= 0 && own < positions, "a query outside of the canvas")
      let start = row * positions
      for at in start + own + 1..<start + positions { scores.values[at] = -.infinity }
    }
  }
}
