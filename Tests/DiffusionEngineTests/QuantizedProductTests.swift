import JSON
import Testing

@testable import DiffusionEngine

#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// int8 products against PyTorch (Fixtures/make_products.py), and the paths against each other to the bit.
struct QuantizedProductTests {
  private static func packed(
    _ rows: Int, _ columns: Int, group: Int?, _ values: [Float]
  ) throws -> QuantizedMatrix {
    let matrix = try QuantizedMatrix(rows: rows, columns: columns, group: group)
    for first in stride(from: 0, to: rows, by: PackedMatrix.panel) {
      let end = min(first + PackedMatrix.panel, rows)
      values[first * columns..<end * columns].withUnsafeBytes {
        matrix.pack($0, as: .float32, fromRow: first)
      }
    }
    return matrix
  }

  static func quantized(
    _ rows: Int, _ columns: Int, group: Int?, _ values: [Float], pool: KernelPool
  ) throws -> PooledMatrix {
    PooledMatrix(matrix: WeightMatrix(try packed(rows, columns, group: group, values)), pool: pool)
  }

  @Test(arguments: ProductTests.sets) func agreeWithReference(_ set: InstructionSet) throws {
    let pool = try KernelPool(set, threads: 2)
    let cases = try #require(Fixture.json("products.json")["int8_cases"]?.array)
    try #require(cases.count == 5)
    for element in cases {
      let rows = try #require(element["rows"]?.integer)
      let columns = try #require(element["columns"]?.integer)
      let group = try #require(element["group"]?.integer)
      let count = try #require(element["count"]?.integer)
      let expected = try Fixture.floats(element["out"])
      let magnitude = try Fixture.floats(element["magnitude"])
      let matrix = try Self.quantized(
        rows, columns, group: group, ProductTests.numbers(rows * columns, salt: 12345), pool: pool)
      var x = Matrix(rows: count, columns: columns, values: ProductTests.numbers(count * columns, salt: 17))
      x.values.replaceSubrange(x.range(ofRow: 3), with: [Float](repeating: 0, count: columns))
      let found = matrix.product(x, bias: ProductTests.numbers(rows, salt: 99))
      try #require(found.count == expected.count)
      // The integers are the same, or an element would be off by a thousandth; a handful of roundings is left.
      for index in found.indices {
        #expect(
          abs(found[index] - expected[index]) <= 8 * 0x1p-24 * magnitude[index],
          "\(rows) x \(columns) by \(group), element \(index): \(found[index]) for \(expected[index])")
      }
    }
  }

  @Test(arguments: [nil, 16, 128, 1024]) func bitsDependOnNothingElse(_ group: Int?) throws {
    // Two blocks of columns, a partial panel, a partial group, tiles of every number of rows.
    let (rows, columns, count) = (200, 4001, 13)
    let weights = ProductTests.numbers(rows * columns, salt: 5)
    let x = Matrix(rows: count, columns: columns, values: ProductTests.numbers(count * columns, salt: 6))
    let bias = ProductTests.numbers(rows, salt: 7)
    let portable = try Self.quantized(
      rows, columns, group: group, weights, pool: KernelPool(.portable, threads: 1)
    ).product(x, bias: bias)
    for set in ProductTests.sets {
      for threads in 1...3 {
        let matrix = try Self.quantized(
          rows, columns, group: group, weights, pool: KernelPool(set, threads: threads))
        #expect(matrix.product(x, bias: bias) == portable, "\(set), \(threads) threads")
        for (first, end) in [(0, 1), (3, 5), (6, 13), (11, 13)] {
          let part = Matrix(
            rows: end - first, columns: columns, values: Array(x.values[first * columns..<end * columns]))
          #expect(
            matrix.product(part, bias: bias) == Array(portable[first * rows..<end * rows]),
            "\(set), \(threads) threads, rows \(first)..<\(end)")
        }
      }
    }
  }

  @Test(arguments: ProductTests.sets) func theLargestSumsFit(_ set: InstructionSet) throws {
    // Every value at the end of its range, in the longest row of all Qwen2.5 and beyond: pairs of 64 and 64, which
    // come to the most that two neighbours may, and of 127 and 0.
    let columns = 65_536
    let pool = try KernelPool(set, threads: 1)
    for (pair, sum) in [([Float(63.5), 63.5], Float(128)), ([127, 0], 127), ([0, -127], -127)] {
      let weights = (0..<columns).map { pair[$0 % 2] }
      let matrix = try Self.quantized(1, columns, group: nil, weights, pool: pool)
      for sign: Float in [1, -1] {
        let x = Matrix(rows: 1, columns: columns, values: [Float](repeating: sign * 127, count: columns))
        #expect(matrix.product(x) == [sign * 127 * sum * 32_768])
      }
    }
    #expect(
      try engineError { try QuantizedMatrix(rows: 1, columns: 70_000) }.kind == .unsupported)
  }

  /// AVX2 adds stretches of columns in 16 bits where a bound allows it: in none where numbers are of one size, in all
  /// where a few are large, in some between.
  @Test(arguments: [0.1, 1.5, 2, 2.5, 5] as [Float]) func stretchesAreAddedTheSame(_ power: Float) throws {
    let (rows, count) = (200, 61)
    // Rows that end with a stretch, and others; groups that do not.
    for (columns, group) in [(911, nil), (2111, nil), (901, 128), (901, 1024), (901, 48)] as [(Int, Int?)] {
      let unlike = { (numbers: [Float]) in
        numbers.map { $0.sign == .minus ? -pow(-$0, power) : pow($0, power) }
      }
      var weights = unlike(ProductTests.numbers(rows * columns, salt: 21))
      // Sums of one sign, of which no bound but the sharpest says that they fit.
      for row in 96..<112 {
        weights.replaceSubrange(
          row * columns..<(row + 1) * columns, with: [1] + [Float](repeating: 0.3, count: columns - 1))
      }
      var x = Matrix(
        rows: count, columns: columns, values: unlike(ProductTests.numbers(count * columns, salt: 22)))
      x.values.replaceSubrange(x.range(ofRow: 5), with: [Float](repeating: 0, count: columns))
      for row in 48..<54 {
        x.values.replaceSubrange(x.range(ofRow: row), with: (0..<columns).map { $0 % 4 < 2 ? 0 : -1 })
      }
      let portable = try Self.quantized(
        rows, columns, group: group, weights, pool: KernelPool(.portable, threads: 1)
      ).product(x)
      for set in ProductTests.sets {
        let matrix = try Self.quantized(
          rows, columns, group: group, weights, pool: KernelPool(set, threads: 2))
        #expect(matrix.product(x) == portable, "\(columns) columns by \(group ?? columns), \(set)")
      }
    }
  }

  /// AVX2 adds the products of two neighbours in 16 bits: what no packed weights may leave.
  @Test(arguments: [1, 2, 77, 300, 4001]) func neighboursComeToAtMost128(_ columns: Int) throws {
    let rows = 130
    for power: Float in [1, 0.1, 5] {  // even, nearly equal, and a few large among small numbers
      let weights = ProductTests.numbers(rows * columns, salt: 11).map {
        $0.sign == .minus ? -pow(-$0, power) : pow($0, power)
      }
      let matrix = try Self.packed(rows, columns, group: nil, weights)
      let count =
        PackedMatrix.panel * ((columns + 3) / 4 * 4) * PackedMatrix.panelCount(rows)
      let values = matrix.memory.bytes.bindMemory(to: Int8.self)[..<count]
      let sums = stride(from: 0, to: count, by: 2).map { abs(Int(values[$0])) + abs(Int(values[$0 + 1])) }
      #expect(sums.max().map { (126...128).contains($0) } == true)
    }
  }

  @Test(arguments: ProductTests.sets) func infinityAndNotANumberAreNotHidden(_ set: InstructionSet) throws {
    let pool = try KernelPool(set, threads: 1)
    var values = ProductTests.numbers(64 * 8, salt: 3)
    values[3 * 8 + 5] = .nan
    let matrix = try Self.quantized(64, 8, group: nil, values, pool: pool)
    let x = Matrix(rows: 2, columns: 8, values: [Float](repeating: 1, count: 15) + [.infinity])
    let out = matrix.product(x)
    for feature in 0..<64 {
      #expect(out[feature].isNaN == (feature == 3))
      #expect(out[64 + feature].isNaN)
    }
  }
}
