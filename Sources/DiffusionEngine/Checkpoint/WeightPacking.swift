import EngineKernels

/// How the matrices of a checkpoint become packed ones, while its files are read.
struct WeightPacking: Sendable {
  let pool: KernelPool

  /// `nil` for the precision that is not packed.
  ///
  /// - Throws: what ``InstructionSet/chosen()`` and ``KernelPool`` throw.
  init?(_ precision: Precision, threads: Int?) throws(EngineError) {
    guard precision != .fp32 else { return nil }
    pool = try KernelPool(try InstructionSet.chosen(), threads: threads)
  }

  init(pool: KernelPool) { self.pool = pool }

  /// Tensor `name`, [rows, columns], packed panel by panel.
  func matrix(
    _ name: String, _ rows: Int, _ columns: Int, of table: TensorTable
  ) throws(EngineError) -> PackedMatrix {
    let packed = try PackedMatrix(rows: rows, columns: columns, pool: pool)
    try table.forEachGroup(of: PackedMatrix.panel, inRowsOf: name, rows: rows, columns: columns) {
      packed.pack($1, as: $2, fromRow: $0)
    }
    return packed
  }
}
