import Foundation
import Synchronization

/// A thread of its own for the engine.
///
/// A forward pass blocks for seconds; on one of Swift's few shared threads it would stop everything else
/// that waits there, the signal handling included.
final class EngineThread: SerialExecutor {
  private let condition = NSCondition()
  private let jobs = Mutex<[UnownedJob]>([])

  init() {
    let thread = Thread { [self] in
      while true {
        condition.lock()
        while jobs.withLock(\.isEmpty) { condition.wait() }
        condition.unlock()
        for job in jobs.withLock({ waiting in
          defer { waiting = [] }
          return waiting
        }) {
          job.runSynchronously(on: asUnownedSerialExecutor())
        }
      }
    }
    thread.name = "engine"
    thread.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    jobs.withLock { $0.append(job) }
    condition.signal()
    condition.unlock()
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
