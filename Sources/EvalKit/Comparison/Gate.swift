public import Statistics

/// Whether a run may take the place of its baseline.
public struct Gate: Sendable {
  public typealias Decision = RegressionRule.Decision

  public let baseline: RecordedRun
  public let run: RecordedRun
  public let settings: GateSettings
  /// Every key in which the identities differ; none is decisive unless it was allowed.
  public let differences: [IdentityDifference]
  public let checks: [Check]
  /// The score and the tasks of each suite, for people; decides nothing.
  public let comparison: Comparison
  /// All suites together.
  public let scores: PairedScores

  /// One of the things that must hold.
  public struct Check: Sendable, Equatable {
    public let name: String
    public let decision: Decision
    public let reason: String
  }

  /// The worst of the checks: what fails closes the gate, what cannot be told does not open it.
  public var decision: Decision {
    for decision in [Decision.fail, .cannotTell] where checks.contains(where: { $0.decision == decision }) {
      return decision
    }
    return .pass
  }

  /// - Parameters:
  ///   - settings: of the baseline, or others in their place.
  ///   - allowed: decisive identity keys that may differ all the same.
  ///   - seed: of resampling; the same seed gives the same decision.
  /// - Throws: ``EvalKitError`` when the runs are not comparable, or their tokens are not recorded.
  public init(
    baseline: RecordedRun, run: RecordedRun, settings: GateSettings, allowed: [String] = [], seed: UInt64 = 0
  ) throws(EvalKitError) {
    self.baseline = baseline
    self.run = run
    self.settings = settings
    guard
      let comparison = try Comparison.all(
        base: baseline, runs: [run], ks: [settings.k], allowed: allowed, seed: seed
      ).first
    else { throw EvalKitError(.harness, "nothing was compared") }
    self.comparison = comparison
    differences = comparison.differences
    for side in [baseline, run] {
      for benchmark in side.benchmarks where settings.mode == .score {
        try benchmark.require(settings.half, in: side)
      }
    }
    let pairs = try PairedBenchmark.all(baseline, run, ks: [settings.k])
    scores = PairedScores(
      strata: pairs.map { $0.differences(settings.half, k: settings.k) },
      isSingle: pairs.allSatisfy(\.isSingle), seed: seed)
    var checks = [Self.soundness(of: run), Self.coverage(of: run, baseline)]
    let unknown = differences.filter { $0.isUnknown && !$0.isAllowed(by: allowed) }
    if !unknown.isEmpty { checks.append(Self.comparability(unknown.map(\.key))) }
    switch settings.mode {
    case .score: checks.append(Self.regression(scores, settings))
    case .tokens: checks.append(try Self.identical(baseline, run))
    }
    self.checks = checks
  }

  /// Why a run's numbers are not to be trusted, or `nil`.
  static func weakness(of run: RecordedRun) -> String? {
    if run.isInsecure { return "it was made without a sandbox" }
    let faults = run.benchmarks.flatMap(\.notJudged)
    if !run.isComplete || !faults.isEmpty {
      return "\(faults.count) samples have no verdict: \(some(of: faults))"
    }
    let missing = run.benchmarks.flatMap(\.missing)
    return missing.isEmpty ? nil : "\(missing.count) tasks have no sample: \(some(of: missing))"
  }

  private static func soundness(of run: RecordedRun) -> Check {
    if let weakness = weakness(of: run) { return Check(name: "sound", decision: .fail, reason: weakness) }
    return Check(name: "sound", decision: .pass, reason: "all \(run.sampleCount) samples have a verdict")
  }

  private static func coverage(of run: RecordedRun, _ baseline: RecordedRun) -> Check {
    let present = Set(run.benchmarks.flatMap(\.tasks).map(\.score.task))
    let wanted = baseline.benchmarks.flatMap(\.tasks).map(\.score.task)
    let missing = wanted.filter { !present.contains($0) }
    return missing.isEmpty
      ? Check(name: "tasks", decision: .pass, reason: "all \(wanted.count) tasks of the baseline are there")
      : Check(
        name: "tasks", decision: .fail,
        reason: "\(missing.count) of the baseline's \(wanted.count) tasks are missing: \(some(of: missing))")
  }

  /// What decides a score and is not recorded may have changed: a gate does not open on that.
  private static func comparability(_ unknown: [String]) -> Check {
    let allow = unknown.map { "--allow-different \($0)" }.joined(separator: " ")
    return Check(
      name: "identity", decision: .cannotTell,
      reason:
        "not both runs record \(unknown.joined(separator: ", ")): nobody can tell whether the scores are of "
        + "the same thing (if you know they are: \(allow))")
  }

  private static func regression(_ scores: PairedScores, _ settings: GateSettings) -> Check {
    let rule = settings.rule
    let decision = rule.decide(scores)
    let change = "changed by \(points(scores.difference)) points over \(scores.count) tasks"
    let bound = rule.lowerBound(scores)
    let excluded = "\(percent(1 - rule.miss)) % bound: \(points(bound))"
    let p = "p \(probability(scores.worseP)) against no drop"
    let reason =
      switch decision {
      case .pass where scores.worseP < rule.alpha:
        "\(change); it is a drop (\(p)), but not one of \(percent(rule.maxDrop)) points (\(excluded))"
      case .pass: "\(change); a drop of \(percent(rule.maxDrop)) points is excluded (\(excluded))"
      case .fail:
        "\(change); it is a drop (\(p)), and \(percent(rule.maxDrop)) points are not excluded (\(excluded))"
      case .cannotTell:
        "\(change); no drop is shown (\(p)), but \(percent(rule.maxDrop)) points are not excluded (\(excluded)); "
          + resolution(scores, rule)
      }
    return Check(name: "score", decision: decision, reason: reason)
  }

  private static func resolution(_ scores: PairedScores, _ rule: RegressionRule) -> String {
    let seen =
      scores.detectableDifference(tail: rule.alpha).map { "a drop of \(percent($0)) points" } ?? "no drop"
    return
      "with so many tasks and \(percent(scores.discordance)) % discordance \(seen) fails with chance 0.8: "
      + "take more tasks or samples, or a larger --max-drop"
  }

  private static func identical(_ baseline: RecordedRun, _ run: RecordedRun) throws(EvalKitError) -> Check {
    let (ours, theirs) = (try RecordedTokens(of: baseline), try RecordedTokens(of: run))
    let wanted = baseline.benchmarks.flatMap(\.tasks).flatMap { task in
      task.samples.map { SampleID(task: task.score.task, sample: $0.number) }
    }
    let differing = wanted.filter { ours[$0] == nil || ours[$0] != theirs[$0] }.map {
      "\($0.task) #\($0.sample)"
    }
    let what = ours.isOfTokens ? "tokens" : "programs"
    if wanted.isEmpty { return Check(name: "tokens", decision: .fail, reason: "the baseline has no sample") }
    if differing.isEmpty {
      // None of n differ: a 95 % bound on the share that would.
      let bound = upperBound(ofNoneAmong: wanted.count)
      return Check(
        name: "tokens", decision: .pass,
        reason:
          "the \(what) of all \(wanted.count) samples are the same: fewer than \(percent(bound)) % would "
          + "differ (95 % bound)")
    }
    return Check(
      name: "tokens", decision: .fail,
      reason: "the \(what) of \(differing.count) of \(wanted.count) samples differ: \(some(of: differing))")
  }

  private static func some(of names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
  }
}
