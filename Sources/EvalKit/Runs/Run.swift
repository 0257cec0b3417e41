import JSON

/// What a run tells while it works. Progress is not logging: a listener may drop every event.
public enum RunEvent: Sendable {
  /// `done` of `total` samples already have a verdict in the folder.
  case began(total: Int, done: Int)
  /// A text was generated for this sample.
  case generated(SampleID)
  case judged(SampleID, Verdict)
  case notJudged(SampleID, HarnessFault)
}

/// A run: programs are made or read, judged, and scored; every step is in the folder before the next.
public struct Run: Sendable {
  public let plan: RunPlan
  public let folder: RunFolder

  public init(_ plan: RunPlan, in folder: RunFolder) {
    self.plan = plan
    self.folder = folder
  }

  /// Does what is left to do, then writes the report.
  ///
  /// Cancelling the task stops it within a second with nothing lost; the same call goes on from there.
  public func perform(_ tell: @escaping @Sendable (RunEvent) -> Void) async throws -> Report {
    let faults = Faults()
    let done = await folder.verdicts.count
    let total = plan.benchmarks.flatMap(\.tasks).reduce(0) { $0 + plan.sampleCount(for: $1) }
    tell(.began(total: total, done: done))
    if done < total {
      Checksums.remove(in: folder.path)
      try await withThrowingTaskGroup(of: Void.self) { group in
        let queue = WorkQueue()
        group.addTask {
          try await feed(queue, tell)
          await queue.finish()
          await folder.sync()
        }
        group.addTask {
          try await plan.executor.work(through: queue) { subject, candidate, outcome in
            let id = SampleID(task: subject.task.id, sample: candidate.sample)
            switch outcome {
            case .success(let verdict):
              try await folder.append(verdict: verdict, of: id)
              tell(.judged(id, verdict))
            case .failure(let fault):
              await faults.add(id, fault)
              tell(.notJudged(id, fault))
            }
          }
        }
        try await group.waitForAll()
      }
      try Task.checkCancellation()
    }
    // Meanwhile the report is made and written.
    await folder.sync()
    let report = Report(
      plan: plan, verdicts: await folder.verdicts, notJudged: await faults.found)
    try report.write(to: folder.path)
    return report
  }

  /// Puts every candidate without a verdict into the queue, task by task, making programs as needed.
  private func feed(_ queue: WorkQueue, _ tell: @Sendable (RunEvent) -> Void) async throws {
    switch plan.source {
    case .canonical(let count):
      try await feed(queue) { task in
        Array(repeating: Program(token: task.referenceProgram()), count: count)
      }
    case .file(let file):
      try await feed(queue) { task in file.programs[task.id] ?? [] }
    case .model(let generator, let count):
      // One more slot, for the sanitizer: a judging slot may be busy for a minute.
      let workshop = ProgramMaker(executor: plan.executor, number: plan.executor.jobs)
      try await workshop.open { maker in
        for planned in plan.benchmarks {
          for task in planned.tasks {
            let prompt = try Prompt(
              task, of: planned.benchmark, style: generator.promptStyle, rendering: generator.text)
            for sample in 0..<count {
              let id = SampleID(task: task.id, sample: sample)
              if await folder.programs[id] != nil { continue }
              try Task.checkCancellation()
              let completion = try await generator.complete(prompt, sample: sample)
              let made = try await maker.program(from: completion, for: prompt, entryPoint: task.entryPoint)
              try await folder.append(sample: id, program: made.program, facts: made.facts)
              tell(.generated(id))
            }
            try await push(task, of: planned, count: count, to: queue, asked: prompt)
          }
        }
      }
    }
  }

  private func feed(_ queue: WorkQueue, programs: (BenchmarkTask) -> [Program]) async throws {
    for planned in plan.benchmarks {
      for task in planned.tasks {
        for (sample, program) in programs(task).enumerated() {
          let id = SampleID(task: task.id, sample: sample)
          if await folder.programs[id] == nil {
            try await folder.append(sample: id, program: program, facts: [:])
          }
        }
      }
      for task in planned.longestFirst {
        try await push(task, of: planned, count: plan.sampleCount(for: task), to: queue)
      }
    }
  }

  private func push(
    _ task: BenchmarkTask, of planned: PlannedBenchmark, count: Int, to queue: WorkQueue,
    asked prompt: Prompt? = nil
  ) async throws {
    var candidates: ArraySlice<TaskWork.Candidate> = []
    for sample in 0..<count {
      let id = SampleID(task: task.id, sample: sample)
      if await folder.verdicts[id] == nil, let program = await folder.programs[id] {
        let raw = await folder.completions?[id]
        candidates.append(
          .init(sample: sample, program: program, unsanitized: unsanitized(raw, after: prompt, program)))
      }
    }
    if !candidates.isEmpty {
      let subject = Subject(benchmark: planned.benchmark, task: task)
      await queue.push(TaskWork(subject: subject, candidates: candidates))
    }
  }

  /// What the sanitizer was given when it made `program`.
  private func unsanitized(
    _ raw: String?, after prompt: Prompt?, _ program: Program
  ) -> TaskWork.Unsanitized? {
    guard let raw, let prompt else { return nil }
    let text = prompt.programHead + Completion(text: raw).cut(at: prompt.stops)
    let made = (try? JSONValue(parsing: program.token))?.string
    return made == text ? .same : .other(Program(text: text))
  }
}

private actor Faults {
  private(set) var found: [SampleID: HarnessFault] = [:]

  func add(_ id: SampleID, _ fault: HarnessFault) { found[id] = fault }
}
