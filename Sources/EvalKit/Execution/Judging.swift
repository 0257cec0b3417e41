import JSON
import Sandbox

/// What is told of each candidate, once, from any slot.
typealias Deliver =
  @Sendable (Subject, TaskWork.Candidate, Result<Verdict, HarnessFault>) async throws -> Void

extension Executor {
  /// What lost this many slots is "not judged".
  private static let patience = 3

  /// Works until the queue is finished and empty; then judges again, one at a time, what may have been too
  /// slow only because the machine was busy.
  func work(through queue: WorkQueue, deliver: @escaping Deliver) async throws {
    let doubts = Doubts()
    try await occupy(slots: jobs, queue: queue) { subject, candidate, outcome in
      // The load is read from files, and only for the few that ran out of time.
      if case .success(let verdict) = outcome, verdict.isOverTime, load().mayExplain(verdict) {
        await doubts.add(verdict, on: candidate, of: subject)
      } else {
        try await deliver(subject, candidate, outcome)
      }
    }
    let quiet = WorkQueue()
    for work in await doubts.works { await quiet.push(work) }
    await quiet.finish()
    try await occupy(slots: 1, queue: quiet) { subject, candidate, outcome in
      let first = await doubts.verdict(on: candidate, of: subject)
      try await deliver(subject, candidate, outcome.map { $0.replacing(first) })
    }
  }

  private func occupy(slots: Int, queue: WorkQueue, deliver: @escaping Deliver) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<slots {
        group.addTask { try await occupy(slot: number, queue: queue, deliver: deliver) }
      }
      // The first failure cancels the others: a full disk must not be met a thousand times.
      try await group.waitForAll()
    }
  }

  /// A fault that ended a slot, and what was in its hands.
  private struct Loss {
    let fault: HarnessFault
    let subject: Subject
    /// `nil` when the task was being opened.
    let candidate: TaskWork.Candidate?
  }

  private func occupy(slot number: Int, queue: WorkQueue, deliver: @escaping Deliver) async throws {
    var refusals = 0
    var next = await queue.next(for: number)
    while let first = next {
      try Task.checkCancellation()
      // A slot lives until something goes wrong in it.
      do {
        let loss = try await withJudge(number: number) { (judge) -> Loss? in
          var current: Subject? = first
          while let subject = current {
            if let loss = try await run(subject, by: judge, slot: number, queue, deliver) { return loss }
            current = await queue.next(for: number)
          }
          return nil
        }
        if let loss { try await settle(loss, slot: number, queue, deliver) }
      } catch let error as SandboxError {
        // `run` keeps the faults of a living slot; this one never came up. No candidate is to blame.
        try Task.checkCancellation()
        refusals += 1
        if refusals >= Executor.patience { throw error }
        if let work = await queue.release(slot: number) { await queue.push(work) }
      }
      next = await queue.next(for: number)
    }
  }

  /// Whoever kills a slot from outside hits what happens to be in it, and must not cost that its verdict;
  /// and what breaks slots must not cost the others theirs. So what was in hand goes to the end of the queue
  /// and is given up only when it was there at several losses; the rest goes on.
  private func settle(_ loss: Loss, slot number: Int, _ queue: WorkQueue, _ deliver: Deliver) async throws {
    var rest = await queue.release(slot: number)
    if var candidate = loss.candidate {
      candidate.losses += 1
      if candidate.losses < Executor.patience {
        await queue.push(TaskWork(subject: loss.subject, candidates: [candidate]))
      } else {
        try await deliver(loss.subject, candidate, .failure(loss.fault))
      }
    } else {
      rest?.losses += 1
    }
    guard let rest, !rest.candidates.isEmpty else { return }
    if rest.losses < Executor.patience {
      await queue.push(rest)
    } else {
      for candidate in rest.candidates { try await deliver(rest.subject, candidate, .failure(loss.fault)) }
    }
  }

  /// Judges what the slot holds of `subject`.
  ///
  /// - Returns: the loss that ended the slot's usefulness, if there was one.
  private func run(
    _ subject: Subject, by judge: Judge, slot number: Int, _ queue: WorkQueue, _ deliver: Deliver
  ) async throws -> Loss? {
    var judging: TaskWork.Candidate?
    do {
      if case .failed(let detail) = try await judge.open(subject.task, of: subject.benchmark, limits: limits)
      {
        let fault = HarnessFault("the reference program fails here: \(detail)")
        for candidate in await queue.release(slot: number)?.candidates ?? [] {
          try await deliver(subject, candidate, .failure(fault))
        }
        return nil
      }
      while let candidate = await queue.candidate(for: number) {
        judging = candidate
        try Task.checkCancellation()
        var verdict = try await judge.judge(candidate.program)
        switch candidate.unsanitized {
        case .same: verdict.unsanitized = .same
        case .other(let text):
          let other = try await judge.judge(text)
          verdict.unsanitized = .judged(base: other.base, plus: other.plus)
        case nil: break
        }
        try await deliver(subject, candidate, .success(verdict))
        judging = nil
      }
      return nil
    } catch let fault as HarnessFault {
      return Loss(fault: fault, subject: subject, candidate: judging)
    } catch let error as SandboxError {
      try Task.checkCancellation()
      return Loss(fault: HarnessFault("\(error)"), subject: subject, candidate: judging)
    } catch let error as JSONError {
      return Loss(
        fault: HarnessFault("the judge's answer: \(error)"), subject: subject, candidate: judging)
    }
  }
}

/// Verdicts that were not delivered, because the machine was busy when their programs ran out of time.
private actor Doubts {
  private var found: [SampleID: Verdict] = [:]
  private(set) var works: [TaskWork] = []

  func add(_ verdict: Verdict, on candidate: TaskWork.Candidate, of subject: Subject) {
    found[SampleID(task: subject.task.id, sample: candidate.sample)] = verdict
    if let index = works.firstIndex(where: { $0.subject.task.id == subject.task.id }) {
      works[index].candidates.append(candidate)
    } else {
      works.append(TaskWork(subject: subject, candidates: [candidate]))
    }
  }

  func verdict(on candidate: TaskWork.Candidate, of subject: Subject) -> Verdict? {
    found[SampleID(task: subject.task.id, sample: candidate.sample)]
  }
}
