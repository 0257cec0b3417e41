import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A finished run as its `report.json` has it: what comparisons, gates and trends read.
public struct RecordedRun: Sendable {
  /// The run's folder, or the result file.
  public let path: String
  public let identity: RunIdentity
  /// Whether every sample has a verdict.
  public let isComplete: Bool
  /// Whether programs ran without a sandbox.
  public let isInsecure: Bool
  public let benchmarks: [RecordedBenchmark]
  public let origin: Origin

  /// What a run is read from.
  public enum Origin: Sendable {
    /// A folder of evalkit's.
    case folder
    /// One file that evalplus or bigcodebench wrote.
    case resultFile
  }

  public init(
    path: String, identity: RunIdentity, isComplete: Bool, isInsecure: Bool,
    benchmarks: [RecordedBenchmark], origin: Origin = .folder
  ) {
    self.path = path
    self.identity = identity
    self.isComplete = isComplete
    self.isInsecure = isInsecure
    self.benchmarks = benchmarks
    self.origin = origin
  }

  /// The folder's own name, for tables; of a result file without what evalplus puts behind it.
  public var name: String {
    let last = path.split(separator: "/").last.map { String($0) } ?? path
    for suffix in ["eval_results.json", "eval_results.json.gz"]
    where origin == .resultFile && last.hasSuffix(suffix) {
      let stem = last.dropLast(suffix.count)
      if stem.count > 1 { return String(stem.dropLast()) }
      return path.split(separator: "/").dropLast().last.map { String($0) } ?? last
    }
    return last
  }

  /// Reads a run: a folder, by its report, or a result file of evalplus or bigcodebench.
  ///
  /// What a report says is not checked against the raw files (``Verification`` does that).
  ///
  /// - Throws: ``EvalKitError`` (`data`) when the run has no report, or one that is damaged or newer than
  ///   this program.
  public init(reading path: String) throws(EvalKitError) {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if let file = Self.resultFile(at: path) {
      self = try RecordedRun(resultFile: file)
      return
    }
    let (bytes, members) = try RunFile.report.slices(in: path)
    do throws(JSONError) {
      let document = try members.value(of: bytes, without: "benchmarks")
      guard let list = members["benchmarks"] else { throw JSONError("field 'benchmarks' is missing") }
      self.init(
        path: path, identity: RunIdentity(try document.require("identity", \.object)),
        isComplete: try document.require("complete", \.bool),
        isInsecure: document["insecure"]?.bool ?? false,
        benchmarks: try JSONSlices.elements(of: bytes, in: list).map { (range) throws(JSONError) in
          try RecordedBenchmark(bytes, in: range)
        })
    } catch {
      throw RunFile.report.damage(in: path, error)
    }
  }
}

extension RecordedRun {
  /// The result file that `path` is, or that stands alone in the folder `path`, where evalplus puts it when
  /// its samples are a folder.
  static func resultFile(at path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    if status.st_mode & S_IFMT != S_IFDIR { return path }
    let inside = "\(path)/eval_results.json"
    let isRun = ["identity.json", "report.json"].contains { access("\(path)/\($0)", F_OK) == 0 }
    return !isRun && access(inside, F_OK) == 0 ? inside : nil
  }
}

extension RecordedRun {
  /// Samples that have a verdict.
  public var sampleCount: Int { benchmarks.reduce(0) { $0 + $1.sampleCount } }

  /// `3 of 164 tasks of humaneval+` where a run is of a part of a benchmark, else `nil`.
  public func coverage(of part: RecordedBenchmark) -> String? {
    let known = Benchmark.all.first { $0.name == part.name }?.taskCount
    guard let all = known ?? (part.name == BigCodeBench.name ? BigCodeBench.taskCount : nil),
      all != part.tasks.count
    else { return nil }
    return "\(part.tasks.count) of \(all) tasks of \(part.name)"
  }
}

/// The part of a run that one benchmark is.
public struct RecordedBenchmark: Sendable {
  public let name: String
  /// In the order of the task file, those without a sample included.
  public let tasks: [RecordedTask]
  /// The k that the report gives.
  public let ks: [Int]
  /// Tasks without any sample.
  public let missing: [String]
  /// Samples without a verdict: `HumanEval/3 #0`.
  public let notJudged: [String]
  /// The tests that were run: all of evalplus', or the base tests alone; of bigcodebench, which has one kind,
  /// these are the base tests.
  public let halves: [Half]

  public init(
    name: String, tasks: [RecordedTask], ks: [Int], missing: [String], notJudged: [String],
    halves: [Half] = Half.allCases
  ) {
    self.name = name
    self.tasks = tasks
    self.ks = ks
    self.missing = missing
    self.notJudged = notJudged
    self.halves = halves
  }

