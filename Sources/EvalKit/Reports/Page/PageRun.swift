import JSON

/// One run with what its page shows of it.
struct PageRun {
  /// Where only base tests ran, they stand in the place of both.
  let run: RecordedRun
  let cases: RecordedCases
  let statements: TaskStatements
  /// Samples that are shown beside those that ``shown(of:atMost:)`` chooses.
  private let compared: Set<SampleID>
  /// Where it was made; unknown of results that came without it.
  let machine: JSONObject

  /// - Parameter also: further samples whose texts are wanted, for the diffs.
  init(
    _ run: RecordedRun, statements: TaskStatements, samplesPerTask: Int, compared: Set<SampleID>
  ) throws(EvalKitError) {
    let parts = run.benchmarks.map(\.decidedByItsFullestTests)
    self.run = RecordedRun(
      path: run.path, identity: run.identity, isComplete: run.isComplete, isInsecure: run.isInsecure,
      benchmarks: parts, origin: run.origin)
    self.statements = statements
    self.compared = compared
    var wanted = compared
    for task in parts.flatMap(\.tasks) {
      for sample in Self.shown(of: task, atMost: samplesPerTask) {
        wanted.insert(SampleID(task: task.score.task, sample: sample))
      }
    }
    cases = try RecordedCases(of: run, wanted)
    machine = (try? RunFile.identity.read(in: run.path))?["machine"]?.object ?? [:]
  }

  /// The cases of `task` that a page with these bounds carries.
  func cases(of task: RecordedTask, atMost limit: Int) -> [RecordedCase] {
    let chosen = Set(Self.shown(of: task, atMost: limit))
    return task.samples.map { SampleID(task: task.score.task, sample: $0.number) }
      .filter { chosen.contains($0.sample) || compared.contains($0) }.compactMap { cases[$0] }
  }

  /// The numbers of the samples whose texts are shown: one that failed, one that passed, one of each other ending,
  /// then the first ones.
  static func shown(of task: RecordedTask, atMost limit: Int) -> [Int] {
    guard task.samples.count > limit else { return task.samples.map(\.number) }
    var chosen: [Int] = []
    var endings: Set<[RecordedTask.Ending]> = []
    let byInterest =
      task.samples.filter { !$0.passedPlus }.prefix(1) + task.samples.filter(\.passedPlus).prefix(1)
      + task.samples.filter { endings.insert([$0.base, $0.plus]).inserted } + task.samples
    for sample in byInterest where chosen.count < limit && !chosen.contains(sample.number) {
      chosen.append(sample.number)
    }
    return chosen.sorted()
  }

  /// The first ending that is no pass: why a sample failed.
  static func failure(of sample: RecordedTask.Sample) -> RecordedTask.Ending? {
    if !sample.passedBase { return sample.base }
    return sample.passedPlus ? nil : sample.plus
  }
}

extension RecordedBenchmark {
  fileprivate var decidedByItsFullestTests: RecordedBenchmark {
    if halves.contains(.plus) { return self }
    let tasks = tasks.map { task in
      RecordedTask(
        task: task.score.task,
        samples: task.samples.map {
          .init(
            number: $0.number, passedBase: $0.passedBase, passedPlus: $0.passedBase,
            isTimingSensitive: $0.isTimingSensitive, base: $0.base, plus: $0.base)
        })
    }
    return RecordedBenchmark(
      name: name, tasks: tasks, ks: ks, missing: missing, notJudged: notJudged, halves: halves)
  }
}
