public import Sandbox

/// Programs in, verdicts out, several slots at once.
public struct Executor: Sendable {
  public let jail: Jail
  public let python: PythonEnvironment
  /// Layers that this machine does not have; every slot of the run has all the others.
  public let missingLayers: [String]
  public let limits: JudgingLimits
  /// How many slots work side by side, at least 1.
  public let jobs: Int

  public init(
    jail: Jail, python: PythonEnvironment, missingLayers: [String], limits: JudgingLimits, jobs: Int
  ) {
    precondition(jobs >= 1)
    self.jail = jail
    self.python = python
    self.missingLayers = missingLayers
    self.limits = limits
    self.jobs = jobs
  }

  /// A slot lost this often on the same work makes its candidates "not judged".
  private static let patience = 3

  /// Works until the queue is finished and empty.
  ///
  /// - Parameter deliver: called once a candidate, from any slot.
  func work(
    through queue: WorkQueue,
    deliver: @escaping @Sendable (TaskWork, Int, Result<Verdict, HarnessFault>) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<jobs {
        group.addTask { try await occupy(slot: number, queue: queue, deliver: deliver) }
      }
      // The first failure cancels the others: a full disk must not be met a thousand times.
      try await group.waitForAll()
    }
  }

  private func occupy(
    slot number: Int, queue: WorkQueue,
    deliver: @escaping @Sendable (TaskWork, Int, Result<Verdict, HarnessFault>) async throws -> Void
  ) async throws {
    var refusals = 0
    var next = await queue.next()
    while let work = next {
      try Task.checkCancellation()
      // A slot lives until something goes wrong in it; `remaining` is then what it leaves behind.
      var remaining: TaskWork? = work
      do {
        remaining = try await withJudge(number: number) { judge in
          var current: TaskWork? = work
          while var work = current {
            if let fault = try await run(&work, by: judge, deliver: deliver) {
              work.faults += 1
              if work.faults < Executor.patience { return work }
              try await giveUp(work, fault, deliver)
              return nil
            }
            current = await queue.next()
          }
          return nil
        }
      } catch let error as SandboxError {
        // `run` keeps the faults of a living slot; this one never came up. No candidate is to blame.
        try Task.checkCancellation()
        refusals += 1
        if refusals >= Executor.patience { throw error }
      }
      next = if let remaining { remaining } else { await queue.next() }
    }
  }

  /// Opens a slot and talks to the judge in it.
  func withJudge<R: Sendable>(
    number: Int, _ body: (Judge) async throws -> R
  ) async throws -> R {
    try await jail.withSlot(python: python, number: number, without: missingLayers) { slot in
      try await body(Judge(slot: slot))
    }
  }

  /// Judges what is left of `work`, taking each candidate out of it once delivered.
  ///
  /// - Returns: the fault that ended the slot's usefulness, if one did.
  private func run(
    _ work: inout TaskWork, by judge: Judge,
    deliver: (TaskWork, Int, Result<Verdict, HarnessFault>) async throws -> Void
  ) async throws -> HarnessFault? {
    do {
      if case .failed(let detail) = try await judge.open(work.task, of: work.benchmark, limits: limits) {
        try await giveUp(work, HarnessFault("the reference program fails here: \(detail)"), deliver)
        return nil
      }
      while let candidate = work.candidates.first {
        try Task.checkCancellation()
        let verdict = try await judge.judge(candidate.program)
        try await deliver(work, candidate.sample, .success(verdict))
        work.candidates.removeFirst()
      }
      return nil
    } catch let fault as HarnessFault {
      return fault
    } catch let error as SandboxError {
      try Task.checkCancellation()
      return HarnessFault("\(error)")
    }
  }

  private func giveUp(
    _ work: TaskWork, _ fault: HarnessFault,
    _ deliver: (TaskWork, Int, Result<Verdict, HarnessFault>) async throws -> Void
  ) async throws {
    for candidate in work.candidates { try await deliver(work, candidate.sample, .failure(fault)) }
  }
}
