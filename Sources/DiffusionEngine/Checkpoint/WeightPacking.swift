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

  /// How a matrix with this place in the network is packed.
  func form(_ role: MatrixRole) -> PackedForm {
    // The head decides by small differences of its outputs, so it stays bf16 (but see ``HeadScreen``).
    if precision == .bf16 || role == .vocabulary { return .bf16 }
    return .int8(group: role == .down ? WeightPacking.downGroup : nil)
  }

  /// What finds the logits that the head has to compute; `nil` where it computes all.
  func screen(of head: WeightMatrix) throws(EngineError) -> HeadScreen? {
    guard precision == .int8, let head = head.bf16 else { return nil }
    return try HeadScreen(head, on: pool)
  }

  /// The matrix where it is stored packed; or else packed panel by panel.
  func matrix(_ tensor: NetworkTensors.Matrix, of table: TensorTable) throws(EngineError) -> WeightMatrix {
    let (rows, columns) = (tensor.rows, tensor.columns)
    let form = form(tensor.role)
    var stored: PackedMemory?
    if table.packed != nil {
      let (file, range) = try table.stored(tensor.name, as: form.type, shape: form.shape(rows, columns))
      stored = .stored(file, range)
    }
    switch form {
    case .bf16:
      let matrix = try PackedMatrix(rows: rows, columns: columns, stored: stored)
      if stored == nil {
        try table.forEachGroup(of: PackedMatrix.panel, inRowsOf: tensor, on: pool) {
          matrix.pack($1, as: $2, fromRow: $0)
        }
      }
      return WeightMatrix(matrix)
    case .int8(let group):
      let matrix = try QuantizedMatrix(rows: rows, columns: columns, group: group, stored: stored)
      if stored == nil {
        try table.forEachGroup(of: PackedMatrix.panel, inRowsOf: tensor, on: pool) {
          matrix.pack($1, as: $2, fromRow: $0)
        }
      }
      return WeightMatrix(matrix)
    }
  }
}
