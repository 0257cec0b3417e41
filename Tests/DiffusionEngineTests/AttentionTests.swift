import Foundation
import Testing

@testable import DiffusionEngine

/// Attention against its definition in double precision.
struct AttentionTests {
  /// Numbers in -1..<1.
  private func matrix(_ rows: Int, _ columns: Int, salt: UInt64) -> Matrix {
    Matrix(rows: rows, columns: columns, values: ProductTests.numbers(rows * columns, salt: salt))
  }

  private struct Shape {
    let heads: Int
    let shared: Int
    let size: Int
    let positions: Int
    /// Where the queries stand; `nil` for everywhere.
    var places: [Int]?
    var isCausal = false
  }

  private static let shapes = [
    Shape(heads: 4, shared: 2, size: 16, positions: 1), Shape(heads: 2, shared: 2, size: 6, positions: 63),
    Shape(heads: 6, shared: 2, size: 64, positions: 129),
    Shape(heads: 2, shared: 1, size: 128, positions: 70),
    Shape(heads: 4, shared: 1, size: 80, positions: 65, places: [64, 0, 3, 3]),
    Shape(heads: 2, shared: 1, size: 8, positions: 140, isCausal: true),
    Shape(heads: 2, shared: 2, size: 32, positions: 90, places: [5, 89], isCausal: true),
  ]

  private func rotated(_ head: ArraySlice<Float>, at place: Int, theta: Double) -> [Double] {
    let x = head.map { Double($0) }
    let half = x.count / 2
    return (0..<x.count).map { index in
      let angle = Double(place) * pow(theta, -2 * Double(index % half) / Double(x.count))
      return index < half
        ? x[index] * cos(angle) - x[half + index] * sin(angle)
        : x[index] * cos(angle) + x[index - half] * sin(angle)
    }
  }

  private func expected(_ shape: Shape, _ query: Matrix, _ key: Matrix, _ value: Matrix) -> [Double] {
    let (size, positions) = (shape.size, shape.positions)
    let places = shape.places ?? Array(0..<positions)
    var out = [Double](repeating: 0, count: places.count * shape.heads * size)
    for head in 0..<shape.heads {
      let shared = head / (shape.heads / shape.shared) * size
      let keys = (0..<positions).map { position in
        let start = position * key.columns + shared
        return rotated(key.values[start..<start + size], at: position, theta: 1000)
      }
      for (row, place) in places.enumerated() {
        let start = row * query.columns + head * size
        let own = rotated(query.values[start..<start + size], at: place, theta: 1000)
        let scores = keys[..<(shape.isCausal ? place + 1 : positions)].map { key in
          zip(own, key).reduce(0) { $0 + $1.0 * $1.1 } / Double(size).squareRoot()
        }
        let top = scores.max() ?? 0
        let weights = scores.map { exp($0 - top) }
        let sum = weights.reduce(0, +)
        for (position, weight) in weights.enumerated() {
          for column in 0..<size {
            out[start + column] +=
              weight / sum * Double(value.values[position * value.columns + shared + column])
          }
        }
      }
    }
    return out
  }

  /// Single precision errs by roundings; bf16 by 2^-9 of each value, weight, key and query.
  @Test(arguments: ProductTests.sets, [(isSingle: true, bound: 2e-5), (isSingle: false, bound: 0.02)])
  func agreesWithDefinition(_ set: InstructionSet, _ kind: (isSingle: Bool, bound: Double)) throws {
    for shape in Self.shapes {
      let count = shape.places?.count ?? shape.positions
      let query = matrix(count, shape.heads * shape.size, salt: 1)
      let key = matrix(shape.positions, shape.shared * shape.size, salt: 2)
      let value = matrix(shape.positions, shape.shared * shape.size, salt: 3)
      let expected = expected(shape, query, key, value)
      let rotary = RotaryTable(positions: shape.positions, headSize: shape.size, theta: 1000)
      let sight = Sight(places: shape.places, positions: shape.positions, isCausal: shape.isCausal)
      for threads in 1...2 {
        let arithmetic = LayerArithmetic(pool: try KernelPool(set, threads: threads))
        var out = Matrix(
          rows: count, columns: query.columns,
          values: [Float](repeating: .nan, count: query.values.count))
        arithmetic.attend(
          query, sight, key: key, value: value, rotary,
          Heads(count: shape.heads, shared: shape.shared, size: shape.size), isSingle: kind.isSingle,
          into: &out)
        let error = zip(out.values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
        #expect(error <= kind.bound, "\(shape) on \(set): \(error)")
      }
    }
  }
}
