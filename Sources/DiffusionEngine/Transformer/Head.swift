import EngineKernels

/// What a row of logits is wanted for.
struct Scoring: Sendable {
  /// Logits are divided by it when it is above 0.
  var temperature: Double = 0
  /// A token whose probability is made 0.
  var banned: Int32?
  /// Whether the logits themselves are read afterwards. Otherwise only what 64 of them come to is kept, and the
  /// few that decide are computed again, to the bit.
  var keepsLogits = true
}

/// The buffers of the head; reused from step to step, since the kernel would have to clear hundreds of megabytes
/// of new pages for each.
struct HeadBuffers {
  fileprivate var input: HeadInput?
  fileprivate var states = Matrix(rows: 0, columns: 0)
  fileprivate var summaries: [ek_summary] = []
  fileprivate var logits: [Float] = []
  /// The first of them that begins a line of the cache: what is written past the caches has to.
  fileprivate var firstLogit = 0

  fileprivate mutating func makeRoom(summaries: Int, logits: Int) {
    if self.summaries.count < summaries {
      self.summaries = [ek_summary](repeating: ek_summary(), count: summaries)
    }
    if self.logits.count - firstLogit < logits {
      self.logits = []
      // Every one of them is written before it is read.
      let (size, line) = (MemoryLayout<Float>.stride, 64)
      self.logits = [Float](unsafeUninitializedCapacity: logits + line / size) {
        ek_prefer_huge_pages($0.baseAddress, logits * size)
        let past = Int(bitPattern: $0.baseAddress) % line
        firstLogit = past > 0 ? (line - past) / size : 0
        $1 = logits + line / size
      }
    }
  }
}

/// Rows as the head and its screen read them.
private struct HeadInput: Sendable {
  var own: Operand
  var screened: Operand?

  init(rows: Int, for weights: Weights, _ pool: KernelPool) {
    own = Operand(rows: rows, for: weights.head, pool)
    screened = weights.screen.map { Operand(rows: rows, for: $0.matrix, pool) }
  }

  /// The logits of one panel for one row, the bits that all of them have together.
  ///
  /// - Parameter summary: of this panel.
  func logits(
    ofRow row: Int, panel: Int, _ summary: ek_summary, _ weights: Weights, _ pool: KernelPool
  ) -> [Float] {
    if summary.error != 0, let screen = weights.screen, let screened {
      return screened.logits(ofRow: row, panel: panel, of: screen.matrix, pool)
    }
    return own.logits(ofRow: row, panel: panel, of: weights.head, pool)
  }
}

extension ForwardPass {
  /// Rows whose logits are computed together: 512 rows of 152064 are 300 MB.
  private static let rowsPerGroup = 512

  /// Calls `body`, on several threads at once, with each row of `hidden`: its index, and what the head makes of it,
  /// `nil` when these are no numbers.
  ///
  /// - Parameter hidden: the last layer's result, [n, H].
  /// - Returns: what `body` returned, in the order of the rows.
  func score<Result: Sendable>(
    _ hidden: Matrix, _ scoring: Scoring, _ buffers: inout HeadBuffers,
    _ body: @Sendable (Int, LogitRow?) -> Result
  ) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(hidden.rows)
    forEachGroup(of: hidden, scoring, &buffers) { start, input, summaries, logits in
      let (panels, vocabulary) = (panelCount, configuration.vocabularySize)
      let (weights, pool) = (weights, arithmetic.pool)
      let isPacked = weights.head.packed != nil
      results += pool.map(input.own.rows) { index in
        let first = logits.startIndex + index * vocabulary
        let kept = logits.isEmpty ? [] : logits[first..<first + vocabulary]
        guard isPacked else {
          return body(start + index, LogitRow(kept, temperature: scoring.temperature, banned: scoring.banned))
        }
        let own = summaries[index * panels..<(index + 1) * panels]
        let row = LogitRow(
          logits.isEmpty
            ? .computed { input.logits(ofRow: index, panel: $0, own[own.startIndex + $0], weights, pool) }
            : .kept(kept),
          summaries: own, count: vocabulary, temperature: scoring.temperature, banned: scoring.banned)
        return body(start + index, row)
      }
    }
    return results
  }

  /// The raw logits of `hidden`, [n, V].
  func logits(_ hidden: Matrix, _ buffers: inout HeadBuffers) -> [Float] {
    var all: [Float] = []
    all.reserveCapacity(hidden.rows * configuration.vocabularySize)
    forEachGroup(of: hidden, Scoring(), &buffers) { _, _, _, logits in all += logits }
    return all
  }

  /// Calls `body` with the index of the first row of each group, the head's input, and what the head makes of it.
  private func forEachGroup(
    of hidden: Matrix, _ scoring: Scoring, _ buffers: inout HeadBuffers,
    _ body: (Int, HeadInput, ArraySlice<ek_summary>, ArraySlice<Float>) -> Void
  ) {
    let vocabulary = configuration.vocabularySize
    let keeps = scoring.keepsLogits || weights.head.packed == nil
    for start in stride(from: 0, to: hidden.rows, by: ForwardPass.rowsPerGroup) {
      let rows = start..<min(start + ForwardPass.rowsPerGroup, hidden.rows)
      let input = fill(&buffers, hidden, rows)
      buffers.makeRoom(summaries: rows.count * panelCount, logits: keeps ? rows.count * vocabulary : 0)
      let wanted = buffers.firstLogit..<buffers.firstLogit + (keeps ? rows.count * vocabulary : 0)
      arithmetic.score(input, weights, scoring, &buffers.summaries, &buffers.logits, wanted)
      body(
        start, input, buffers.summaries[..<(rows.count * panelCount)],
        buffers.logits[wanted])
    }
  }

  /// The head's input for `rows` of `hidden`.
  private func fill(_ buffers: inout HeadBuffers, _ hidden: Matrix, _ rows: Range<Int>) -> HeadInput {
    if buffers.states.rows != rows.count {
      buffers.states = Matrix(rows: rows.count, columns: hidden.columns)
    }
    buffers.states.copyRows(rows, of: hidden)
    var input = buffers.input.take() ?? HeadInput(rows: rows.count, for: weights, arithmetic.pool)
    if input.own.rows != rows.count { input = HeadInput(rows: rows.count, for: weights, arithmetic.pool) }
    func fill(_ operand: inout Operand) {
      arithmetic.fill(
        &operand, with: buffers.states, norm: weights.finalNorm, epsilon: configuration.normEpsilon)
    }
    fill(&input.own)
    if var screened = input.screened.take() {
      fill(&screened)
      input.screened = screened
    }
    buffers.input = input
    return input
  }

  private var panelCount: Int { PackedMatrix.panelCount(configuration.vocabularySize) }
}

