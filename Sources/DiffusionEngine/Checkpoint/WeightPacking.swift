/// Where a matrix stands in the network, as far as its storage depends on it.
enum MatrixRole: Sendable {
  /// Embedding and head, one matrix when they are tied.
  case vocabulary
  /// The projections of attention, gate and up.
  case inner
  /// The projection back from the intermediate size: its input has outliers that one scale a row cannot cover.
  case down
}

/// How the matrices of a checkpoint become packed ones, while its files are read.
struct WeightPacking: Sendable {
  let pool: KernelPool
  private let precision: Precision

  /// Columns of the down projection that share a scale; divides the intermediate size of every Qwen2.5.
  static let downGroup = 128

  /// `nil` for the precision that is not packed.
  init?(_ precision: Precision, pool: KernelPool) {
    guard precision != .fp32 else { return nil }
    self.pool = pool
    self.precision = precision
  }

  /// Tensor `name`, [rows, columns], packed panel by panel.
  ///
  /// - Parameter headSize: for matrices whose output is rotated head by head.
  func matrix(
    _ name: String, _ rows: Int, _ columns: Int, _ role: MatrixRole, rotatedBy headSize: Int?,
    of table: TensorTable
  ) throws(EngineError) -> WeightMatrix {
    // The head decides the order of decoding by differences of its outputs, so it stays bf16.
    if precision == .int8, role != .vocabulary {
      let group = role == .down ? WeightPacking.downGroup : nil
      let quantized = try QuantizedMatrix(rows: rows, columns: columns, group: group)
      try table.forEachGroup(of: PackedMatrix.panel, inRowsOf: name, rows, columns, rotatedBy: headSize) {
        quantized.pack($1, as: $2, fromRow: $0)
      }
      return WeightMatrix(quantized)
    }
    let packed = try PackedMatrix(rows: rows, columns: columns)
    try table.forEachGroup(of: PackedMatrix.panel, inRowsOf: name, rows, columns, rotatedBy: headSize) {
      packed.pack($1, as: $2, fromRow: $0)
    }
    return WeightMatrix(packed)
  }
}
