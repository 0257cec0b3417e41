import Sandbox

/// One candidate looked at by itself: its verdict, and how many tests there were.
public struct Examination: Sendable {
  public let verdict: Verdict
  /// The numbers of base and plus tests of the task.
  public let baseTests: Int
  public let plusTests: Int

  /// Whether base and plus both passed.
  public var passed: Bool { verdict.base.status == .pass && verdict.plus.status == .pass }
}

extension Executor {
  /// Judges one program in a slot of its own.
  ///
  /// - Parameter allTests: whether to go on after the first failure.
  /// - Throws: ``HarnessFault`` or `SandboxError` when there is no verdict through our fault.
  public func examine(
    _ program: Program, on task: BenchmarkTask, of benchmark: Benchmark, allTests: Bool
  ) async throws -> Examination {
    try await withJudge(number: 0) { judge in
      switch try await judge.open(task, of: benchmark, limits: limits) {
      case .failed(let detail):
        throw HarnessFault("the reference program fails here: \(detail)")
      case .ready(let base, let plus):
        let verdict = try await judge.judge(program, allTests: allTests, shown: 4096)
        return Examination(verdict: verdict, baseTests: base, plusTests: plus)
      }
    }
  }
}
