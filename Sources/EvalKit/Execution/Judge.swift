import JSON
import Sandbox

/// The judge at the far end of one slot: the requests it understands, typed.
///
/// The message format is documented at the head of `Sandbox/Python/judge.py`.
struct Judge {
  let slot: Slot
  let expected: ExpectedCache

  /// How the task's own reference program did. It ran in the sandbox like any candidate.
  enum Reference {
    /// With the numbers of base and plus tests.
    case ready(base: Int, plus: Int)
    /// An environment fault: without expected values nothing can be judged.
    case failed(String)
  }

  /// Hands over a task. The judge runs its reference program unless the expected values are known.
  func open(
    _ task: BenchmarkTask, of benchmark: Benchmark, limits: JudgingLimits
  ) async throws -> Reference {
    var request: JSONObject = [
      "op": "task", "task_id": .string(task.id), "dataset": .string(benchmark.dataset.rawValue),
      "entry_point": .string(task.entryPoint),
    ]
    for member in limits.json.members { request[member.name] = member.value }
    let file = expected.file(for: task, of: benchmark)
    let reply = try await exchange(
      request,
      blobs: [
        task.rawBaseInput, task.rawPlusInput, task.rawAtol, task.referenceProgram(),
        expected.read(file) ?? [],
      ])
    if let made = reply.blobs.first { expected.write(made, to: file) }
    if try reply.json.require("reference", \.string) == "ok" {
      return .ready(
        base: reply.json["base_tests"]?.integer ?? 0, plus: reply.json["plus_tests"]?.integer ?? 0)
    }
    return .failed(reply.json["detail"]?.string ?? "no detail")
  }

  /// Runs one candidate of the open task, base and plus each in a fresh process.
  ///
  /// - Parameters:
  ///   - allTests: whether to go on after the first failure.
  ///   - shown: how many characters of a failing test's values the verdict carries; `nil` leaves it to the judge.
  func judge(_ program: Program, allTests: Bool = false, shown: Int? = nil) async throws -> Verdict {
    var request: JSONObject = ["op": "candidate", "halves": ["base", "plus"], "fast": .bool(!allTests)]
    if let shown { request["literal_limit"] = JSONValue(shown) }
    let reply = try await exchange(request, blobs: [program.token])
    return try Verdict(json: reply.json)
  }

  /// The part of `text` that evalplus' sanitizer would keep, or `nil` when its parser gave up on it.
  func sanitize(_ text: String, entryPoint: String) async throws -> Program? {
    let reply = try await exchange(
      ["op": "sanitize", "entry_point": .string(entryPoint)], blobs: [Program(text: text).token])
    if reply.json["error"] != nil { return nil }
    guard let token = reply.blobs.first else { throw HarnessFault("the sanitizer sent no program") }
    return Program(token: token)
  }

  private func exchange(
    _ request: JSONObject, blobs: [[UInt8]]
  ) async throws -> (json: JSONValue, blobs: [[UInt8]]) {
    let (json, blobs) = try await slot.exchange(.object(request), blobs: blobs)
    if json["op"] == "fault" { throw HarnessFault(json["detail"]?.string ?? "no detail") }
    guard json["op"] == request["op"] else { throw HarnessFault("the judge answered another question") }
    return (json, blobs)
  }
}
