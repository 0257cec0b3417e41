public import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A run as a list shows it: what it is of and how far it came, without its rows.
public struct RunListing: Sendable {
  public let path: String
  public let name: String
  /// `model 1a2b3c4d (bf16)`, `canonical`, `samples 1a2b3c4d`, `evalplus`: what the programs came from.
  public let source: String
  public let benchmarks: [Part]
  /// When the report, or where there is none the last row, was written: seconds since 1970.
  public let written: Int
  public let state: State

  /// How far the run came.
  public enum State: Sendable, Equatable {
    case finished
    /// Finished, but some samples have no verdict, or programs ran without a sandbox.
    case notTrusted(String)
    /// Samples that have a verdict.
    case unfinished(judged: Int)
    /// Why it cannot be read.
    case damaged(String)
  }

  /// One benchmark of the run.
  public struct Part: Sendable {
    public let name: String
    public let tasks: Int
    public let samples: Int
    /// On which tests, at the smallest k that the report has; `nil` of an unfinished run.
    public let half: Half
    public let k: Int?
    public let estimate: Estimate?
  }

  /// The runs that are `folder` or lie in it, by name; result files of evalplus and bigcodebench too.
  ///
  /// - Throws: ``EvalKitError`` (`data`) when there is no such folder.
  public static func all(in folder: String) throws(EvalKitError) -> [RunListing] {
    if isRun(folder) { return [RunListing(of: folder)] }
    guard let handle = opendir(folder) else {
      throw EvalKitError(.data, "cannot list '\(folder)'", cause: String(cString: strerror(errno)))
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().map { "\(folder)/\($0)" }.filter(isRun).map { RunListing(of: $0) }
  }

  private static func isRun(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    if status.st_mode & S_IFMT == S_IFDIR {
      return ["identity.json", "report.json", "eval_results.json"].contains {
        access("\(path)/\($0)", F_OK) == 0
      }
    }
    return ["eval_results.json", "eval_results.json.gz"].contains { path.hasSuffix($0) }
  }

  private init(of path: String) {
    self.path = path
    let isFile = RecordedRun.resultFile(at: path) != nil
    let rows = ["report.json", "verdicts.jsonl", "samples.jsonl", "identity.json"].map { "\(path)/\($0)" }
    written = ([path] + rows).suffix(isFile ? 5 : 4).compactMap(Self.time).first ?? 0
    do {
      if isFile || access("\(path)/report.json", F_OK) == 0 {
        let run = try RecordedRun(reading: path)
        name = run.name
        source = Self.source(run.identity)
        benchmarks = run.benchmarks.map(Part.init)
        state = Gate.weakness(of: run).map { .notTrusted($0) } ?? .finished
        return
      }
      let document = try RunFile.identity.read(in: path)
      let identity = RunIdentity(document["identity"]?.object ?? [:])
      source = Self.source(identity)
      benchmarks = (identity.json["benchmarks"]?.array ?? []).map { row in
        let name = row["name"]?.string ?? "?"
        let all = Benchmark.all.first { $0.name == name }?.taskCount ?? 0
        return Part(
          name: name, tasks: row["tasks"]?.array?.count ?? all, samples: 0, half: .plus, k: nil, estimate: nil
        )
      }
      // A line that a crash left without its end is no verdict.
      var judged = 0
      try? FileBytes.pieces(of: "\(path)/verdicts.jsonl") { judged += $0.count { $0 == UInt8(ascii: "\n") } }
      state = .unfinished(judged: judged)
    } catch {
      source = "?"
      benchmarks = []
      state = .damaged(error.cause ?? error.message)
    }
    name = path.split(separator: "/").last.map { String($0) } ?? path
  }

  private static func time(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_mtim.tv_sec) : nil
  }

  private static func source(_ identity: RunIdentity) -> String {
    let document = JSONValue.object(identity.json)
    if let results = document["results"] {
      return results["model"]?.string ?? results["format"]?.string ?? "result file"
    }
    let source = document["source"]
    let hash = source?["sha256"]?.string.map { " \($0.prefix(8))" } ?? ""
    let precision = source?["precision"]?.string.map { " (\($0))" } ?? ""
    return (source?["kind"]?.string ?? "?") + hash + precision
  }

  /// A row of `evalkit list --json`.
  public var json: JSONValue {
    var row: JSONObject = [
      "name": .string(name), "path": .string(path), "source": .string(source), "written": JSONValue(written),
    ]
    switch state {
    case .finished: row["state"] = "finished"
    case .notTrusted(let reason):
      row["state"] = "not trusted"
      row["reason"] = .string(reason)
    case .unfinished(let judged):
      row["state"] = "unfinished"
      row["judged"] = JSONValue(judged)
    case .damaged(let reason):
      row["state"] = "damaged"
      row["reason"] = .string(reason)
    }
    row["benchmarks"] = .array(
      benchmarks.map { part in
        var json: JSONObject = ["name": .string(part.name), "tasks": JSONValue(part.tasks)]
        if let estimate = part.estimate, let k = part.k {
          json["samples"] = JSONValue(part.samples)
          json["tests"] = .string(part.half.rawValue)
          json["k"] = JSONValue(k)
          json["score"] = estimate.json
        }
        return .object(json)
      })
    return .object(row)
  }
}

extension RunListing.Part {
  fileprivate init(_ part: RecordedBenchmark) {
    let row = part.score.rows.min { $0.k < $1.k }
    self.init(
      name: part.name, tasks: part.tasks.count,
      samples: part.sampleCount, half: part.fullest, k: row?.k,
      estimate: row.map { $0.estimate(part.fullest) })
  }
}
