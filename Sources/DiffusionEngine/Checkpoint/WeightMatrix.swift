/// A linear map stored [out, in], whatever number format its elements have in memory.
///
/// This is the seam for quantised storage: callers ask for products and rows, never for elements.
struct WeightMatrix: Sendable {
  private enum Storage: Sendable {
    case single(Matrix)
    case packed(PackedMatrix)
    case quantized(QuantizedMatrix)
  }

  private let storage: Storage

  /// Output features.
  let rows: Int
  /// Input features.
  let columns: Int

  init(_ matrix: Matrix) {
    storage = .single(matrix)
    rows = matrix.rows
    columns = matrix.columns
  }

  init(_ matrix: PackedMatrix) {
    storage = .packed(matrix)
    rows = matrix.rows
    columns = matrix.columns
  }

  init(_ matrix: QuantizedMatrix) {
    storage = .quantized(matrix)
    rows = matrix.rows
    columns = matrix.columns
  }

  /// out = x · Wᵀ + bias.
  ///
  /// - Parameters:
  ///   - x: [n, columns].
  ///   - bias: `rows` numbers, or `nil`.
  ///   - out: [n, rows].
  func apply(to x: Matrix, bias: [Float]? = nil, into out: inout Matrix) {
    switch storage {
    case .single(let matrix):
      BLAS.multiplyByTransposed(x, 0..<x.columns, matrix, 0..<matrix.columns, into: &out)
      if let bias { Kernels.add(rowOf: bias, to: &out) }
    case .packed(let matrix):
      matrix.apply(to: x, bias: bias, into: &out)
    case .quantized(let matrix):
      matrix.apply(to: x, bias: bias, into: &out)
    }
  }

  /// Copies row `row` (an embedding) to row `target` of `out`.
  func copyRow(_ row: Int, to target: Int, of out: inout Matrix) {
    precondition(row >= 0 && row < rows && out.columns == columns, "no such row")
    switch storage {
    case .single(let matrix):
      out.values.replaceSubrange(out.range(ofRow: target), with: matrix.values[matrix.range(ofRow: row)])
    case .packed(let matrix):
      matrix.copyRow(row, to: target, of: &out)
    case .quantized:
      preconditionFailure("embeddings are never quantised")
    }
  }
}
