import COpenBLAS

/// The engine's matrix products: the only calls into OpenBLAS, each with its bounds asserted.
///
/// OpenBLAS may sum in another order for another number of rows, so results of different row counts
/// agree to rounding, not to the bit.
enum BLAS {
  /// out[i, j] = scale * Σ_k a[i, aColumns[k]] * b[j, bColumns[k]]: rows against rows, as for weights
  /// stored [out, in] and for queries against keys.
  ///
  /// - Parameter out: [rows of a, rows of b].
  static func multiplyByTransposed(
    _ a: Matrix, _ aColumns: Range<Int>, _ b: Matrix, _ bColumns: Range<Int>,
    scale: Float = 1, into out: inout Matrix
  ) {
    check(aColumns, a)
    check(bColumns, b)
    precondition(aColumns.count == bColumns.count, "inner dimensions differ")
    precondition(out.rows == a.rows && out.columns == b.rows, "the product has another shape")
    guard a.rows > 0, b.rows > 0 else { return }
    a.values.withUnsafeBufferPointer { aPointer in
      b.values.withUnsafeBufferPointer { bPointer in
        out.values.withUnsafeMutableBufferPointer { outPointer in
          guard let aStart = aPointer.baseAddress, let bStart = bPointer.baseAddress else { return }
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans,
            blasint(a.rows), blasint(b.rows), blasint(aColumns.count),
            scale, aStart + aColumns.lowerBound, blasint(a.columns),
            bStart + bColumns.lowerBound, blasint(b.columns),
            0, outPointer.baseAddress, blasint(b.rows))
        }
      }
    }
  }

  /// out[i, outColumns[j]] = Σ_k a[i, k] * b[k, bColumns[j]]: attention weights against values.
  static func multiply(
    _ a: Matrix, _ b: Matrix, _ bColumns: Range<Int>, into out: inout Matrix, _ outColumns: Range<Int>
  ) {
    check(bColumns, b)
    check(outColumns, out)
    precondition(a.columns == b.rows, "inner dimensions differ")
    precondition(out.rows == a.rows && bColumns.count == outColumns.count, "the product has another shape")
    guard a.rows > 0, b.rows > 0 else { return }
    let outStride = out.columns
    a.values.withUnsafeBufferPointer { aPointer in
      b.values.withUnsafeBufferPointer { bPointer in
        out.values.withUnsafeMutableBufferPointer { outPointer in
          guard let aStart = aPointer.baseAddress, let bStart = bPointer.baseAddress,
            let outStart = outPointer.baseAddress
          else { return }
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans,
            blasint(a.rows), blasint(bColumns.count), blasint(a.columns),
            1, aStart, blasint(a.columns),
            bStart + bColumns.lowerBound, blasint(b.columns),
            0, outStart + outColumns.lowerBound, blasint(outStride))
        }
      }
    }
  }

  /// OpenBLAS's thread count, a setting of the whole process.
  static func setThreads(_ count: Int) { openblas_set_num_threads(Int32(clamping: count)) }

  /// Threads of one product.
  static var threads: Int { Int(openblas_get_num_threads()) }

  /// Ends OpenBLAS's threads until the next product.
  static func stopThreads() { evalkit_stop_blas_threads() }

  private static func check(_ columns: Range<Int>, _ matrix: Matrix) {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= matrix.columns, "columns outside of the matrix")
    precondition(matrix.values.count == matrix.rows * matrix.columns, "a matrix of another size")
  }
}
