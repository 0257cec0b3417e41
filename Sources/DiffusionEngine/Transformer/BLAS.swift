import COpenBLAS

/// Matrix products in single precision: the only calls into OpenBLAS, each with its bounds asserted.
///
/// OpenBLAS may sum in another order for another number of rows, so results of different row counts
/// agree to rounding, not to the bit.
enum BLAS {
  /// out[i, j] = or, with `adds`, += Σ_k a[i, k] * b[j, k] + bias[j]: rows against rows, as for weights stored
  /// [out, in].
  ///
  /// - Parameters:
  ///   - bias: a number for each row of b, or `nil`; not with `adds`.
  ///   - out: [rows of a, rows of b].
  static func multiplyByTransposed(
    _ a: Matrix, _ b: Matrix, bias: [Float]?, adds: Bool, into out: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(a.columns == b.columns, "inner dimensions differ")
    precondition(out.count == a.rows * b.rows, "the product has another shape")
    precondition(bias.map { $0.count == b.rows && !adds } ?? true, "a bias of another size")
    guard a.rows > 0, b.rows > 0 else { return }
    if let bias {
      for start in stride(from: 0, to: out.count, by: b.rows) {
        for column in 0..<b.rows { out[start + column] = bias[column] }
      }
    }
    a.values.withUnsafeBufferPointer { aPointer in
      b.values.withUnsafeBufferPointer { bPointer in
        guard let aStart = aPointer.baseAddress, let bStart = bPointer.baseAddress else { return }
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, blasint(a.rows), blasint(b.rows), blasint(a.columns),
          1, aStart, blasint(a.columns), bStart, blasint(b.columns),
          adds || bias != nil ? 1 : 0, out.baseAddress, blasint(b.rows))
      }
    }
  }

  /// OpenBLAS's thread count, a setting of the whole process.
  static func setThreads(_ count: Int) { openblas_set_num_threads(Int32(clamping: count)) }

  /// The processor whose kernels OpenBLAS has chosen.
  static var kernels: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

  /// Ends OpenBLAS's threads until the next product.
  static func stopThreads() { evalkit_stop_blas_threads() }
}
