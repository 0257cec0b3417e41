import EngineKernels
import JSON
import Testing

@testable import DiffusionEngine

/// A matrix, and the threads that multiply with it.
struct PooledMatrix {
  let matrix: WeightMatrix
  let pool: KernelPool

  func product(_ x: Matrix, bias: [Float]? = nil) -> [Float] {
    let arithmetic = LayerArithmetic(pool: pool)
    var operand = Operand(rows: x.rows, for: matrix, pool)
    arithmetic.fill(&operand, with: x)
    // Not zeros: every element must be overwritten.
    var out = Matrix(
      rows: x.rows, columns: matrix.rows, values: [Float](repeating: .nan, count: x.rows * matrix.rows))
    arithmetic.multiply(operand, matrix, bias: bias, into: &out)
    return out.values
  }
}

/// Products of packed weights: against PyTorch (Fixtures/make_products.py), and against themselves to the bit.
struct ProductTests {
  /// What this machine runs; what it lacks is said by `everyPathIsTested`.
  static let sets = InstructionSet.allCases.filter(\.isAvailable)

  /// The fixture's inputs, by the counter of the script.
  static func numbers(_ count: Int, salt: UInt64) -> [Float] {
    (0..<UInt64(count)).map { index in
      Float(Double((index &* 2_654_435_761 &+ salt) & 0xFFFF_FFFF) / 0x1p31 - 1)
    }
  }

  static func packed(
    _ rows: Int, _ columns: Int, _ values: [Float], pool: KernelPool
  ) throws -> PooledMatrix {
    let matrix = try PackedMatrix(rows: rows, columns: columns)
    for first in stride(from: 0, to: rows, by: PackedMatrix.panel) {
      let end = min(first + PackedMatrix.panel, rows)
      values[first * columns..<end * columns].withUnsafeBytes {
        matrix.pack($0, as: .float32, fromRow: first)
      }
    }
    return PooledMatrix(matrix: WeightMatrix(matrix), pool: pool)
  }

  @Test func everyPathIsTested() throws {
    for set in InstructionSet.allCases where !set.isAvailable {
      print("NOT TESTED HERE: this machine cannot run the \(set.rawValue) kernels")
    }
    #expect(Self.sets.contains(.portable))
    #expect(try InstructionSet.chosen(forced: nil) == Self.sets.first)
    #expect(try InstructionSet.chosen(forced: "portable") == .portable)
    let error = try engineError { try InstructionSet.chosen(forced: "sse9") }
    #expect(error.kind == .invalidArgument && error.message.contains("sse9"))
    #expect(error.hint.contains("portable"))
  }

