public import JSON

/// One score over many runs, in the order in which they were given.
public struct Trend: Sendable {
  /// Raised when a member changes its meaning or goes away.
  public static let schemaVersion = 1

  public let benchmark: String
  public let half: Half
  public let k: Int
  public let points: [Point]

  /// One run's score.
  public struct Point: Sendable {
    public let run: RecordedRun
    public let estimate: Estimate
    /// Decisive identity keys in which the run differs from the one before.
    public let changedKeys: [String]
    /// Keys of which nobody can say whether they differ, as not both record them.
    public let unknownKeys: [String]
  }

  /// - Parameters:
  ///   - benchmark: `nil` takes the first of the first run.
  ///   - half: `nil` takes the plus tests if the first run has them.
  ///   - runs: at least one.
  /// - Throws: ``EvalKitError`` when a run lacks the benchmark, or samples for k.
  public init(
    over runs: [RecordedRun], benchmark: String? = nil, half: Half? = nil, k: Int = 1
  ) throws(EvalKitError) {
    let name = benchmark ?? runs.first?.benchmarks.first?.name ?? ""
    let half = half ?? runs.first?.benchmarks.first { $0.name == name }?.fullest ?? .plus
    self.benchmark = name
    self.half = half
    self.k = k
    var points: [Point] = []
    for run in runs {
      guard let own = run.benchmarks.first(where: { $0.name == name }), !own.tasks.isEmpty else {
        let names = run.benchmarks.map(\.name).joined(separator: ", ")
        throw EvalKitError(
          .data, "'\(run.path)' has no \(name)", hint: "it holds \(names); name one with --benchmark")
      }
      try own.require(half, in: run)
      let fewest = own.tasks.map(\.score.samples).filter { $0 > 0 }.min() ?? 1
      guard k <= fewest else {
        throw EvalKitError(
          .usage, "'\(run.path)' has no pass@\(k) of \(name)", cause: "some task has only \(fewest) samples",
          hint: "--k \(fewest)")
      }
      let differences = points.last.map { IdentityDifference.all($0.run.identity, run.identity) } ?? []
      points.append(
        Point(
          run: run,
          estimate: Estimate(over: own.tasks.map { $0.score.value(k: k, correct: $0.score.correct(half)) }),
          changedKeys: differences.filter(\.isDecisive).map(\.key),
          unknownKeys: differences.filter(\.isUnknown).map(\.key)))
    }
    self.points = points
  }

  /// What is plotted: `humaneval+ base + plus, pass@1`.
  public var title: String { "\(benchmark) \(half.title), pass@\(k)" }

  /// The document of `evalkit compare --trend --json`.
  public var json: JSONValue {
    [
      "schema": "evalkit.trend", "schema_version": JSONValue(Trend.schemaVersion),
      "benchmark": .string(benchmark), "tests": .string(half.rawValue), "k": JSONValue(k),
      "points": .array(
        points.map {
          [
            "run": .string($0.run.path), "value": .double($0.estimate.value),
            "standard_error": .double($0.estimate.standardError),
            "low": .double($0.estimate.interval.lowerBound), "high": .double($0.estimate.interval.upperBound),
            "changed_keys": .array($0.changedKeys.map { .string($0) }),
            "unknown_keys": .array($0.unknownKeys.map { .string($0) }),
          ]
        }),
    ]
  }
}
