// How often 95 % intervals of a paired difference contain the truth, and how often tests reject what is true,
// for the intervals and tests of Sources/Statistics and for those that were not taken.
//
//     swift run -c release statistics-bench [repetitions]

import Statistics

let repetitions = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000

/// The textbook interval, and Bonett and Price's (2012), which adds one pair to each side.
func waldInterval(_ pairs: PairedOutcomes, adding extra: Double) -> ClosedRange<Double> {
  let n = Double(pairs.count) + 2 * extra
  let (lost, gained) = ((Double(pairs.lost) + extra) / n, (Double(pairs.gained) + extra) / n)
  let half =
    1.959963984540054 * max(0, lost + gained - (gained - lost) * (gained - lost)).squareRoot()
    / n.squareRoot()
  return (gained - lost - half)...(gained - lost + half)
}

func percent(_ count: Int) -> String {
  let tenths = (count * 1000 + repetitions / 2) / repetitions
  return column("\(tenths / 10).\(tenths % 10)")
}

func column(_ text: String) -> String { String(repeating: " ", count: max(1, 9 - text.count)) + text }

print("95 % intervals of a paired difference, one answer a task: how often they contain it, in %\n")
print(["tasks", "psi", "delta", "wald", "b-price", "tango"].map(column).joined())
for count in [50, 164, 378, 1140] {
  for discordance in [0.02, 0.05, 0.1, 0.2] {
    for difference in [0, -discordance / 2] {
      var (wald, bonett, tango) = (0, 0, 0)
      for repetition in 0..<repetitions {
        let random = CounterRandom(seed: 1, stream: UInt64(repetition))
        var (lost, gained) = (0, 0)
        for task in 0..<count {
          let u = random.unit(task)
          if u < (discordance - difference) / 2 { lost += 1 } else if u < discordance { gained += 1 }
        }
        let pairs = PairedOutcomes(count: count, lost: lost, gained: gained)
        if waldInterval(pairs, adding: 0).contains(difference) { wald += 1 }
        if waldInterval(pairs, adding: 1).contains(difference) { bonett += 1 }
        if pairs.interval(tail: 0.025).contains(difference) { tango += 1 }
      }
      let row = ["\(count)", "\(discordance)", "\(difference)"].map(column)
      print((row + [percent(wald), percent(bonett), percent(tango)]).joined())
    }
  }
}

print("\nTests of no difference, one answer a task: how often they reject it, in %\n")
print(["tasks", "psi", "exact 5", "mid-p 5", "worse 5", "worse 1"].map(column).joined())
for count in [164, 378, 542, 1140] {
  for discordance in [0.03, 0.05, 0.1, 0.2] {
    var (exact, mid, worse5, worse1) = (0, 0, 0, 0)
    for repetition in 0..<repetitions {
      let random = CounterRandom(seed: 2, stream: UInt64(repetition))
      var (lost, gained) = (0, 0)
      for task in 0..<count {
        let u = random.unit(task)
        if u < discordance / 2 { lost += 1 } else if u < discordance { gained += 1 }
      }
      let pairs = PairedOutcomes(count: count, lost: lost, gained: gained)
      if pairs.exactP < 0.05 { exact += 1 }
      if pairs.midP < 0.05 { mid += 1 }
      if pairs.worseMidP < 0.05 { worse5 += 1 }
      if pairs.worseMidP < 0.01 { worse1 += 1 }
    }
    let row = ["\(count)", "\(discordance)"].map(column)
    print((row + [percent(exact), percent(mid), percent(worse5), percent(worse1)]).joined())
  }
}

print("\nTen samples a task, pass@1: 95 % intervals that contain the truth, and sign-flip tests that reject,")
print(
  "in % (of a twentieth of the repetitions); 'chancy' tasks have samples of both kinds, 'broken' ones lose all\n"
)
print(["tasks", "chancy", "broken", "percent.", "bca", "widened", "flips 5", "worse 1"].map(column).joined())
let fewer = max(1, repetitions / 20)
for count in [50, 164, 378] {
  for chancy in [0.05, 0.2, 0.6] {
    for broken in [0, 0.02, 0.05] {
      var (percentile, corrected, widened, flips5, worse1) = (0, 0, 0, 0, 0)
      // Chancy tasks are right with chance one quarter, which skews their scores; all others are solved.
      let truth = -broken * (1 - 0.75 * chancy)
      for repetition in 0..<fewer {
        let random = CounterRandom(seed: 3, stream: UInt64(repetition))
        let differences = (0..<count).map { task -> Double in
          let isChance = random.unit(4 * task) < chancy
          func right(_ bits: UInt64) -> Int {
            isChance ? (bits & (bits >> 10) & 0x3FF).nonzeroBitCount : 10
          }
          let new = random.unit(4 * task + 3) < broken ? 0 : right(random[4 * task + 2])
          return Double(new - right(random[4 * task + 1])) / 10
        }
        let bootstrap = PairedBootstrap(strata: [differences], resamples: 2000, seed: UInt64(repetition))
        if bootstrap.interval(tail: 0.025).contains(truth) { percentile += 20 }
        if bootstrap.correctedInterval(tail: 0.025)?.contains(truth) ?? false { corrected += 20 }
        let scores = PairedScores(
          strata: [differences], isSingle: false, resamples: 2000, seed: UInt64(repetition))
        if scores.interval(tail: 0.025).contains(truth) { widened += 20 }
        if scores.p < 0.05 { flips5 += 20 }
        if scores.worseP < 0.01 { worse1 += 20 }
      }
      let row = ["\(count)", "\(chancy)", "\(broken)"].map(column)
      print((row + [percentile, corrected, widened, flips5, worse1].map(percent)).joined())
    }
  }
}