  @Test(arguments: sets) func agreeWithReference(_ set: InstructionSet) throws {
    let pool = try KernelPool(set, threads: 2)
    let cases = try #require(Fixture.json("products.json")["cases"]?.array)
    try #require(cases.count == 4)
    for element in cases {
      let rows = try #require(element["rows"]?.integer)
      let columns = try #require(element["columns"]?.integer)
      let count = try #require(element["count"]?.integer)
      let expected = try Fixture.floats(element["out"])
      let magnitude = try Fixture.floats(element["magnitude"])
      let matrix = try Self.packed(rows, columns, Self.numbers(rows * columns, salt: 12345), pool: pool)
      let x = Matrix(rows: count, columns: columns, values: Self.numbers(count * columns, salt: 17))
      let found = matrix.product(x, bias: Self.numbers(rows, salt: 99))
      try #require(found.count == expected.count)
      // A chain of n sums in single precision errs by at most n half units of the absolute sum; rounding errors
      // have random signs, and a tenth of it (but one unit at least) is what correct kernels stay within.
      let bound = max(Float(columns) / 10, 2) * 0x1p-24
      for index in found.indices {
        #expect(
          abs(found[index] - expected[index]) <= bound * magnitude[index],
          "\(rows) x \(columns), element \(index): \(found[index]) for \(expected[index])")
      }
    }
  }

  @Test(arguments: sets) func bitsDependOnNothingElse(_ set: InstructionSet) throws {
    // Two blocks of columns, a partial panel, tiles of every number of rows.
    let (rows, columns, count) = (200, 1801, 13)
    let weights = Self.numbers(rows * columns, salt: 5)
    let x = Matrix(rows: count, columns: columns, values: Self.numbers(count * columns, salt: 6))
    let bias = Self.numbers(rows, salt: 7)
    let one = try Self.packed(rows, columns, weights, pool: KernelPool(set, threads: 1))
    let whole = one.product(x, bias: bias)
    for threads in 2...4 {
      let pool = try KernelPool(set, threads: threads)
      let matrix = try Self.packed(rows, columns, weights, pool: pool)
      for _ in 0..<5 { #expect(matrix.product(x, bias: bias) == whole, "\(threads) threads") }
    }
    for first in 0..<count {
      for end in first + 1...count {
        let part = Matrix(
          rows: end - first, columns: columns, values: Array(x.values[first * columns..<end * columns]))
        #expect(
          one.product(part, bias: bias) == Array(whole[first * rows..<end * rows]),
          "rows \(first)..<\(end)")
      }
    }
    // Output features are as independent: a matrix of some of the rows gives those columns.
    let part = try Self.packed(
      64, columns, Array(weights[64 * columns..<128 * columns]), pool: KernelPool(set, threads: 1))
    let columnsOfPart = part.product(x, bias: Array(bias[64..<128]))
    for row in 0..<count {
      #expect(
        columnsOfPart[row * 64..<(row + 1) * 64] == whole[row * rows + 64..<row * rows + 128])
    }
  }

  /// Many logits are written past the caches, unless they begin inside of a line.
  @Test(arguments: sets) func manyLogitsAreThoseOfFew(_ set: InstructionSet) throws {
    let (vocabulary, columns, count) = (1 << 17, 3, 64)
    let head = try Self.packed(
      vocabulary, columns, Self.numbers(vocabulary * columns, salt: 8), pool: KernelPool(set, threads: 2))
    var operand = Operand(rows: count, for: head.matrix, head.pool)
    let states = Matrix(rows: count, columns: columns, values: Self.numbers(count * columns, salt: 9))
    LayerArithmetic(pool: head.pool).fill(&operand, with: states)
    guard case .packed(let x, _) = operand.storage, var matrix = head.matrix.packed else {
      return #expect(Bool(false), "not packed")
    }
    let few = head.product(states)
    let none = ek_summary(top: .nan, second: .nan, sum: .nan, error: .nan)
    var summaries: [[ek_summary]] = []
    for offset in [0, 16] {
      let bytes = count * vocabulary * MemoryLayout<Float>.size
      let memory = try #require(AlignedMemory(bytes: bytes + offset))
      defer { withExtendedLifetime(memory) {} }
      let logits = UnsafeMutableRawBufferPointer(rebasing: memory.bytes[offset...]).bindMemory(to: Float.self)
      logits.update(repeating: .nan)
      var found = [ek_summary](repeating: none, count: count * vocabulary / 64)
      #expect(
        ek_logits(
          set.path, head.pool.handle, x.bytes.baseAddress, count, &matrix, nil, 1, vocabulary, &found,
          logits.baseAddress))
      #expect(logits.elementsEqual(few), "\(offset) bytes inside of a line")
      summaries.append(found)
    }
    #expect(summaries[0].elementsEqual(summaries[1]) { $0.top == $1.top && $0.sum == $1.sum })
  }

  @Test(arguments: sets) func setsAgreeToRounding(_ set: InstructionSet) throws {
    let (rows, columns, count) = (130, 1000, 9)
    let weights = Self.numbers(rows * columns, salt: 1)
    let x = Matrix(rows: count, columns: columns, values: Self.numbers(count * columns, salt: 2))
    let reference = try Self.packed(rows, columns, weights, pool: KernelPool(.portable, threads: 1)).product(
      x)
    let found = try Self.packed(rows, columns, weights, pool: KernelPool(set, threads: 1)).product(x)
    // Numbers are below 1, so sums of absolutes are below the number of columns.
    for (one, other) in zip(found, reference) { #expect(abs(one - other) <= 1000 * 100 * 0x1p-24) }
    // A single product of bf16 numbers fits single precision: fused steps and the portable ones are the same to
    // the bit.
    if set != .avx512 { #expect(found == reference) }
  }

  @Test(arguments: sets) func infinityAndNotANumberPass(_ set: InstructionSet) throws {
    let pool = try KernelPool(set, threads: 1)
    var values = Self.numbers(64 * 8, salt: 3).map { abs($0) + 0.5 }
    values[3 * 8 + 5] = .nan
    let matrix = try Self.packed(64, 8, values, pool: pool)
    let x = Matrix(rows: 2, columns: 8, values: [Float](repeating: 1, count: 15) + [.infinity])
    let out = matrix.product(x)
    for feature in 0..<64 {
      #expect(out[feature].isNaN == (feature == 3))
      #expect(feature == 3 ? out[64 + feature].isNaN : out[64 + feature] == .infinity)
    }
  }

  @Test func roundsAsPyTorch() throws {
    let rounding = try #require(Fixture.json("products.json")["rounding"])
    let single = try Fixture.floats(rounding["single"])
    let expected = try Fixture.floats(rounding["bf16"])
    let matrix = try Self.packed(1, single.count, single, pool: KernelPool(.portable, threads: 1))
    var out = Matrix(rows: 1, columns: single.count)
    matrix.matrix.copyRow(0, to: 0, of: &out)
    #expect(out.values.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test func storedFormsPackAlike() throws {
    let pool = try KernelPool(.portable, threads: 1)
    // Numbers of eight bits: exact in all three formats.
    let values = (0..<70 * 33).map { Float($0 % 251 - 125) / 16 }
    let single = try Self.packed(70, 33, values, pool: pool)
    let stored = try PackedMatrix(rows: 70, columns: 33)
    for first in [0, 64] {
      let group = values[first * 33..<min(first + 64, 70) * 33]
      group.map { UInt16($0.bitPattern >> 16) }.withUnsafeBytes {
        stored.pack($0, as: .bfloat16, fromRow: first)
      }
    }
    var (one, other) = (Matrix(rows: 1, columns: 33), Matrix(rows: 1, columns: 33))
    for row in 0..<70 {
      single.matrix.copyRow(row, to: 0, of: &one)
      stored.copyRow(row, to: 0, of: &other)
      #expect(one.values == Array(values[row * 33..<(row + 1) * 33]))
      #expect(one.values == other.values)
    }
  }
}
