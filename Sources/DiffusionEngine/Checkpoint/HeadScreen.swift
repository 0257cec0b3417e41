import EngineKernels

/// The head once more, as int8: which of its logits can be among a row's largest is known before the head itself
/// computes these. Made of the head's bf16 weights, so it is the same wherever these come from.
struct HeadScreen: Sendable {
  let matrix: WeightMatrix
  /// For each panel, how far its products may be from the head's.
  let spreads: [ek_spread]

  /// - Throws: `.unsupported` when the memory is refused.
  init(_ head: PackedMatrix, on pool: KernelPool) throws(EngineError) {
    let coarse = try QuantizedMatrix(rows: head.rows, columns: head.columns)
    let panels = (head.rows + PackedMatrix.panel - 1) / PackedMatrix.panel
    spreads = pool.map(panels) { coarse.pack(panel: $0, of: head) }
    matrix = WeightMatrix(coarse)
  }
}
