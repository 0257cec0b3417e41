import EngineKernels

/// The threads of `EngineKernels`; asleep between calls.
///
/// Sendable because the C side lets one call at a time in.
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
  /// What `body` returns for 0..<count, in this order; called on the threads of the pool.
  func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { results, used in
      let slots = results
      withoutActuallyEscaping(body) { body in
        var loop = Loop { index in slots.initializeElement(at: index, to: body(index)) }
        withUnsafeMutablePointer(to: &loop) { loop in
          ek_for_each(handle, count, loop) { context, index in
            context?.assumingMemoryBound(to: Loop.self).pointee.body(index)
          }
        }
      }
      used = count
    }
  }
}

private struct Loop {
  let body: (Int) -> Void
}
