import Statistics

/// The tasks that two runs have in common in one benchmark.
struct PairedBenchmark {
  let name: String
  let tasks: [(base: RecordedTask, new: RecordedTask)]
  let ks: [Int]
  /// The tests that both runs ran.
  let halves: [Half]
  /// Tasks that were left out, as a verdict on either side hangs on the machine's speed.
  let excluded: [String]

  /// The benchmarks that both runs have.
  ///
  /// - Parameter excludesTimingSensitive: whether tasks with a timing-sensitive verdict are left out.
  /// - Throws: ``EvalKitError`` (`data`) when there is no common task, or (`usage`) no common k.
  static func all(
    _ base: RecordedRun, _ new: RecordedRun, ks: [Int]?, excludesTimingSensitive: Bool = false
  ) throws(EvalKitError) -> [PairedBenchmark] {
    var found: [PairedBenchmark] = []
    for ours in base.benchmarks {
      guard let theirs = new.benchmarks.first(where: { $0.name == ours.name }) else { continue }
      let byTask = Dictionary(
        theirs.tasks.map { ($0.score.task, $0) }, uniquingKeysWith: { first, _ in first })
      let common = ours.tasks.compactMap { task in byTask[task.score.task].map { (task, $0) } }
      let excluded =
        excludesTimingSensitive ? common.filter { $0.isTimingSensitive || $1.isTimingSensitive } : []
      let tasks =
        excluded.isEmpty ? common : common.filter { !$0.isTimingSensitive && !$1.isTimingSensitive }
      let halves = ours.halves.filter { theirs.halves.contains($0) }
      if tasks.isEmpty || halves.isEmpty { continue }
      let most = tasks.flatMap { [$0.0.score.samples, $0.1.score.samples] }.filter { $0 > 0 }.min() ?? 1
      let wanted = ks ?? ours.ks.filter { theirs.ks.contains($0) }
      if let large = wanted.first(where: { $0 > most }) {
        throw EvalKitError(
          .usage, "pass@\(large) of \(ours.name) cannot be compared",
          cause: "some task has only \(most) samples in '\(base.path)' or '\(new.path)'",
          hint: "--k \(most), or make more samples")
      }
      found.append(
        PairedBenchmark(
          name: ours.name, tasks: tasks, ks: wanted, halves: halves, excluded: excluded.map(\.0.score.task)))
    }
    if found.isEmpty {
      throw EvalKitError(
        .data, "'\(base.path)' and '\(new.path)' have no task in common",
        cause: "they hold \(names(base)) and \(names(new))")
    }
    if found.allSatisfy(\.ks.isEmpty) {
      throw EvalKitError(
        .data, "'\(base.path)' and '\(new.path)' report no pass@k in common", hint: "give one: --k 1")
    }
    return found
  }

  private static func names(_ run: RecordedRun) -> String {
    run.benchmarks.map(\.name).joined(separator: ", ")
  }

  /// Whether each side has one answer to every task, or none, which is a wrong one.
  var isSingle: Bool { tasks.allSatisfy { $0.base.score.samples <= 1 && $0.new.score.samples <= 1 } }

  /// New − base, a task each.
  func differences(_ half: Half, k: Int) -> [Double] {
    tasks.map {
      $0.new.score.value(k: k, correct: $0.new.score.correct(half))
        - $0.base.score.value(k: k, correct: $0.base.score.correct(half))
    }
  }

  /// The p is not yet adjusted.
  func scores(seed: UInt64) -> [ScoreComparison] {
    ks.flatMap { k in
      halves.map { half in
        func estimate(_ side: (_ pair: (base: RecordedTask, new: RecordedTask)) -> TaskScore) -> Estimate {
          Estimate(over: tasks.map { side($0).value(k: k, correct: side($0).correct(half)) })
        }
        let scores = PairedScores(strata: [differences(half, k: k)], isSingle: isSingle, seed: seed)
        return ScoreComparison(
          benchmark: name, half: half, k: k, base: estimate(\.base.score), new: estimate(\.new.score),
          scores: scores, adjustedP: scores.p)
      }
    }
  }

  var changes: BenchmarkChanges {
    let half = halves.contains(.plus) ? Half.plus : .base
    let all = tasks.compactMap { TaskChange($0.base, $0.new, half: half) }
    // Stable: equal changes stay in the order of the benchmark.
    let ordered = all.enumerated().sorted {
      let (a, b) = (abs($0.element.difference), abs($1.element.difference))
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element)
    return BenchmarkChanges(
      benchmark: name, half: half, tasks: tasks.count, excluded: excluded,
      worse: ordered.filter { $0.difference < 0 },
      better: ordered.filter { $0.difference > 0 })
  }
}
