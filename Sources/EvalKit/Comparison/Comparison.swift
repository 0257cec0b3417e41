public import Statistics

/// The tests that a score is of.
public enum Half: String, Sendable, CaseIterable {
  case base
  /// The base and the plus tests.
  case plus
}

extension TaskScore {
  /// Right samples, on the base tests or on both.
  public func correct(_ half: Half) -> Int { half == .base ? base : plus }
}

extension RecordedTask {
  /// Whether a verdict on it hangs on the machine's speed.
  var isTimingSensitive: Bool { samples.contains { $0.isTimingSensitive } }
}

extension RecordedTask.Sample {
  /// On the base tests or on both.
  public func passed(_ half: Half) -> Bool { half == .base ? passedBase : passedPlus }
}

/// One score of two runs, paired by task.
public struct ScoreComparison: Sendable {
  public let benchmark: String
  public let half: Half
  public let k: Int
  public let base: Estimate
  public let new: Estimate
  public let scores: PairedScores
  /// Holm's, over the suites and runs that were compared together in this half and at this k.
  public let adjustedP: Double

  /// Whether the runs differ by more than chance would have it, at 5 %.
  public var isDistinguishable: Bool { adjustedP < 0.05 }
}

/// A task that came out otherwise than before.
public struct TaskChange: Sendable, Equatable {
  public let task: String
  public let base: Count
  public let new: Count
  /// Samples that show it: where the task is right more often, one that is right; on the other side one that
  /// is wrong. `nil` where there is none.
  public let baseSample: Int?
  public let newSample: Int?
  /// Whether a verdict on either side hangs on the machine's speed.
  public let isTimingSensitive: Bool

  /// Right samples, of how many.
  public struct Count: Sendable, Equatable {
    public let right: Int
    public let of: Int

    /// A task without a sample has failed.
    public var share: Double { of == 0 ? 0 : Double(right) / Double(of) }
  }

  /// The new share of right samples less the old one.
  public var difference: Double { new.share - base.share }

  /// `nil` when the task came out as before.
  init?(_ base: RecordedTask, _ new: RecordedTask, half: Half) {
    task = base.score.task
    self.base = Count(right: base.score.correct(half), of: base.score.samples)
    self.new = Count(right: new.score.correct(half), of: new.score.samples)
    let isWorse = self.new.share < self.base.share
    baseSample = base.samples.first { $0.passed(half) == isWorse }?.number
    newSample = new.samples.first { $0.passed(half) != isWorse }?.number
    isTimingSensitive = base.isTimingSensitive || new.isTimingSensitive
    if difference == 0 { return nil }
  }
}

/// The tasks of one benchmark that changed, in base and plus together as evalplus counts.
public struct BenchmarkChanges: Sendable {
  public let benchmark: String
  /// ``Half/plus``, or ``Half/base`` where not both runs ran the plus tests.
  public let half: Half
  /// Tasks that were compared.
  public let tasks: Int
  /// Tasks that both runs have and that were left out as timing-sensitive.
  public let excluded: [String]
  /// Right less often than before, the largest drop first.
  public let worse: [TaskChange]
  /// Right more often than before, the largest gain first.
  public let better: [TaskChange]

  /// Changed tasks with a verdict that hangs on the machine's speed, of both lists.
  public var timingSensitive: [TaskChange] { (worse + better).filter(\.isTimingSensitive) }

  /// Both lists with their titles, for people.
  public var lists: [(title: String, tasks: [TaskChange])] {
    let isSingle = (worse + better).allSatisfy { $0.base.of <= 1 && $0.new.of <= 1 }
    return [
      (isSingle ? "newly failing" : "less often right", worse),
      (isSingle ? "newly passing" : "more often right", better),
    ]
  }
}

/// Two runs, paired by task.
public struct Comparison: Sendable {
  public let base: RecordedRun
  public let new: RecordedRun
  /// Every key in which the identities differ; none is decisive unless it was allowed.
  public let differences: [IdentityDifference]
  public let scores: [ScoreComparison]
  public let changes: [BenchmarkChanges]

  /// Compares each of `runs` with `base`.
  ///
  /// - Parameters:
  ///   - ks: the k to compare; `nil` takes those that the reports have in common.
  ///   - allowed: decisive identity keys that may differ all the same.
  ///   - excludesTimingSensitive: whether tasks with a verdict that hangs on the machine's speed, on either
  ///     side, are left out.
  ///   - seed: of resampling; the same seed gives the same bytes.
  /// - Throws: ``EvalKitError`` (`data`) for runs that are not comparable.
  public static func all(
    base: RecordedRun, runs: [RecordedRun], ks: [Int]? = nil, allowed: [String] = [],
    excludesTimingSensitive: Bool = false, seed: UInt64 = 0
  ) throws(EvalKitError) -> [Comparison] {
    var found: [Comparison] = []
    for run in runs {
      let (differences, pairs) = try paired(
        base, run, ks: ks, allowed: allowed, excludesTimingSensitive: excludesTimingSensitive)
      found.append(
        Comparison(
          base: base, new: run, differences: differences, scores: pairs.flatMap { $0.scores(seed: seed) },
          changes: pairs.map(\.changes)))
    }
    return adjusted(found)
  }

  /// What is compared of two runs; without the scores, whose resampling takes the time.
  ///
  /// - Throws: as ``all(base:runs:ks:allowed:excludesTimingSensitive:seed:)``.
  static func paired(
    _ base: RecordedRun, _ new: RecordedRun, ks: [Int]? = nil, allowed: [String] = [],
    excludesTimingSensitive: Bool = false
  ) throws(EvalKitError) -> (differences: [IdentityDifference], pairs: [PairedBenchmark]) {
    (
      try IdentityDifference.check(base, new, allowed: allowed),
      try PairedBenchmark.all(base, new, ks: ks, excludesTimingSensitive: excludesTimingSensitive)
    )
  }

  /// Puts Holm's p in place, over all scores of the same half and k.
  private static func adjusted(_ comparisons: [Comparison]) -> [Comparison] {
    struct Family: Hashable {
      let half: Half
      let k: Int
    }
    let all = comparisons.flatMap(\.scores)
    let families = Dictionary(grouping: all.indices) { Family(half: all[$0].half, k: all[$0].k) }
    var values = all.map(\.scores.p)
    for members in families.values {
      for (index, p) in zip(members, holmAdjusted(members.map { all[$0].scores.p })) { values[index] = p }
    }
    var next = values.makeIterator()
    return comparisons.map { comparison in
      Comparison(
        base: comparison.base, new: comparison.new, differences: comparison.differences,
        scores: comparison.scores.map { score in
          ScoreComparison(
            benchmark: score.benchmark, half: score.half, k: score.k, base: score.base, new: score.new,
            scores: score.scores, adjustedP: next.next() ?? score.scores.p)
        },
        changes: comparison.changes)
    }
  }
}
