import EngineKernels
import Testing

#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

@testable import DiffusionEngine

/// A screened head decides as the head alone does: a logit that can be among the two largest is the head's own, to the
/// bit, and the others are as close as they say.
struct HeadScreenTests {
  /// A head of odd size, with a column that outweighs all others, as trained networks have them.
  struct Case {
    let head: PackedMatrix
    let screen: HeadScreen
    let states: Matrix
    let pool: KernelPool

    init(
      _ set: InstructionSet, threads: Int = 2, rows: Int = 13, vocabulary: Int = 2000, columns: Int = 301,
      outlier: Float = 10, weight: (Int) -> Float = { _ in 1 }
    ) throws {
      pool = try KernelPool(set, threads: threads)
      var weights = ProductTests.numbers(vocabulary * columns, salt: 21)
      for index in weights.indices { weights[index] *= weight(index / columns) }
      guard let head = try ProductTests.packed(vocabulary, columns, weights, pool: pool).matrix.bf16 else {
        throw EngineError(.unsupported, "no bf16")
      }
      self.head = head
      screen = try HeadScreen(head, on: pool)
      let numbers = ProductTests.numbers(rows * columns, salt: 22)
      var states = Matrix(rows: rows, columns: columns, values: numbers)
      for row in 0..<rows { states.values[row * columns + 7] *= outlier }
      self.states = states
    }

    private init(_ other: Case, states: Matrix) {
      (head, screen, pool, self.states) = (other.head, other.screen, other.pool, states)
    }

    func with(_ states: Matrix) -> Case { Case(self, states: states) }

    private func operand(for matrix: WeightMatrix) throws -> AlignedMemory {
      var operand = Operand(rows: states.rows, for: matrix, pool)
      LayerArithmetic(pool: pool).fill(&operand, with: states)
      guard case .packed(let memory, _) = operand.storage else {
        throw EngineError(.unsupported, "not packed")
      }
      return memory
    }

    var panels: Int { PackedMatrix.panelCount(head.rows) }

    /// What comes of it with and without the screen.
    func logits(
      screened: Bool, divisor: Float = 1, banned: Int? = nil
    ) throws -> (logits: [Float], summaries: [ek_summary]) {
      let (x, coarse) = try (operand(for: WeightMatrix(head)), operand(for: screen.matrix))
      var logits = [Float](repeating: .nan, count: states.rows * head.rows)
      var summaries = [ek_summary](repeating: ek_summary(), count: states.rows * panels)
      var own = head.kernelMatrix
      let done = screen.withKernelScreen(reading: coarse) {
        ek_logits(
          pool.instructions.path, pool.handle, x.bytes.baseAddress, states.rows, &own, screened ? $0 : nil,
          divisor, banned ?? head.rows, &summaries, &logits)
      }
      try #require(done)
      withExtendedLifetime((x, coarse)) {}
      return (logits, summaries)
    }
  }

  /// From bf16 as from single precision.
  @Test(arguments: [(130, 301), (64, 64), (65, 6), (1, 1), (200, 900)])
  func panelsArePackedAlike(_ rows: Int, _ columns: Int) throws {
    var weights = ProductTests.numbers(rows * columns, salt: 23)
    if rows > 3 {
      weights[columns] = .infinity
      weights[2 * columns] = .nan
      for column in 0..<columns { weights[3 * columns + column] = 0 }
    }
    let pool = try KernelPool(ProductTests.sets[0], threads: 1)
    let head = try #require(ProductTests.packed(rows, columns, weights, pool: pool).matrix.bf16)
    var widened = Matrix(rows: rows, columns: columns)
    for row in 0..<rows { head.copyRow(row, to: row, of: &widened) }
    for group in [nil, 128] {
      let (one, other) = try (
        QuantizedMatrix(rows: rows, columns: columns, group: group),
        QuantizedMatrix(rows: rows, columns: columns, group: group)
      )
      for first in stride(from: 0, to: rows, by: PackedMatrix.panel) {
        let end = min(first + PackedMatrix.panel, rows)
        widened.values[first * columns..<end * columns].withUnsafeBytes {
          one.pack($0, as: .float32, fromRow: first)
        }
        _ = other.pack(panel: first / PackedMatrix.panel, of: head)
      }
      #expect(one.memory.bytes.elementsEqual(other.memory.bytes), "group \(group ?? 0)")
    }
  }

  private func panel(
    _ index: Int, ofRow row: Int, _ logits: [Float], _ vocabulary: Int
  ) -> ArraySlice<Float> {
    let first = row * vocabulary + index * PackedMatrix.panel
    return logits[first..<min(first + PackedMatrix.panel, (row + 1) * vocabulary)]
  }

