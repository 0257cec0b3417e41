import Testing

@testable import EvalKit

struct WorkQueueTests {
  private func work(_ samples: Range<Int>, task: Int = 0) throws -> TaskWork {
    let benchmark = try #require(Benchmark.all.first)
    let line = #"""
      {"task_id": "T/\#(task)", "entry_point": "f", "prompt": "", "canonical_solution": "", "base_input": [],
      "plus_input": [], "atol": 0}
      """#
    return TaskWork(
      subject: Subject(benchmark: benchmark, task: try BenchmarkTask(line: Array(line.utf8), number: 1)),
      candidates: samples.map { .init(sample: $0, program: Program(text: "")) }[...])
  }

  /// Takes everything from `slot` on, in turns with the others.
  private func drain(_ queue: WorkQueue, slot: Int) async -> [String] {
    var taken: [String] = []
    while let subject = await queue.next(for: slot) {
      while let candidate = await queue.candidate(for: slot) {
        taken.append("\(subject.task.id) \(candidate.sample)")
        await Task.yield()
      }
    }
    return taken
  }

  @Test func oneLargeTaskKeepsEverySlotBusy() async throws {
    let queue = WorkQueue()
    await queue.push(try work(0..<200))
    await queue.finish()
    let taken = await withTaskGroup(of: [String].self) { group in
      for slot in 0..<4 { group.addTask { await drain(queue, slot: slot) } }
      return await group.reduce(into: [[String]]()) { $0.append($1) }
    }
    #expect(taken.joined().sorted() == (0..<200).map { "T/0 \($0)" }.sorted())
    #expect(taken.allSatisfy { !$0.isEmpty })
  }

  @Test func aWaitingSlotGetsHalfOfWhatArrives() async throws {
    let queue = WorkQueue()
    let waiting = [0, 1].map { slot in Task { await queue.next(for: slot) } }
    for _ in 0..<100 { await Task.yield() }
    await queue.push(try work(0..<9))
    for task in waiting { #expect(await task.value != nil) }
    let counts = [await queue.release(slot: 0), await queue.release(slot: 1)].map { $0?.candidates.count }
    #expect(counts.compactMap { $0 }.sorted() == [4, 5])
  }

  @Test func aFewAreNotWorthOpeningTheTaskAgain() async throws {
    let queue = WorkQueue()
    await queue.push(try work(0..<WorkQueue.leastToShare - 1))
    await queue.finish()
    #expect(await queue.next(for: 0) != nil)
    #expect(await queue.next(for: 1) == nil)
  }

  @Test func whatIsWaitingGoesBeforeWhatIsShared() async throws {
    let queue = WorkQueue()
    await queue.push(try work(0..<50, task: 0))
    await queue.push(try work(0..<1, task: 1))
    await queue.finish()
    #expect(await queue.next(for: 0)?.task.id == "T/0")
    #expect(await queue.next(for: 1)?.task.id == "T/1")
    #expect(await queue.next(for: 2)?.task.id == "T/0")
  }

  @Test func whatASlotBringsBackAfterTheEndIsHandedOut() async throws {
    let queue = WorkQueue()
    await queue.push(try work(0..<1))
    await queue.finish()
    _ = await queue.next(for: 0)
    let rest = try #require(await queue.release(slot: 0))
    await queue.push(rest)
    #expect(await drain(queue, slot: 0) == ["T/0 0"])
  }

  @Test func cancellationEndsTheWait() async {
    let queue = WorkQueue()
    let waiting = Task { await queue.next(for: 0) }
    for _ in 0..<100 { await Task.yield() }
    waiting.cancel()
    #expect(await waiting.value == nil)
  }
}
