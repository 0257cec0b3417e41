/// The result of one task: how many of its samples were right.
public struct TaskScore: Sendable, Equatable {
  public let task: String
  /// Samples that have a verdict. 0 is a missing task and counts as failed.
  public let samples: Int
  /// Passed the base tests.
  public let base: Int
  /// Passed the base and the plus tests, as evalplus counts it (`evalplus/evaluate.py`).
  public let plus: Int

  public init(task: String, samples: Int, base: Int, plus: Int) {
    self.task = task
    self.samples = samples
    self.base = base
    self.plus = plus
  }

  /// Counts the verdicts of one task's samples.
  public init(task: String, verdicts: [Verdict]) {
    let passedBase = verdicts.filter { $0.base.status == .pass }
    let passedBoth = passedBase.filter { $0.plus.status == .pass }
    self.init(task: task, samples: verdicts.count, base: passedBase.count, plus: passedBoth.count)
  }
}

/// pass@k of one benchmark, base and base+plus.
public struct Score: Sendable, Equatable {
  /// One row of the table.
  public struct Row: Sendable, Equatable {
    public let k: Int
    public let base: Estimate
    public let plus: Estimate

    /// On the base tests or on both.
    public func estimate(_ half: Half) -> Estimate { half == .base ? base : plus }
  }

  public let rows: [Row]
  /// The values of k that were asked for and could not be given, as some task has fewer samples.
  public let omitted: [Int]

  /// Scores every task: those without a sample count as failed and do not limit k.
  ///
  /// - Parameter ks: the k to report; one larger than the number of samples of any present task is
  ///   omitted, as the estimator is not defined there.
  public init(of tasks: [TaskScore], ks: [Int]) {
    let available = tasks.filter { $0.samples > 0 }.map(\.samples).min() ?? 1
    let possible = ks.filter { $0 <= available }
    omitted = ks.filter { $0 > available }
    rows =
      tasks.isEmpty
      ? []
      : possible.map { k in
        Row(
          k: k,
          base: Estimate(over: tasks.map { $0.value(k: k, correct: $0.base) }),
          plus: Estimate(over: tasks.map { $0.value(k: k, correct: $0.plus) }))
      }
  }
}

extension TaskScore {
  /// The task's share of pass@k; a missing task counts as failed.
  func value(k: Int, correct: Int) -> Double {
    samples == 0 ? 0 : passAtK(samples: samples, correct: correct, k: k)
  }
}
