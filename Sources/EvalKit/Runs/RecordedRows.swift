import JSON

/// The rows of a finished run's journals.
struct RecordedRows {
  private(set) var samples: Set<SampleID> = []
  private(set) var verdicts: [SampleID: Verdict] = [:]

  /// - Throws: ``EvalKitError`` (`data`) that names file and line of what a finished run does not have: a
  ///   damaged or torn row, two rows of one sample, a verdict on no sample.
  init(in folder: String) throws(EvalKitError) {
    var samples: Set<SampleID> = []
    var verdicts: [SampleID: Verdict] = [:]
    let sizes = try JournalLines.read("\(folder)/samples.jsonl") { (_, bytes) throws(JSONError) in
      let (id, slices) = try RunFolder.row(bytes)
      guard slices["solution"] != nil else { throw JSONError("field 'solution' is missing") }
      guard samples.insert(id).inserted else { throw JSONError("\(id.task) #\(id.sample) occurs twice") }
    }
    try Self.refuse(sizes.torn, "\(folder)/samples.jsonl")
    let verdictSizes = try JournalLines.read("\(folder)/verdicts.jsonl") { (_, bytes) throws(JSONError) in
      let (id, _) = try RunFolder.row(bytes)
      guard samples.contains(id) else { throw JSONError("\(id.task) #\(id.sample) is no sample of the run") }
      guard verdicts[id] == nil else { throw JSONError("\(id.task) #\(id.sample) occurs twice") }
      verdicts[id] = try Verdict(json: try JSONValue(parsing: bytes)).forReports
    }
    try Self.refuse(verdictSizes.torn, "\(folder)/verdicts.jsonl")
    self.samples = samples
    self.verdicts = verdicts
  }

  private static func refuse(_ torn: Int, _ path: String) throws(EvalKitError) {
    if torn > 0 {
      throw EvalKitError(
        .data, "'\(path)' ends in the middle of a line", cause: "\(torn) bytes without a newline",
        hint: "repeat the command that began the run; it goes on from there")
    }
  }
}

extension Report {
  /// The report that the raw rows give, for the tasks and k of one that is already there.
  ///
  /// - Throws: `JSONError` about the document, ``EvalKitError`` about an unknown benchmark.
  init(remaking document: JSONValue, from rows: RecordedRows) throws {
    let identity = RunIdentity(try document.require("identity", \.object))
    let source = try document.require("identity") { $0["source"] }
    let perTask =
      source["kind"]?.string == "samples" ? nil : try source.require("samples_per_task", \.integer)
    let counts = Dictionary(grouping: rows.samples, by: \.task).mapValues(\.count)
    let planned = try document.require("identity") { $0["benchmarks"]?.array }
    var results: [BenchmarkResult] = []
    for row in try document.require("benchmarks", \.array) {
      let benchmark = try Benchmark.named(try row.require("name", \.string))
      let own = planned.first { $0["name"]?.string == benchmark.name }
      let listed = try row.require("results", \.array).map { try $0.require("task_id", \.string) }
      let partial = own?["tasks"]?.array?.compactMap(\.string)
      // Of a whole benchmark the identity does not repeat the ids, but their number is known.
      guard partial == nil ? listed.count == benchmark.taskCount : partial == listed else {
        throw JSONError("results of \(benchmark.name) are not those of the tasks in the identity")
      }
      guard Set(listed).count == listed.count else {
        throw JSONError("a task of \(benchmark.name) occurs twice in its results")
      }
      let faults = try row.require("not_judged", \.array).map { fault in
        (
          SampleID(
            task: try fault.require("task_id", \.string), sample: try fault.require("sample", \.integer)),
          HarnessFault(try fault.require("fault", \.string))
        )
      }
      let ks = try row.require("pass_at_k", \.array).map { try $0.require("k", \.integer) }
      results.append(
        BenchmarkResult(
          benchmark, taskIDs: listed, isPartial: partial != nil,
          ks: ks + (try row.require("k_omitted", \.array).compactMap(\.integer)),
          sampleCount: { perTask ?? counts[$0] ?? 0 }, verdicts: rows.verdicts,
          notJudged: Dictionary(faults, uniquingKeysWith: { first, _ in first })))
    }
    self.init(
      identity: identity, benchmarks: results,
      isInsecure: try document.require("identity") { $0["scoring"] }["sandbox"]?["insecure"]?.bool ?? false,
      verdicts: rows.verdicts)
  }
}