  /// Reads the object in `bytes[range]`, one task at a time.
  init(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
    let members = try JSONSlices(of: bytes, in: range)
    let json = try members.value(of: bytes, without: "results")
    guard let results = members["results"] else { throw JSONError("field 'results' is missing") }
    self.init(
      name: try json.require("name", \.string),
      tasks: try JSONSlices.elements(of: bytes, in: results).map { (range) throws(JSONError) in
        try RecordedTask(json: try JSONValue(parsing: Array(bytes[range])))
      },
      ks: try json.require("pass_at_k", \.array).map { (row) throws(JSONError) in
        try row.require("k", \.integer)
      },
      missing: try json.require("missing_tasks", \.array).compactMap(\.string),
      notJudged: try json.require("not_judged", \.array).map { (row) throws(JSONError) in
        "\(try row.require("task_id", \.string)) #\(try row.require("sample", \.integer))"
      })
  }
}

extension JSONSlices {
  /// The object in `bytes`, but for one member that is read by itself.
  fileprivate func value(of bytes: [UInt8], without left: String) throws(JSONError) -> JSONValue {
    .object(
      JSONObject(
        try members.filter { $0.name != left }.map { (member) throws(JSONError) in
          .init(name: member.name, value: try JSONValue(parsing: Array(bytes[member.value])))
        }))
  }
}

extension RecordedBenchmark {
  /// Samples that have a verdict.
  public var sampleCount: Int { tasks.reduce(0) { $0 + $1.score.samples } }

  /// The tests that decide, of those that were run.
  public var fullest: Half { halves.contains(.plus) ? .plus : .base }

  /// - Throws: ``EvalKitError`` (`usage`) when `half` was not run.
  func require(_ half: Half, in run: RecordedRun) throws(EvalKitError) {
    if halves.contains(half) { return }
    throw EvalKitError(
      .usage, "'\(run.path)' has no verdicts on the \(half.rawValue) tests of \(name)",
      hint: "--tests \(fullest.rawValue)")
  }
}

/// One task's samples.
public struct RecordedTask: Sendable {
  public let score: TaskScore
  /// Ascending.
  public let samples: [Sample]

  /// What became of one sample.
  public struct Sample: Sendable {
    public let number: Int
    public let passedBase: Bool
    /// The base and the plus tests.
    public let passedPlus: Bool
    /// The verdict was another one while the machine was busy.
    public let isTimingSensitive: Bool
    /// How each half ended.
    public let base: Ending
    public let plus: Ending

    /// - Parameters:
    ///   - base: if `nil`, a pass or a failure without a reason.
    ///   - plus: likewise.
    public init(
      number: Int, passedBase: Bool, passedPlus: Bool, isTimingSensitive: Bool = false, base: Ending? = nil,
      plus: Ending? = nil
    ) {
      self.number = number
      self.passedBase = passedBase
      self.passedPlus = passedPlus
      self.isTimingSensitive = isTimingSensitive
      self.base = base ?? Ending(status: passedBase ? .pass : .fail)
      self.plus = plus ?? Ending(status: passedPlus ? .pass : .fail)
    }
  }

  /// The status of a half and the judge's word for it.
  public struct Ending: Sendable, Hashable {
    public let status: HalfVerdict.Status
    /// `wrong answer`, `exception`, …; reports of record may lack it.
    public let reason: String?

    public init(status: HalfVerdict.Status, reason: String? = nil) {
      self.status = status
      self.reason = reason
    }

    init(_ row: JSONValue, _ half: String) throws(JSONError) {
      let word = try row.require(half, \.string)
      guard let status = HalfVerdict.Status(rawValue: word) else {
        throw JSONError("unknown status '\(word)' of '\(half)'")
      }
      self.init(status: status, reason: row["\(half)_reason"]?.string)
    }
  }

  /// Counts the samples.
  public init(task: String, samples: [Sample]) {
    score = TaskScore(
      task: task, samples: samples.count, base: samples.count { $0.passedBase },
      plus: samples.count { $0.passedPlus })
    self.samples = samples
  }

  init(json: JSONValue) throws(JSONError) {
    let samples = try json.require("verdicts", \.array).map { (row) throws(JSONError) in
      let (base, plus) = (try Ending(row, "base"), try Ending(row, "plus"))
      return Sample(
        number: try row.require("sample", \.integer), passedBase: base.status == .pass,
        passedPlus: plus.status == .pass && base.status == .pass,
        isTimingSensitive: row["timing_sensitive"]?.bool ?? false, base: base, plus: plus)
    }
    let task = try json.require("task_id", \.string)
    self.init(task: task, samples: samples)
    let counts: [(name: String, count: Int)] = [
      ("samples", score.samples), ("base_passed", score.base), ("plus_passed", score.plus),
    ]
    for (name, count) in counts where try json.require(name, \.integer) != count {
      throw JSONError("'\(name)' of \(task) is not the number of its verdicts, \(count)")
    }
  }
}
