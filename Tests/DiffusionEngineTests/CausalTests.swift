import JSON
import Testing

@testable import DiffusionEngine

/// Autoregressive models against PyTorch in single precision (Fixtures/make_families.py).
struct CausalTests {
  static let traces = Trace.families.filter { $0.model == "tiny-qwen2" }

  @Test func thereAreTraces() {
    #expect(Self.traces.count == 5)
    #expect(Self.traces.count { $0.options.temperature == 0 } == 2)
  }

  @Test(arguments: traces)
  func answersAgreeTokenForToken(_ trace: Trace) throws {
    let model = try Fixture.model(trace.model)
    var steps: [DenoisingStep] = []
    let generation = try model.generate(prompt: trace.prompt, options: trace.options, key: trace.key) {
      steps.append($0)
    }
    #expect(generation.tokens == trace.tokens)
    #expect(steps.map { $0.tokens.count } == Array(trace.prompt.count + 1...trace.tokens.count))
    #expect(steps.last?.tokens == generation.tokens && steps.map(\.index) == Array(steps.indices))
    #expect(steps.map(\.committed) == trace.history.map { $0.map { $0[0] } })
    #expect(generation.forwards == steps.count && generation.remainingMasks(model.configuration) == 0)
    #expect(generation.commitSteps == trace.prompt.map { _ in nil } + steps.map { $0.index })
  }

  @Test func endsWithTheEndToken() throws {
    let trace = try #require(Self.traces.first { $0.name == "greedy to the end" })
    #expect(trace.tokens.last == 300 && trace.tokens.count < trace.prompt.count + trace.options.maxNewTokens)
    #expect(!trace.tokens[trace.prompt.count...].dropLast().contains(300))
  }

  /// However the tokens are dealt out, the cache gives the logits of the whole pass.
  @Test(arguments: [[16], [1, 15], [7, 9], [5, 1, 1, 9], [Int](repeating: 1, count: 16)])
  func cachedLogitsAreThoseOfTheWholePass(_ pieces: [Int]) throws {
    for name in ["tiny-qwen2", "tiny-qwen3.gguf"] {
      let model = try Fixture.model(name)
      let tokens = try Fixture.tokens(Fixture.json("families.json")["logit_tokens"])
      let whole = try model.logits(tokens)
      var head = HeadBuffers()
      var cache = KeyValueCache(capacity: tokens.count, model.configuration)
      for piece in pieces {
        let next = Array(tokens[cache.count..<cache.count + piece])
        let found = model.network.logits(cache.read(next, model.network), &head)
        let expected = whole[320 * (cache.count - 1)..<320 * cache.count]
        let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(found.count == 320 && worst < 1e-4, "\(name) at \(cache.count): off by \(worst)")
      }
      #expect(cache.count == tokens.count)
    }
  }

  @Test func noPositionSeesALaterOne() throws {
    let model = try Fixture.model("tiny-qwen2")
    let (one, other) = (try model.logits([1, 2, 3, 4]), try model.logits([1, 2, 3, 5]))
    #expect(one[..<960] == other[..<960], "a later token must not change earlier rows")
    #expect(one[960...] != other[960...])
  }

  @Test func qwen3InGGUFAgreesWithReference() throws {
    let model = try Fixture.model("tiny-qwen3.gguf")
    #expect(model.configuration.architecture == .qwen3 && model.configuration.headSize == 16)
    #expect(model.configuration.maskToken == nil)
    let tokens = try Fixture.tokens(Fixture.json("families.json")["logit_tokens"])
    let found = try model.logits(tokens)
    let expected = try Fixture.littleEndian("tiny-qwen3.logits.f32").map { Float(bitPattern: $0) }
    try #require(found.count == expected.count)
    let scale = expected.reduce(0) { max($0, abs($1)) }
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 * scale })
  }

  @Test func refusesWhatItCannotGoOnFrom() throws {
    let model = try Fixture.model("tiny-qwen2")
    let trace = try #require(Self.traces.first)
    let empty = try engineError { try model.generate(prompt: [], options: trace.options, key: trace.key) }
    #expect(empty.kind == .invalidArgument && empty.message.contains("prompt"))
    var steps = 0
    let cancelled = try engineError {
      try model.generate(
        prompt: trace.prompt, options: trace.options, key: trace.key, onStep: { _ in steps += 1 },
        isCancelled: { steps == 2 })
    }
    #expect(cancelled.isCancelled && steps == 2)
  }
}
