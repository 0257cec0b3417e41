import Testing

@testable import DiffusionEngine

/// Every exact saving against the loop without it.
///
/// OpenBLAS may sum in another order for another number of rows, so `rows` is held to the same tokens in the
/// same order on all traces of the reference, not to the same bits.
struct SavingsTests {
  private func run(
    _ trace: Trace, _ model: DiffusionModel, _ savings: ExactSavings, endTokens: Set<Int32> = []
  ) throws -> Generation {
    var options = trace.options
    options.endTokens = endTokens
    var denoiser = Denoiser(
      model.network, prompt: trace.prompt, options: options,
      stream: trace.key.stream(seed: options.seed), savings: savings)
    return try denoiser.run(onStep: nil, isCancelled: { false })
  }

  @Test(arguments: Trace.all)
  func changeNoToken(_ trace: Trace) throws {
    let model = try Fixture.model(trace.model)
    let plain = try run(trace, model, [])
    #expect(plain.tokens == trace.tokens)
    #expect(plain.forwards >= trace.history.count { !$0.isEmpty })
    for savings: ExactSavings in [.rows, .emptySteps, [.rows, .emptySteps], .all] {
      let saved = try run(trace, model, savings)
      #expect(saved.tokens == plain.tokens && saved.commitSteps == plain.commitSteps)
      #expect(saved.tieDecidedShare == plain.tieDecidedShare && saved.maskDraws == plain.maskDraws)
    }
  }

  /// Steps = 2 x tokens: the published schedule reveals nothing in half of them.
  @Test func emptyStepsRunNothing() throws {
    let model = try Fixture.model("tiny")
    var options = GenerationTests.options(steps: 64, new: 32)
    options.topP = 0.95
    var runs: [Generation] = []
    for savings: ExactSavings in [[], .emptySteps] {
      var denoiser = Denoiser(
        model.network, prompt: GenerationTests.prompt, options: options,
        stream: GenerationTests.key.stream(seed: 0), savings: savings)
      runs.append(try denoiser.run(onStep: nil, isCancelled: { false }))
    }
    #expect(runs[0].forwards == 64 && runs[1].forwards == 31)
    #expect(runs[0].tokens == runs[1].tokens && runs[0].commitSteps == runs[1].commitSteps)
  }

  /// Each token that a trace generates is declared the end in turn: the answer before it, and the step of
  /// every commit in it, are those of the whole run.
  @Test(arguments: Trace.all)
  func aSettledAnswerIsTheWholeAnswer(_ trace: Trace) throws {
    let model = try Fixture.model(trace.model)
    let mask = try #require(model.configuration.maskToken)
    let whole = try run(trace, model, [.rows, .emptySteps])
    for end in Set(whole.generated) where end != mask {
      let stopped = try run(trace, model, .all, endTokens: [end])
      let plain = try run(trace, model, [.rows, .emptySteps], endTokens: [end])
      #expect(plain == whole, "end tokens do nothing without the saving")
      let answer = whole.generated.prefix { $0 != end }
      let settled = trace.prompt.count + answer.count
      // A mask that the reference leaves in the answer keeps it from ever being settled.
      if whole.tokens[..<settled].contains(mask) {
        #expect(stopped == whole)
        continue
      }
      #expect(stopped.tokens[...settled] == whole.tokens[...settled])
      #expect(stopped.commitSteps[...settled] == whole.commitSteps[...settled])
      #expect(stopped.forwards <= whole.forwards)
      let last = whole.commitSteps[...settled].compactMap { $0 }.max()
      #expect(stopped.commitSteps.compactMap { $0 }.max() == last, "it stops with the step that settles it")
    }
  }

  /// Whoever reads the answer as it grows may end it: what stands there is what the whole run has there.
  @Test(arguments: Trace.all.filter { $0.model == "tiny" }, [1, 5])
  func aFinalAnswerIsTheBeginningOfTheWhole(_ trace: Trace, _ wanted: Int) throws {
    let model = try Fixture.model("tiny")
    let mask = try #require(model.configuration.maskToken)
    let whole = try run(trace, model, .all)
    var seen: [[Int32]] = []
    let stopped = try model.generate(
      prompt: trace.prompt, options: trace.options, key: trace.key,
      isFinal: {
        seen.append($0)
        return $0.count >= wanted
      })
    let answer = Array(whole.generated.prefix { $0 != mask })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.count < $1.count && $1.starts(with: $0) })
    #expect(seen.allSatisfy { answer.starts(with: $0) })
    #expect(stopped.forwards <= whole.forwards)
    if let last = seen.last, last.count >= wanted {
      #expect(stopped.generated.starts(with: last))
    } else if trace.prompt.contains(mask) {
      #expect(seen.isEmpty || stopped == whole)
    }
  }

  @Test func anEarlyEndSavesSteps() throws {
    let model = try Fixture.model("tiny")
    let saved = try Trace.all.reduce(0) { total, trace in
      guard trace.model == "tiny" else { return total }
      let whole = try run(trace, model, .all)
      guard let first = whole.generated.first, first != model.configuration.maskToken else { return total }
      return total + whole.forwards - (try run(trace, model, .all, endTokens: [first])).forwards
    }
    #expect(saved > 0)
  }

  /// Rows that nobody asked for would go unnoticed above: here they are counted.
  @Test func onlyTheRowsAskedForAreComputed() throws {
    let model = try Fixture.model("tiny")
    var work = Workspace(positions: 6, model.network)
    model.network.run([1, 2, 3, 4, 5, 6], rows: [0, 3], &work)
    #expect(work.wanted.hidden.rows == 2 && work.wanted.gated.rows == 2 && work.wanted.attended.rows == 2)
    let seen = model.network.score(work.wanted.hidden, Scoring(), &work.head) { index, row in
      row.map { _ in index }
    }
    #expect(seen == [0, 1])
  }
}
