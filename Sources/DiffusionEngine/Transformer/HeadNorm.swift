extension Kernels {
  /// Each head of each row divided by the root of its mean square, times `weight`, in place (Qwen3's q_norm
  /// and k_norm).
  ///
  /// - Parameters:
  ///   - x: [N, heads * d].
  ///   - weight: [d].
  static func normalizeHeads(_ x: inout Matrix, weight: [Float], epsilon: Float) {
    let size = weight.count
    precondition(size > 0 && x.columns.isMultiple(of: size), "rows are no whole heads")
    weight.withUnsafeBufferPointer { weight in
      x.values.withUnsafeMutableBufferPointer { x in
        for start in stride(from: 0, to: x.count, by: size) {
          var squares: Float = 0
          for index in 0..<size { squares += x[start + index] * x[start + index] }
          let scale = 1 / (squares / Float(size) + epsilon).squareRoot()
          for index in 0..<size { x[start + index] *= scale * weight[index] }
        }
      }
    }
  }
}