extension LayerArithmetic {
  /// Summaries, [n, panels], of the logits of n rows, and the logits themselves, [n, V], to `wanted` unless that is
  /// empty; in single precision only these.
  fileprivate func score(
    _ input: HeadInput, _ weights: Weights, _ scoring: Scoring, _ summaries: inout [ek_summary],
    _ logits: inout [Float], _ wanted: Range<Int>
  ) {
    let head = weights.head
    precondition(input.own.columns == head.columns, "inner dimensions differ")
    precondition(summaries.count >= input.own.rows * PackedMatrix.panelCount(head.rows), "no room")
    precondition(wanted.isEmpty || wanted.count == input.own.rows * head.rows, "other logits")
    let divisor = scoring.temperature > 0 ? Float(scoring.temperature) : 1
    let banned = scoring.banned.map { $0 >= 0 ? Int($0) : head.rows } ?? head.rows
    logits.withUnsafeMutableBufferPointer { all in
      let logits = UnsafeMutableBufferPointer(rebasing: all[wanted])
      summaries.withUnsafeMutableBufferPointer { summaries in
        switch input.own.storage {
        case .single(let states):
          guard let matrix = head.single else { preconditionFailure("weights of another kind") }
          BLAS.multiplyByTransposed(states, matrix, bias: nil, adds: false, into: logits)
        case .packed(let memory, _):
          guard var matrix = head.packed else { preconditionFailure("weights of another kind") }
          func compute(_ screen: UnsafePointer<ek_screen>?) -> Bool {
            ek_logits(
              pool.instructions.path, pool.handle, memory.bytes.baseAddress, input.own.rows, &matrix, screen,
              divisor, banned, summaries.baseAddress, logits.isEmpty ? nil : logits.baseAddress)
          }
          let done =
            if let screen = weights.screen, case .packed(let screened, _) = input.screened?.storage {
              screen.withKernelScreen(reading: screened, compute)
            } else {
              compute(nil)
            }
          precondition(done, "out of memory")
        }
      }
    }
  }
}

extension Operand {
  /// The logits of one panel of the head for one row, the bits that all of them have together.
  fileprivate func logits(ofRow row: Int, panel: Int, of head: WeightMatrix, _ pool: KernelPool) -> [Float] {
    guard case .packed(let memory, _) = storage, var matrix = head.packed else {
      preconditionFailure("logits of single precision are kept")
    }
    precondition(row >= 0 && row < rows && panel >= 0 && panel * Int(EK_PANEL) < head.rows, "no such logits")
    let width = min(Int(EK_PANEL), head.rows - panel * Int(EK_PANEL))
    return [Float](unsafeUninitializedCapacity: Int(EK_PANEL)) { out, used in
      ek_logits_of_panel(
        pool.instructions.path, memory.bytes.baseAddress, rows, &matrix, row, panel, out.baseAddress)
      used = width
    }
  }
}
