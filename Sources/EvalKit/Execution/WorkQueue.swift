/// The candidates of one task that still need a verdict. They stay together, because opening a task
/// costs a run of its reference program.
struct TaskWork: Sendable {
  struct Candidate: Sendable {
    let sample: Int
    let program: Program
  }

  let benchmark: Benchmark
  let task: BenchmarkTask
  var candidates: [Candidate]
  /// How often a slot has already been lost on this work.
  var faults = 0
}

/// A queue between the generator and the slots.
actor WorkQueue {
  private var waiting: [TaskWork] = []
  private var consumers: [CheckedContinuation<TaskWork?, Never>] = []
  private var finished = false

  func push(_ work: TaskWork) {
    if consumers.isEmpty { waiting.append(work) } else { consumers.removeFirst().resume(returning: work) }
  }

  /// No more work will come; consumers get `nil` once the queue is empty.
  func finish() {
    finished = true
    for consumer in consumers { consumer.resume(returning: nil) }
    consumers = []
  }

  /// The next work, waiting for it if need be; `nil` when all is done or the task was cancelled.
  func next() async -> TaskWork? {
    if Task.isCancelled { return nil }
    if !waiting.isEmpty { return waiting.removeFirst() }
    if finished { return nil }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { consumers.append($0) }
    } onCancel: {
      Task { await self.finish() }
    }
  }
}
