import JSON

#if canImport(Glibc)
  import Glibc
#endif

extension ResultFile {
  /// The file, and bigcodebench's scores beside it where there are any.
  static func belonging(to path: String) -> [String] {
    [path] + [BigCodeBenchScores.neighbour(of: path)].compactMap { $0 }.filter { access($0, F_OK) == 0 }
  }
}

extension RecordedRun {
  /// Reads a result file of evalplus or bigcodebench as a run. What the file does not tell about its making
  /// is listed as not recorded in the identity, never guessed.
  ///
  /// - Throws: ``EvalKitError`` (`data`) that names what is damaged, and where.
  init(resultFile path: String) throws(EvalKitError) {
    let file = try ResultFile(reading: path)
    let suite = try ResultSuite(of: file)
    let tasks = file.tasks.map { task in
      RecordedTask(
        task: task.id,
        samples: task.samples.enumerated().map {
          .init(
            number: $0.offset, passedBase: $0.element.passed(.base), passedPlus: $0.element.passed(.plus),
            base: .init($0.element.base), plus: .init($0.element.plus ?? .notRun))
        })
    }
    let fewest = tasks.map(\.score.samples).min() ?? 1
    self.init(
      path: path, identity: suite.identity, isComplete: true, isInsecure: false,
      benchmarks: [
        RecordedBenchmark(
          name: suite.name, tasks: tasks, ks: suite.ks.filter { $0 <= fewest }, missing: [], notJudged: [],
          halves: file.hasPlus ? Half.allCases : [.base])
      ],
      origin: .resultFile)
  }
}

extension RecordedTask.Ending {
  init(_ half: HalfVerdict) { self.init(status: half.status, reason: half.reason) }
}

extension HalfVerdict {
  /// In the place of the plus tests where only the base tests ran (``RecordedBenchmark/halves``).
  static let notRun = HalfVerdict(status: .fail, reason: "not run")
}

extension ResultFile {
  /// Those of `wanted` that the file holds.
  func cases(_ wanted: Set<SampleID>) -> [RecordedCase] {
    tasks.flatMap { task in
      task.samples.enumerated().compactMap { number, sample in
        let id = SampleID(task: task.id, sample: number)
        guard wanted.contains(id) else { return nil }
        return RecordedCase(
          id: id, program: sample.program?.text,
          verdict: Verdict(base: sample.base, plus: sample.plus ?? .notRun))
      }
    }
  }
}

/// What a result file, its name and its neighbour tell about the benchmark.
struct ResultSuite {
  /// As in the manifest; `bigcodebench`.
  let name: String
  let identity: RunIdentity
  /// Those that the tool prints.
  let ks: [Int]

  /// - Throws: ``EvalKitError`` (`data`) when the tasks are of no benchmark, or of two.
  init(of file: ResultFile) throws(EvalKitError) {
    var results: JSONObject = ["format": .string(file.format.rawValue), "sha256": .string(file.sha256)]
    if let date = file.date { results["date"] = .string(date) }
    let name: String
    let tasks: JSONValue
    var benchmark: JSONObject
    var unknown = ["source", "scoring"]
    if file.format == .bigcodebench {
      name = BigCodeBench.name
      try Self.require(prefix: BigCodeBench.idPrefix, in: file)
      tasks = file.tasks.count == BigCodeBench.taskCount ? "all" : .array(file.tasks.map { .string($0.id) })
      let neighbour = try BigCodeBenchScores(beside: file)
      benchmark = ["name": .string(name)]
      for (key, value) in neighbour.facts {
        benchmark[key] = value
        if value == nil { unknown.append("benchmarks.\(name).\(key)") }
      }
      benchmark["tasks"] = tasks
      unknown += ["version", "sha256", "md5"].map { "benchmarks.\(name).\($0)" }
      if let model = neighbour.model { results["model"] = .string(model) }
      ks = [1, 5, 10, 25, 100]
    } else {
      guard let known = Benchmark.all.first(where: { file.tasks.first?.id.hasPrefix($0.idPrefix) == true })
      else { throw Self.stranger(file.tasks.first?.id ?? "", in: file) }
      name = known.name
      try Self.require(prefix: known.idPrefix, in: file)
      tasks = file.tasks.count == known.taskCount ? "all" : .array(file.tasks.map { .string($0.id) })
      benchmark = ["name": .string(name)]
      if let md5 = file.dataMD5 { benchmark["md5"] = .string(md5) }
      if file.dataMD5 == known.unzippedMD5 {
        benchmark["version"] = .string(known.version)
        benchmark["sha256"] = .string(known.unzippedSHA256)
      } else {
        unknown += ["version", "sha256"].map { "benchmarks.\(known.name).\($0)" }
        if file.dataMD5 == nil { unknown.append("benchmarks.\(known.name).md5") }
      }
      benchmark["tasks"] = tasks
      ks = [1, 10, 100]
    }
    var document: JSONObject = [
      "schema": "evalkit.identity", "schema_version": JSONValue(RunIdentity.schemaVersion),
      "benchmarks": [.object(benchmark)], "results": .object(results),
    ]
    document[RunIdentity.notRecordedKey] = .array(unknown.map { .string($0) })
    self.name = name
    identity = RunIdentity(document)
  }

  private static func require(prefix: String, in file: ResultFile) throws(EvalKitError) {
    if let other = file.tasks.first(where: { !$0.id.hasPrefix(prefix) }) {
      throw stranger(other.id, in: file)
    }
  }

  private static func stranger(_ task: String, in file: ResultFile) -> EvalKitError {
    let known = file.format == .bigcodebench ? [BigCodeBench.idPrefix] : Benchmark.all.map(\.idPrefix)
    return EvalKitError(
      .data, "'\(file.path)': task '\(task)' is of no benchmark that such a file can be of",
      cause: "its format is that of \(file.format.rawValue)",
      hint: "ids begin with \(known.joined(separator: " or ")), all of them alike")
  }
}
