import EngineKernels

/// A linear map stored [out, in], whatever number format its elements have in memory.
///
/// This is the seam for quantised storage: callers ask for products (``LayerArithmetic``) and rows, never for elements.
struct WeightMatrix: Sendable {
  private enum Storage: Sendable {
    case single(Matrix)
    case packed(PackedMatrix)
    case quantized(QuantizedMatrix)
    case stored(StoredRows)
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

  /// For embeddings alone.
  init(_ matrix: StoredRows) {
    storage = .stored(matrix)
    rows = matrix.rows
    columns = matrix.columns
  }

  /// The numbers of a matrix in single precision.
  var single: Matrix? {
    if case .single(let matrix) = storage { matrix } else { nil }
  }

  /// The numbers of a matrix in bf16.
  var bf16: PackedMatrix? {
    if case .packed(let matrix) = storage { matrix } else { nil }
  }

  /// A packed matrix as `EngineKernels` takes it; valid as long as this value lives.
  var packed: ek_matrix? {
    switch storage {
    case .single, .stored: nil
    case .packed(let matrix): matrix.kernelMatrix
    case .quantized(let matrix): matrix.kernelMatrix
    }
  }

  /// Where a packed matrix lies.
  var packedMemory: PackedMemory? {
    switch storage {
    case .single, .stored: nil
    case .packed(let matrix): matrix.memory
    case .quantized(let matrix): matrix.memory
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
    case .stored(let matrix):
      matrix.copyRow(row, to: target, of: &out)
    case .quantized:
      preconditionFailure("embeddings are never quantised")
    }
  }
}
