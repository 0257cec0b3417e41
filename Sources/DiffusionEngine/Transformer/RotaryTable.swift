#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Cosines and sines of the rotary position embedding (DreamRotaryEmbedding), in single precision.
struct RotaryTable: Sendable {
  /// d / 2.
  private let half: Int
  private let cosines: [Float]  // [N, d/2]
  private let sines: [Float]  // [N, d/2]

  init(positions: Int, headSize: Int, theta: Float) {
    half = headSize / 2
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positions * half)
    sines.reserveCapacity(positions * half)
    let frequencies = (0..<half).map { index in
      Float(pow(Double(theta), -2 * Double(index) / Double(headSize)))
    }
    for position in 0..<positions {
      for frequency in frequencies {
        let angle = Float(position) * frequency
        cosines.append(cosf(angle))
        sines.append(sinf(angle))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  /// Rotates every head of every row: the first half of a head pairs with its second half.
  ///
  /// - Parameters:
  ///   - x: [n, heads * d].
  ///   - positions: where each row stands; `nil` when row i stands at i.
  func rotate(_ x: inout Matrix, positions: [Int]? = nil) {
    let known = 0..<cosines.count / half
    precondition(x.columns.isMultiple(of: 2 * half), "shapes differ")
    if let positions {
      precondition(positions.count == x.rows && positions.allSatisfy(known.contains), "no such position")
    } else {
      precondition(x.rows <= known.count, "no such position")
    }
    let columns = x.columns
    let half = half
    x.values.withUnsafeMutableBufferPointer { x in
      for row in 0..<x.count / columns {
        let table = (positions?[row] ?? row) * half
        for head in stride(from: row * columns, to: (row + 1) * columns, by: 2 * half) {
          for index in 0..<half {
            let (low, high) = (x[head + index], x[head + half + index])
            let (cosine, sine) = (cosines[table + index], sines[table + index])
            x[head + index] = low * cosine - high * sine
            x[head + half + index] = high * cosine + low * sine
          }
        }
      }
    }
  }
}
