public import JSON
public import Sandbox

#if canImport(Glibc)
  import Glibc
#endif

/// Programs in, verdicts out, several slots at once.
public struct Executor: Sendable {
  public let jail: Jail
  public let python: PythonEnvironment
  /// What the sandbox can do on this machine. Every slot of a run has the layers that are there.
  public let report: SandboxReport
  public let limits: JudgingLimits
  /// How many slots work side by side, at least 1.
  public let jobs: Int

  /// Probes this machine.
  ///
  /// - Parameters:
  ///   - python: the interpreter of judge and candidates; `nil` looks for one.
  ///   - jobs: `nil` takes one slot a core.
  /// - Throws: ``EvalKitError`` when candidates must not be run here, or could not be judged.
  public static func prepare(python: String?, limits: JudgingLimits, jobs: Int?) async throws -> Executor {
    let jail = try Jail()
    let python = try await PythonEnvironment.find(python)
    let report = try await jail.probe(python: python)
    if let obstacle = obstacle(python: python, report: report) { throw obstacle }
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return Executor(jail: jail, python: python, report: report, limits: limits, jobs: jobs ?? cores)
  }

  /// Why candidates must not be run here, or could not be judged; `nil` when nothing is in the way.
  public static func obstacle(python: PythonEnvironment, report: SandboxReport) -> EvalKitError? {
    // Without it floats could not be compared, and right answers would fail.
    if python.numpyVersion == nil {
      return EvalKitError(
        .environment, "\(python.executable) has no numpy, which the judge compares floats with",
        hint: "apt install python3-numpy, or another --python")
    }
    if report.tier == .refuse {
      let missing = report.layers.filter { $0.mandatory && $0.state != .ok }
      return EvalKitError(
        .environment, "this machine cannot confine candidates, so none is run",
        cause: missing.map { "\($0.name): \($0.detail)" }.joined(separator: "; "),
        hint: missing.first { !$0.remedy.isEmpty }?.remedy ?? "run 'evalkit doctor'")
    }
    return nil
  }

  /// Tier and layers that the slots have, as in a run's identity.
  public var sandboxDocument: JSONValue {
    [
      "tier": .string(report.tier.rawValue), "policy": .string(report.policyHash),
      "layers": .array(report.layers.filter { $0.state == .ok }.map { .string($0.name) }),
    ]
  }

  /// A slot lost this often on the same candidate makes it "not judged".
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
            if let end = try await run(&work, by: judge, deliver: deliver) {
              work.faults += 1
              if work.faults < Executor.patience { return work }
              // The others need not suffer for the one that breaks slots.
              let lost = end.candidate.map { [$0] } ?? work.candidates
              try await giveUp(lost, of: work, end.fault, deliver)
              work.candidates.removeFirst(lost.count)
              work.faults = 0
              return work.candidates.isEmpty ? nil : work
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
    try await jail.withSlot(python: python, number: number, without: report.missingLayers) { slot in
      try await body(Judge(slot: slot))
    }
  }

  /// Judges what is left of `work`, taking each candidate out of it once delivered.
  ///
  /// - Returns: the fault that ended the slot's usefulness, if one did, and the candidate that was being
  ///   judged then.
  private func run(
    _ work: inout TaskWork, by judge: Judge,
    deliver: (TaskWork, Int, Result<Verdict, HarnessFault>) async throws -> Void
  ) async throws -> (fault: HarnessFault, candidate: TaskWork.Candidate?)? {
    var judging: TaskWork.Candidate?
    do {
      if case .failed(let detail) = try await judge.open(work.task, of: work.benchmark, limits: limits) {
        let fault = HarnessFault("the reference program fails here: \(detail)")
        try await giveUp(work.candidates, of: work, fault, deliver)
        return nil
      }
      while let candidate = work.candidates.first {
        try Task.checkCancellation()
        judging = candidate
        let verdict = try await judge.judge(candidate.program)
        try await deliver(work, candidate.sample, .success(verdict))
        work.candidates.removeFirst()
      }
      return nil
    } catch let fault as HarnessFault {
      return (fault, judging)
    } catch let error as SandboxError {
      try Task.checkCancellation()
      return (HarnessFault("\(error)"), judging)
    } catch let error as JSONError {
      return (HarnessFault("the judge's answer: \(error)"), judging)
    }
  }

  private func giveUp(
    _ candidates: [TaskWork.Candidate], of work: TaskWork, _ fault: HarnessFault,
    _ deliver: (TaskWork, Int, Result<Verdict, HarnessFault>) async throws -> Void
  ) async throws {
    for candidate in candidates { try await deliver(work, candidate.sample, .failure(fault)) }
  }
}
