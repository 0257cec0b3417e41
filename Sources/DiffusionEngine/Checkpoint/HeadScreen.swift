import EngineKernels

/// The head once more, as int8: which of its logits can be among a row's largest is known before the head itself
/// computes these. Made of the head's bf16 weights, so it is the same wherever these come from.
struct HeadScreen: Sendable {
  private let quantized: QuantizedMatrix
  /// For each panel, how far its products may be from the head's.
  private let spreads: [ek_spread]

  /// - Throws: `.unsupported` when the memory is refused.
  init(_ head: PackedMatrix, on pool: KernelPool) throws(EngineError) {
    let quantized = try QuantizedMatrix(rows: head.rows, columns: head.columns)
    spreads = pool.map(PackedMatrix.panelCount(head.rows)) { quantized.pack(panel: $0, of: head) }
    self.quantized = quantized
  }

  var matrix: WeightMatrix { WeightMatrix(quantized) }

  /// Lends what `ek_logits` takes as screen.
  ///
  /// - Parameter operand: the head's input as ``matrix`` reads it.
  func withKernelScreen<Result>(
    reading operand: AlignedMemory, _ body: (UnsafePointer<ek_screen>) -> Result
  ) -> Result {
    withUnsafePointer(to: quantized.kernelMatrix) { matrix in
      spreads.withUnsafeBufferPointer { spreads in
        var screen = ek_screen(
          head: matrix, spreads: spreads.baseAddress, operand: operand.bytes.baseAddress)
        return body(&screen)
      }
    }
  }
}
