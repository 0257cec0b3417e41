import Testing

@testable import EvalKit

struct PassAtKTests {
  /// C(n, k) in exact integers, for the definition.
  private func choose(_ n: Int, _ k: Int) -> Double {
    if k > n { return 0 }
    return (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
  }

  @Test func equalsTheDefinitionForEverySmallCase() {
    for n in 1...20 {
      for c in 0...n {
        for k in 1...n {
          let expected = 1 - choose(n - c, k) / choose(n, k)
          #expect(abs(passAtK(samples: n, correct: c, k: k) - expected) < 1e-12, "n \(n) c \(c) k \(k)")
        }
      }
    }
  }

  /// Values of the reference's `estimate_pass_at_k`, computed with numpy by its formula.
  @Test func agreesWithTheReferenceOnLargeCounts() {
    #expect(abs(passAtK(samples: 200, correct: 13, k: 10) - 0.4975511147) < 1e-9)
    #expect(abs(passAtK(samples: 200, correct: 1, k: 100) - 0.5) < 1e-12)
    #expect(passAtK(samples: 10_000, correct: 9_999, k: 2) == 1)
  }

  @Test func isMonotoneInBothArguments() {
    for c in 0..<50 {
      #expect(passAtK(samples: 50, correct: c, k: 5) <= passAtK(samples: 50, correct: c + 1, k: 5))
      #expect(passAtK(samples: 50, correct: c, k: 5) <= passAtK(samples: 50, correct: c, k: 6))
    }
  }

  @Test func wilsonIntervalOfTextbookCases() {
    // 112 of 164, and the two ends; bounds from scipy 1.17 binomtest(k, n).proportion_ci(method="wilson").
    let most = Estimate(over: Array(repeating: 1, count: 112) + Array(repeating: 0, count: 52))
    #expect(most.method == .wilson)
    #expect(abs(most.interval.lowerBound - 0.6082169) < 1e-6)
    #expect(abs(most.interval.upperBound - 0.7492633) < 1e-6)
    #expect(abs(most.standardError - 0.0364479) < 1e-6)
    let all = Estimate(over: Array(repeating: 1, count: 164))
    #expect(all.value == 1 && all.standardError == 0 && all.interval.upperBound == 1)
    #expect(abs(all.interval.lowerBound - 0.9771126) < 1e-6)
    let none = Estimate(over: [0])
    #expect(none.interval.lowerBound == 0 && none.interval.upperBound < 1)
  }

  @Test func normalIntervalWhenTasksHaveFractions() {
    let estimate = Estimate(over: [0.5, 0.25, 1, 0])
    #expect(estimate.method == .normal)
    #expect(estimate.value == 0.4375)
    // sqrt(sum of squares / (n (n - 1)))
    #expect(abs(estimate.standardError - 0.2134781) < 1e-6)
    #expect(estimate.interval.contains(estimate.value))
    #expect(estimate.interval.lowerBound >= 0 && estimate.interval.upperBound <= 1)
  }

  @Test func missingTasksFailAndDoNotLimitK() {
    let tasks = [
      TaskScore(task: "a", samples: 10, base: 10, plus: 10),
      TaskScore(task: "b", samples: 0, base: 0, plus: 0),
    ]
    let score = Score(of: tasks, ks: [1, 10, 100])
    #expect(score.rows.map(\.k) == [1, 10])
    #expect(score.omitted == [100])
    #expect(score.rows[0].plus.value == 0.5)
  }

  @Test func plusCountsOnlyWhatPassesBoth() {
    let odd = Verdict(
      base: HalfVerdict(status: .fail, reason: "wrong answer"), plus: .init(status: .pass, reason: "passed"))
    let score = TaskScore(task: "a", verdicts: [odd])
    #expect(score.base == 0 && score.plus == 0 && score.samples == 1)
  }

  @Test func percentHasOneDigit() {
    #expect(
      percent(0) == "0.0" && percent(1) == "100.0" && percent(0.68292) == "68.3" && percent(0.0005) == "0.1")
  }
}
