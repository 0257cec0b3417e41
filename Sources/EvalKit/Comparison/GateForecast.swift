public import JSON
public import Statistics

/// What a gate's rule will do for some suites, by simulation (``GateSimulation``).
public struct GateForecast: Sendable {
  /// One row of the table.
  public struct Row: Sendable {
    public let suites: String
    public let tasks: Int
    public let discordance: Double
    /// When nothing has changed.
    public let unchanged: GateSimulation.Shares
    /// When the score has dropped by the rule's margin.
    public let dropped: GateSimulation.Shares
    /// The drop that fails with chance 0.8; `nil` when none does.
    public let caught: Double?
  }

  public let samples: Int
  public let settings: GateSettings
  public let score: Double
  public let repetitions: Int
  public let rows: [Row]

  /// - Parameters:
  ///   - suites: each with a name and the tasks of its benchmarks.
  ///   - samples: a task, at least `settings.k` and at most 64.
  ///   - score: the share of right samples.
  ///   - discordances: shares of the tasks on which two single-sample runs of one model disagree.
  ///   - repetitions: made-up pairs of runs for each row and drop.
  public init(
    suites: [(name: String, tasks: [Int])], samples: Int, settings: GateSettings, score: Double,
    discordances: [Double], repetitions: Int, seed: UInt64 = 0
  ) {
    self.samples = samples
    self.settings = settings
    self.score = score
    self.repetitions = repetitions
    let values = (0...samples).map { passAtK(samples: samples, correct: $0, k: settings.k) }
    rows = suites.flatMap { suite in
      discordances.map { discordance in
        let simulation = GateSimulation(
          suites: suite.tasks, values: values, score: score, discordance: discordance, rule: settings.rule,
          repetitions: repetitions, seed: seed)
        return Row(
          suites: suite.name, tasks: suite.tasks.reduce(0, +), discordance: discordance,
          unchanged: simulation.shares(drop: 0),
          dropped: simulation.shares(drop: min(settings.rule.maxDrop, score)),
          caught: simulation.caughtDrop())
      }
    }
  }

  /// The document of `evalkit gate simulate --json`.
  public var json: JSONValue {
    func shares(_ shares: GateSimulation.Shares) -> JSONValue {
      ["pass": .double(shares.pass), "fail": .double(shares.fail), "cannot tell": .double(shares.cannotTell)]
    }
    return [
      "schema": "evalkit.gate-simulation", "schema_version": 1, "settings": settings.json,
      "samples_per_task": JSONValue(samples), "score": .double(score), "repetitions": JSONValue(repetitions),
      "rows": .array(
        rows.map {
          [
            "suites": .string($0.suites), "tasks": JSONValue($0.tasks),
            "discordance": .double($0.discordance),
            "unchanged": shares($0.unchanged), "dropped_by_max_drop": shares($0.dropped),
            "caught_drop": JSONValue($0.caught),
          ]
        }),
    ]
  }
}
