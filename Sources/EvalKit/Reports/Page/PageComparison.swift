import Statistics

/// What changed from the first run of a page to another one, or why that cannot be said.
struct PageComparison: Sendable {
  let index: Int
  let base: RecordedRun
  let new: RecordedRun
  private let comparison: Comparison?
  private let refusal: String?

  /// The most changed tasks whose programs are shown, of each benchmark and direction.
  private static let mostShown = 200

  /// Each run but the first, compared with it.
  static func all(_ runs: [RecordedRun]) -> [PageComparison] {
    guard let base = runs.first, runs.count > 1 else { return [] }
    let others = Array(runs.dropFirst())
    var refusals: [Int: String] = [:]
    for (index, run) in others.enumerated() {
      do {
        _ = try Comparison.paired(base, run)
      } catch {
        refusals[index] = [error.message, error.cause].compactMap { $0 }.joined(separator: ": ")
      }
    }
    // Together: Holm's p is over all of them.
    let comparable = others.enumerated().filter { refusals[$0.offset] == nil }.map(\.element)
    var found = ((try? Comparison.all(base: base, runs: comparable)) ?? []).makeIterator()
    return others.enumerated().map { index, run in
      PageComparison(
        index: index + 1, base: base, new: run, comparison: refusals[index] == nil ? found.next() : nil,
        refusal: refusals[index])
    }
  }

  /// The tasks that are listed.
  var changes: [BenchmarkChanges] {
    (comparison?.changes ?? []).map {
      BenchmarkChanges(
        benchmark: $0.benchmark, half: $0.half, tasks: $0.tasks, excluded: $0.excluded,
        worse: Array($0.worse.prefix(Self.mostShown)),
        better: Array($0.better.prefix(Self.mostShown)))
    }
  }

  /// The samples of run number `run` that the diffs show.
  func samples(of run: Int) -> [SampleID] {
    changes.flatMap { $0.worse + $0.better }.compactMap { change in
      let sample = run == 0 ? change.baseSample : run == index ? change.newSample : nil
      return sample.map { SampleID(task: change.task, sample: $0) }
    }
  }

  var view: [String: Any] {
    var view: [String: Any] = [
      "index": "\(index)", "base": PageText.escaped(base.name), "new": PageText.escaped(new.name),
    ]
    if let refusal { view["refusal"] = PageText.escaped("Not compared. \(refusal)") }
    guard let comparison else { return view }
    var scored: [String: Any] = [
      "index": "\(index)", "scores": comparison.scores.map(row), "changed": changed,
    ]
    let differences = comparison.differences.map(\.key).joined(separator: ", ")
    if !differences.isEmpty { scored["differences"] = PageText.escaped(differences) }
    view["scored"] = scored
    return view
  }

  private func row(_ score: ScoreComparison) -> [String: String] {
    let interval = score.scores.interval(tail: 0.025)
    let difference = score.scores.difference
    let verdict = !score.isDistinguishable ? "not distinguishable" : difference < 0 ? "worse" : "better"
    return [
      "suite": PageText.escaped(score.benchmark), "tests": score.half.title,
      "k": "\(score.k)",
      "difference": "\(points(difference)) (\(points(interval.lowerBound)) … \(points(interval.upperBound)))",
      "discordant": score.scores.outcomes.map { "\($0.lost), \($0.gained)" } ?? "–",
      "p": PageText.escaped(probability(score.adjustedP)), "verdict": verdict,
    ]
  }

  private var changed: String {
    (comparison?.changes ?? []).map { change in
      let lists = change.lists.map { "\(PageText.grouped($0.tasks.count)) \($0.title)" }.joined(
        separator: ", ")
      let isCut = max(change.worse.count, change.better.count) > Self.mostShown
      return PageText.escaped("Of \(PageText.grouped(change.tasks)) tasks of \(change.benchmark): \(lists).")
        + (isCut ? " The \(Self.mostShown) largest changes of each kind are listed." : "")
    }.joined(separator: " ")
  }
}
