import EngineKernels

/// The threads of the products of packed weights; asleep between products.
///
/// Sendable because the C side lets one product at a time in.
final class KernelPool: @unchecked Sendable {
  let instructions: InstructionSet
  let threads: Int
  let handle: OpaquePointer

  /// - Parameter threads: the caller's included; `nil` takes one for each core this process may run on.
  /// - Throws: `.invalidArgument` when there are too few or the system refuses so many.
  init(_ instructions: InstructionSet, threads: Int?) throws(EngineError) {
    let count = threads ?? ek_core_count()
    guard count >= 1, let handle = ek_pool_start(count) else {
      throw EngineError(
        .invalidArgument, "\(count) threads could not be started", hint: "ask for fewer with --threads")
    }
    self.instructions = instructions
    self.threads = count
    self.handle = handle
  }

  deinit { ek_pool_stop(handle) }
}

extension KernelPool {
  /// out = x · Wᵀ + bias, for weights of [rows, columns] that `product` knows.
  ///
  /// - Parameters:
  ///   - x: [n, columns].
  ///   - bias: `rows` numbers, or `nil`.
  ///   - out: [n, rows].
  ///   - product: gets x, n, the bias and out; false when memory is refused.
  func multiply(
    _ x: Matrix, rows: Int, columns: Int, bias: [Float]?, into out: inout Matrix,
    _ product: (UnsafePointer<Float>?, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Bool
  ) {
    precondition(x.columns == columns && x.values.count == x.rows * columns, "x has another shape")
    precondition(out.rows == x.rows && out.columns == rows, "the product has another shape")
    precondition(out.values.count == out.rows * rows && (bias?.count ?? rows) == rows, "shapes differ")
    guard x.rows > 0 else { return }
    let count = x.rows
    let done = x.values.withUnsafeBufferPointer { x in
      out.values.withUnsafeMutableBufferPointer { out in
        let (source, target) = (x.baseAddress, out.baseAddress)
        return bias.map { $0.withUnsafeBufferPointer { product(source, count, $0.baseAddress, target) } }
          ?? product(source, count, nil, target)
      }
    }
    // As Swift's own arrays do; the scratch is smaller than the workspace that was just allocated.
    precondition(done, "out of memory")
  }
}
