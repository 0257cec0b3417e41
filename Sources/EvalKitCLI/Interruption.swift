import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The run was stopped by a signal.
struct Interruption: Error {
  let signal: Int32
  /// Whether what was done so far is kept, so that the same command goes on from there.
  let isResumed: Bool

  var message: String { Self.message(isResumed: isResumed) }

  static func message(isResumed: Bool) -> String {
    isResumed ? "interrupted; the same command goes on from there" : "interrupted"
  }
}

/// The signal that came, if one did.
private final class Signal: Sendable {
  let number = Mutex<Int32?>(nil)
}

/// Runs `body`; SIGINT and SIGTERM cancel it and become an ``Interruption``.
///
/// What does not stop in time (a forward pass of a large model takes longer than a second) is left
/// behind: the process ends, every finished row is already in the run folder, and the sandboxes die
/// with their standard input.
///
/// - Parameters:
///   - isResumed: whether the same command goes on from there; only the last words depend on it.
///   - leaving: takes away what `body` has not finished, when it is left behind.
func interruptible(
  isResumed: Bool = true, leaving: @escaping @Sendable () -> Void = {},
  _ body: @escaping @Sendable () async throws -> Void
) async throws {
  let registered = AsyncStream<Void>.makeStream()
  let work = Task {
    // A signal that comes before the source is registered ends the process at once: nothing may have begun.
    for await _ in registered.stream.prefix(2) {}
    try await body()
  }
  let received = Signal()
  let queue = DispatchQueue(label: "evalkit.signals")
  let sources = [SIGINT, SIGTERM].map { number in
    let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler {
      received.number.withLock { $0 = number }
      work.cancel()
      queue.asyncAfter(deadline: .now() + .milliseconds(250)) {
        leaving()
        Console.write("\nevalkit: \(Interruption.message(isResumed: isResumed))\n", to: STDERR_FILENO)
        _exit(128 + number)
      }
    }
    source.setRegistrationHandler { registered.continuation.yield() }
    source.resume()
    return source
  }
  defer { for source in sources { source.cancel() } }
  do {
    try await work.value
  } catch {
    if let number = received.number.withLock({ $0 }) {
      throw Interruption(signal: number, isResumed: isResumed)
    }
    throw error
  }
}