  @Test(arguments: ProductTests.sets, [1, 10] as [Float])
  func decidesAsTheHeadDoes(_ set: InstructionSet, _ outlier: Float) throws {
    let it = try Case(set, outlier: outlier)
    let vocabulary = it.head.rows
    for (divisor, banned) in [(1, nil), (0.3, 5)] as [(Float, Int?)] {
      let own = try it.logits(screened: false, divisor: divisor, banned: banned)
      let found = try it.logits(screened: true, divisor: divisor, banned: banned)
      var panelsOfHead = 0
      for row in 0..<it.states.rows {
        let range = row * vocabulary..<(row + 1) * vocabulary
        func facts(_ logits: [Float]) throws -> LogitRow {
          try #require(
            LogitRow(logits[range], temperature: Double(divisor), banned: banned.map { Int32($0) }))
        }
        let expected = try facts(own.logits)
        let ours = try facts(found.logits)
        #expect(ours.top == expected.top && ours.second == expected.second)
        #expect(ours.best == expected.best)
        let error = found.summaries[row * it.panels..<(row + 1) * it.panels].map(\.error).max() ?? 0
        #expect(abs(log(ours.sum / expected.sum)) < Double(error) / 4, "errors of many tokens cancel")
        for index in 0..<it.panels {
          let summary = found.summaries[row * it.panels + index]
          let some = panel(index, ofRow: row, found.logits, vocabulary)
          let heads = panel(index, ofRow: row, own.logits, vocabulary)
          if summary.error == 0 {
            panelsOfHead += 1
            #expect(some == heads)
          } else {
            #expect(some != heads)
            #expect(zip(some, heads).allSatisfy { abs($0 - $1) / divisor <= summary.error })
          }
        }
      }
      // Some, and by far not all.
      #expect((it.states.rows..<it.states.rows * it.panels / 2).contains(panelsOfHead), "\(panelsOfHead)")
    }
  }

  @Test(arguments: ProductTests.sets) func rowsAndThreadsChangeNothing(_ set: InstructionSet) throws {
    let whole = try Case(set, threads: 1)
    let expected = try whole.logits(screened: true)
    let (size, panels) = (whole.head.rows, whole.panels)
    for threads in 1...3 {
      let it = try Case(set, threads: threads)
      for rows in [0..<1, 5..<13, 0..<13] {
        var some = Matrix(rows: rows.count, columns: it.states.columns)
        some.copyRows(rows, of: it.states)
        let found = try it.with(some).logits(screened: true)
        #expect(found.logits[...] == expected.logits[rows.lowerBound * size..<rows.upperBound * size])
        #expect(
          found.summaries.map(\.error)[...]
            == expected.summaries.map(\.error)[rows.lowerBound * panels..<rows.upperBound * panels])
      }
    }
  }

  /// Where all tokens are as good, all are computed by the head; where there are no numbers, it says so.
  @Test func degenerateRows() throws {
    let it = try Case(ProductTests.sets[0], rows: 1)
    let columns = it.states.columns
    for value: Float in [0, .nan, .infinity] {
      let states = Matrix(rows: 1, columns: columns, values: [Float](repeating: value, count: columns))
      let found = try it.with(states).logits(screened: true)
      #expect(found.summaries.allSatisfy { $0.error == 0 })
      let isNumber = value == 0
      #expect(found.logits.allSatisfy { isNumber ? $0 == 0 : !$0.isFinite })
    }
    // Equal rows of weights: ties, which the lowest token wins.
    let ties = try Case(ProductTests.sets[0], rows: 2, weight: { _ in 0 })
    #expect(try ties.logits(screened: true).summaries.allSatisfy { $0.error == 0 })
  }

  /// One row of large weights has large errors; those of the others' panels are not taken for as large.
  @Test func largeRowsDoNotBlurTheOthers() throws {
    let it = try Case(ProductTests.sets[0], outlier: 1, weight: { $0 == 130 ? 100 : 1 })
    let found = try it.logits(screened: true)
    let headsOwn = found.summaries.count { $0.error == 0 }
    #expect(headsOwn < it.states.rows * it.panels / 2, "\(headsOwn)")
    let own = try it.logits(screened: false)
    for row in 0..<it.states.rows {
      let range = row * it.head.rows..<(row + 1) * it.head.rows
      let (a, b) = (
        LogitRow(found.logits[range], temperature: 0, banned: nil),
        LogitRow(own.logits[range], temperature: 0, banned: nil)
      )
      #expect(a?.top == b?.top && a?.second == b?.second)
    }
  }
}
