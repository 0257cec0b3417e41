#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The element-wise mathematics of the network, single precision throughout.
///
/// Loops run over buffer pointers whose sizes are asserted first, so that release builds may vectorise.
enum Kernels {
  /// Each row divided by the root of its mean square, times `weight` (DreamRMSNorm).
  static func normalize(_ x: Matrix, weight: [Float], epsilon: Float, into out: inout Matrix) {
    let columns = x.columns
    precondition(weight.count == columns && out.columns == columns && out.rows == x.rows, "shapes differ")
    x.values.withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { weight in
        out.values.withUnsafeMutableBufferPointer { out in
          var start = 0
          while start < x.count {
            var squares: Float = 0
            for column in 0..<columns { squares += x[start + column] * x[start + column] }
            let scale = 1 / (squares / Float(columns) + epsilon).squareRoot()
            for column in 0..<columns { out[start + column] = x[start + column] * scale * weight[column] }
            start += columns
          }
        }
      }
    }
  }

  /// Softmax of each row, in place.
  static func softmaxRows(_ x: inout Matrix) {
    let columns = x.columns
    x.values.withUnsafeMutableBufferPointer { x in
      var start = 0
      while start < x.count {
        var maximum = -Float.infinity
        for at in start..<start + columns { maximum = max(maximum, x[at]) }
        var sum: Float = 0
        for at in start..<start + columns {
          x[at] = expf(x[at] - maximum)
          sum += x[at]
        }
        let scale = 1 / sum
        for at in start..<start + columns { x[at] *= scale }
        start += columns
      }
    }
  }

  /// gate = silu(gate) * up, with silu(z) = z / (1 + e^-z).
  static func gateWithSilu(_ gate: inout Matrix, _ up: Matrix) {
    precondition(gate.values.count == up.values.count, "shapes differ")
    up.values.withUnsafeBufferPointer { up in
      gate.values.withUnsafeMutableBufferPointer { gate in
        for at in 0..<gate.count { gate[at] = gate[at] / (1 + expf(-gate[at])) * up[at] }
      }
    }
  }

  /// Each row of x += bias.
  static func add(rowOf bias: [Float], to x: inout Matrix) {
    let columns = x.columns
    precondition(bias.count == columns, "shapes differ")
    bias.withUnsafeBufferPointer { bias in
      x.values.withUnsafeMutableBufferPointer { x in
        for start in stride(from: 0, to: x.count, by: max(columns, 1)) {
          for column in 0..<columns { x[start + column] += bias[column] }
        }
      }
    }
  }

  /// x += y.
  static func add(_ y: Matrix, to x: inout Matrix) {
    precondition(x.values.count == y.values.count, "shapes differ")
    y.values.withUnsafeBufferPointer { y in
      x.values.withUnsafeMutableBufferPointer { x in
        for at in 0..<x.count { x[at] += y[at] }
      }
    }
  }
}
