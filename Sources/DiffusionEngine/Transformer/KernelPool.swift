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
