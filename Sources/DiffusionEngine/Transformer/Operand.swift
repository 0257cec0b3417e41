import EngineKernels

/// Rows of numbers as the matrices of one kind read them: in single precision, rounded to bf16, or quantised.
///
/// Made once and multiplied with every matrix that takes the same input. Its memory is used again from step to step.
/// Sendable because nobody writes it while others read.
struct Operand: @unchecked Sendable {
  enum Storage {
    case single(Matrix)
    /// Laid out by `EngineKernels` for matrices of this shape and format.
    case packed(AlignedMemory, like: ek_matrix)
  }

  let rows: Int
  /// Input features of the matrices.
  let columns: Int
  var storage: Storage

  /// - Parameter matrix: one of those that will read it.
  init(rows: Int, for matrix: WeightMatrix, _ pool: KernelPool) {
    self.rows = rows
    columns = matrix.columns
    if let packed = matrix.packed {
      let bytes = withUnsafePointer(to: packed) { ek_operand_bytes(pool.instructions.path, $0, rows) }
      guard let memory = AlignedMemory(bytes: bytes) else { preconditionFailure("out of memory") }
      storage = .packed(memory, like: packed)
    } else {
      storage = .single(Matrix(rows: rows, columns: matrix.columns))
    }
  }
}

/// Memory that the kernels of `EngineKernels` read and write, at a multiple of 64 bytes.
///
/// Whoever hands out its address keeps one writer at a time; that makes it sendable.
final class AlignedMemory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  /// - Returns: `nil` when the memory is refused.
  init?(bytes count: Int) {
    guard let memory = ek_allocate(max(count, 1)) else { return nil }
    bytes = UnsafeMutableRawBufferPointer(start: memory, count: count)
  }

  deinit { ek_free(bytes.baseAddress) }
}
