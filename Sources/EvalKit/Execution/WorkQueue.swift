/// A task within its benchmark: what a judge opens.
struct Subject: Sendable {
  let benchmark: Benchmark
  let task: BenchmarkTask
}

/// Candidates of one task that still need a verdict. They stay together, because opening a task may cost a
/// run of its reference program.
struct TaskWork: Sendable {
  struct Candidate: Sendable {
    let sample: Int
    let program: Program
    /// What the sanitizer was given, where that is to be judged too.
    var unsanitized: Unsanitized?
    /// How many slots were lost while it was being judged.
    var losses = 0
  }

  /// A text that the sanitizer left alone needs no verdict of its own.
  enum Unsanitized {
    case same
    case other(Program)
  }

  let subject: Subject
  /// A slice, so that taking the first of many thousands moves none of the others.
  var candidates: ArraySlice<Candidate>
  /// How many slots were lost while the task was being opened for them.
  var losses = 0
}

/// A queue between the generator and the slots, and the account of what each slot still has before it.
///
/// A slot that finds nothing waiting takes half of what another one has left, if that is worth opening the
/// task once more.
actor WorkQueue {
  /// Fewer candidates than this are left to the slot that has the task open.
  static let leastToShare = 4

  private var waiting: [TaskWork] = []
  /// What each slot has not begun yet.
  private var held: [Int: TaskWork] = [:]
  private var consumers: [(slot: Int, continuation: CheckedContinuation<Subject?, Never>)] = []
  private var finished = false

  func push(_ work: TaskWork) {
    waiting.append(work)
    // One large work may keep several slots busy.
    while let consumer = consumers.first, let subject = assign(to: consumer.slot) {
      consumers.removeFirst()
      consumer.continuation.resume(returning: subject)
    }
  }

  /// No more work will come, but for what a slot brings back; consumers get `nil` once the queue is empty.
  func finish() {
    finished = true
    for consumer in consumers { consumer.continuation.resume(returning: nil) }
    consumers = []
  }

  /// The next task for `slot`, waiting for it if need be; `nil` when all is done or the task was cancelled.
  func next(for slot: Int) async -> Subject? {
    if Task.isCancelled { return nil }
    if let subject = assign(to: slot) { return subject }
    if finished { return nil }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { consumers.append((slot, $0)) }
    } onCancel: {
      Task { await self.finish() }
    }
  }

  /// The next candidate of the task that `slot` has; it is no longer on the account.
  func candidate(for slot: Int) -> TaskWork.Candidate? {
    held[slot]?.candidates.popFirst()
  }

  /// Takes back everything that `slot` has not begun.
  func release(slot: Int) -> TaskWork? { held.removeValue(forKey: slot) }

  private func assign(to slot: Int) -> Subject? {
    guard let work = waiting.isEmpty ? share() : waiting.removeFirst() else { return nil }
    held[slot] = work
    return work.subject
  }

  /// The later half of the largest work that a slot has left.
  private func share() -> TaskWork? {
    guard let (slot, work) = held.max(by: { $0.value.candidates.count < $1.value.candidates.count }),
      work.candidates.count >= WorkQueue.leastToShare
    else { return nil }
    let given = work.candidates.count / 2
    held[slot]?.candidates = work.candidates.dropLast(given)
    return TaskWork(subject: work.subject, candidates: work.candidates.suffix(given))
  }
}
