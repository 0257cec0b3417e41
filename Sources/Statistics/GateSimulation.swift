/// How a ``RegressionRule`` behaves, found by applying it to made-up runs.
///
/// Of the tasks, a share is always solved, a share never, and twice the discordance is a matter of chance,
/// each sample right or wrong as a coin falls: with one sample a task, two runs of the same model then
/// disagree on the discordance's share of the tasks. A drop comes from tasks that break altogether.
public struct GateSimulation: Sendable {
  /// Tasks of each suite.
  public let suites: [Int]
  /// The share of right samples.
  public let score: Double
  public let discordance: Double
  public let rule: RegressionRule
  /// A task's score for 0, 1, … samples right.
  private let values: [Double]
  private let repetitions: Int
  private let seed: UInt64

  /// The share of the repetitions that ended in each decision.
  public struct Shares: Sendable, Equatable {
    public private(set) var pass = 0.0
    public private(set) var fail = 0.0
    public private(set) var cannotTell = 0.0

    fileprivate mutating func add(_ decision: RegressionRule.Decision, _ weight: Double) {
      switch decision {
      case .pass: pass += weight
      case .fail: fail += weight
      case .cannotTell: cannotTell += weight
      }
    }
  }

  /// - Parameters:
  ///   - values: a task's score for 0, 1, … n samples right.
  ///   - score: at least `discordance` from 0 and from 1.
  public init(
    suites: [Int], values: [Double], score: Double = 0.7, discordance: Double = 0.05, rule: RegressionRule,
    repetitions: Int = 2000, seed: UInt64 = 0
  ) {
    precondition(values.count >= 2 && values.count <= 65 && suites.contains { $0 > 0 })
    precondition(discordance >= 0 && (discordance...(1 - discordance)).contains(score))
    self.suites = suites
    self.values = values
    self.score = score
    self.discordance = discordance
    self.rule = rule
    self.repetitions = repetitions
    self.seed = seed
  }

  /// What the rule decides when the share of right samples has fallen by `drop`.
  public func shares(drop: Double) -> Shares {
    var shares = Shares()
    for repetition in 0..<repetitions {
      shares.add(rule.decide(scores(drop: drop, repetition)), 1 / Double(repetitions))
    }
    return shares
  }

  /// The smallest drop that fails in `power` of the cases, to a hundredth of a point; `nil` when the loss of
  /// everything does not.
  public func caughtDrop(power: Double = 0.8) -> Double? {
    var (low, high) = (0.0, score)
    guard shares(drop: high).fail >= power else { return nil }
    while high - low > 0.0001 {
      // The same random numbers serve every drop, so that more of it never fails less by chance.
      let middle = (low + high) / 2
      if shares(drop: middle).fail >= power { high = middle } else { low = middle }
    }
    return high
  }

  private func scores(drop: Double, _ repetition: Int) -> PairedScores {
    let random = CounterRandom(seed: seed, stream: UInt64(repetition))
    let samples = values.count - 1
    let mask = samples == 64 ? UInt64.max : (1 << UInt64(samples)) - 1
    var position = 0
    let strata = suites.map { count in
      (0..<count).map { _ -> Double in
        let kind = random.unit(position)
        let broken = random.unit(position + 1) * score < drop
        let isChance = kind < 2 * discordance
        let isSolved = !isChance && kind < discordance + score
        func right(_ bits: UInt64) -> Int {
          isChance ? (bits & mask).nonzeroBitCount : isSolved ? samples : 0
        }
        let base = values[right(random[position + 2])]
        let new = broken ? values[0] : values[right(random[position + 3])]
        position += 4
        return new - base
      }
    }
    return PairedScores(
      strata: strata, isSingle: samples == 1, resamples: 500, seed: seed &+ UInt64(repetition))
  }
}
