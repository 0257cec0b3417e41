import JSON
import Sandbox

/// One benchmark with its data, and the part of it that a run scores.
public struct PlannedBenchmark: Sendable {
  public let benchmark: Benchmark
  public let file: TaskFile
  /// In the order of the file.
  public let tasks: [BenchmarkTask]

  /// - Parameters:
  ///   - patterns: task ids or globs (`HumanEval/1?`, `*/32`); a bare number means this benchmark's task.
  ///     Empty means all.
  ///   - limit: the first so many of what is left.
  public init(
    _ benchmark: Benchmark, file: TaskFile, patterns: [String] = [], limit: Int? = nil
  ) {
    self.benchmark = benchmark
    self.file = file
    let full = patterns.map { $0.allSatisfy(\.isNumber) ? benchmark.idPrefix + $0 : $0 }
    let chosen =
      full.isEmpty ? file.tasks : file.tasks.filter { task in full.contains { matches($0, task.id) } }
    tasks = Array(chosen.prefix(limit ?? chosen.count))
  }

  /// ``tasks`` with the slowest first.
  var longestFirst: [BenchmarkTask] {
    let slow = benchmark.slowestTasks.compactMap { id in tasks.first { $0.id == id } }
    return slow + tasks.filter { !benchmark.slowestTasks.contains($0.id) }
  }

  /// Whether only a part of the benchmark is scored.
  public var isPartial: Bool { tasks.count != file.tasks.count }

  var identity: JSONValue {
    .object([
      "name": .string(benchmark.name), "version": .string(benchmark.version),
      "sha256": .string(file.contentSHA256), "md5": .string(file.md5),
      "tasks": isPartial ? .array(tasks.map { .string($0.id) }) : "all",
    ])
  }
}

/// Shell-style matching of `*` and `?`, over bytes.
private func matches(_ pattern: String, _ text: String) -> Bool {
  let pattern = Array(pattern.utf8)
  let text = Array(text.utf8)
  var (p, t) = (0, 0)
  var star: (p: Int, t: Int)?
  while t < text.count {
    if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
      star = (p, t)
      p += 1
    } else if p < pattern.count, pattern[p] == text[t] || pattern[p] == UInt8(ascii: "?") {
      p += 1
      t += 1
    } else if let last = star {
      star = (last.p, last.t + 1)
      (p, t) = (last.p + 1, last.t + 1)
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
}

/// All that a run is, fixed before it starts.
public struct RunPlan: Sendable {
  public let benchmarks: [PlannedBenchmark]
  public let source: SampleSource
  /// The k of pass@k; those that the samples do not allow are left out of the report.
  public let ks: [Int]
  public let executor: Executor
  /// Whether what the sanitizer was given is judged too. Changes no score, and is no part of the identity.
  public let judgesUnsanitized: Bool

  public init(
    benchmarks: [PlannedBenchmark], source: SampleSource, ks: [Int], executor: Executor,
    judgesUnsanitized: Bool = false
  ) {
    self.judgesUnsanitized = judgesUnsanitized
    self.benchmarks = benchmarks
    self.source = source
    self.ks = ks
    self.executor = executor
  }

  public var identity: RunIdentity {
    var scoring = executor.limits.json
    scoring["python"] = .string(executor.python.version)
    scoring["numpy"] = JSONValue(executor.python.numpyVersion)
    scoring["sandbox"] = executor.sandboxDocument
    return RunIdentity([
      "schema": "evalkit.identity", "schema_version": JSONValue(RunIdentity.schemaVersion),
      "evalkit": .string(evalkitVersion),
      "benchmarks": .array(benchmarks.map(\.identity)),
      "source": .object(source.identity),
      "scoring": .object(scoring),
    ])
  }

  /// The folder's name below `Results/` when no other was asked for: the same command finds it again.
  public var defaultFolderName: String {
    let names = benchmarks.map { $0.benchmark.name }.joined(separator: ",")
    return "\(names)-\(source.label)-\(identity.shortHash)"
  }

  /// How many samples there will be for `task`.
  func sampleCount(for task: BenchmarkTask) -> Int {
    switch source {
    case .model(_, let count), .canonical(let count): count
    case .file(let file): file.programs[task.id]?.count ?? 0
    }
  }
}

extension SampleSource {
  /// For folder names: letters, digits, dots, dashes.
  var label: String {
    switch self {
    case .model(let generator, _): generator.label.asFileName
    case .canonical: "canonical"
    case .file(let file):
      (file.path.split(separator: "/").last.map { String($0) } ?? "samples")
        .split(separator: ".").first.map { String($0).asFileName } ?? "samples"
    }
  }

  var identity: JSONObject {
    switch self {
    case .model(let generator, let count):
      var identity = generator.identity
      identity["kind"] = "model"
      identity["prompt_style"] = .string(generator.promptStyle.rawValue)
      identity["samples_per_task"] = JSONValue(count)
      return identity
    case .canonical(let count):
      return ["kind": "canonical", "samples_per_task": JSONValue(count)]
    case .file(let file):
      return ["kind": "samples", "sha256": .string(file.sha256)]
    }
  }
}

extension String {
  fileprivate var asFileName: String {
    let kept = utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
        byte
      default: UInt8(ascii: "-")
      }
    }
    return String(decoding: kept.prefix(60), as: UTF8.self)
  }
}
