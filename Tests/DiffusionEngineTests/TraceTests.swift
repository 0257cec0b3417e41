import JSON
import Testing

@testable import DiffusionEngine

/// One generation of the reference (Fixtures/make_vectors.py): settings, and what each step revealed.
struct Trace: CustomTestStringConvertible, Sendable {
  let name: String
  let model: String
  let prompt: [Int32]
  let options: DenoisingOptions
  let key: SampleKey
  /// For each step, (position, token) pairs by ascending position.
  let history: [[[Int]]]
  let tokens: [Int32]
  let tied: Int
  let maskDraws: Int

  var testDescription: String { name }

  init(_ json: JSONValue) throws {
    name = try json.require("name", \.string)
    model = try json.require("model", \.string)
    prompt = try Fixture.tokens(json["prompt"])
    tokens = try Fixture.tokens(json["tokens"])
    tied = try json.require("tied", \.integer)
    maskDraws = try json.require("mask_draws", \.integer)
    history = try json.require("history", \.array).map { step in
      try #require(step.array).map { try Fixture.integers($0) }
    }
    let settings = try json.require("options") { $0 }
    var options = DenoisingOptions()
    options.algorithm = try #require(UnmaskingAlgorithm(rawValue: settings.require("alg", \.string)))
    options.steps = try settings.require("steps", \.integer)
    options.maxNewTokens = try settings.require("max_new_tokens", \.integer)
    options.temperature = try settings.require("temperature", \.double)
    options.topP = settings["top_p"]?.double
    options.topK = settings["top_k"]?.integer
    options.algTemperature = settings["alg_temp"]?.double
    options.eps = try settings.require("eps", \.double)
    options.seed = UInt64(try settings.require("seed", \.integer))
    self.options = options
    key = SampleKey(
      task: try settings.require("task", \.string), sample: try settings.require("sample", \.integer))
  }

  static let all = read("traces.json")
  /// Those of Fixtures/make_families.py.
  static let families = read("families.json")

  private static func read(_ file: String) -> [Trace] {
    do {
      return try Fixture.json(file).require("traces", \.array).map(Trace.init)
    } catch {
      Issue.record("\(file): \(error)")
      return []
    }
  }

  /// Generates with these settings and collects what each step changed.
  func run(on model: DiffusionModel) throws -> (generation: Generation, history: [[[Int]]], ran: [Bool]) {
    let mask = try #require(model.configuration.maskToken)
    var before = prompt + [Int32](repeating: mask, count: options.maxNewTokens)
    var history: [[[Int]]] = []
    var ran: [Bool] = []
    let generation = try model.generate(prompt: prompt, options: options, key: key) { step in
      let changed = step.tokens.indices.filter { step.tokens[$0] != before[$0] }
      #expect(step.committed == changed)
      #expect(changed.allSatisfy { before[$0] == mask }, "a token was changed")
      history.append(changed.map { [$0, Int(step.tokens[$0])] })
      ran.append(step.ranForward)
      before = step.tokens
    }
    return (generation, history, ran)
  }
}

struct TraceTests {
  @Test func thereAreTraces() {
    #expect(Trace.all.count == 46)
    #expect(Set(Trace.all.map(\.options.algorithm)) == Set(UnmaskingAlgorithm.allCases))
  }

  @Test(arguments: Trace.all)
  func agreesTokenForToken(_ trace: Trace) throws {
    let model = try Fixture.model(trace.model)
    let (generation, history, ran) = try trace.run(on: model)
    #expect(history == trace.history)
    #expect(generation.tokens == trace.tokens)
    #expect(generation.generated == Array(trace.tokens[trace.prompt.count...]))
    #expect(generation.maskDraws == trace.maskDraws)
    let commits = trace.history.reduce(0) { $0 + $1.count }
    #expect(generation.tieDecidedShare == Double(trace.tied) / Double(commits))
    // The reference runs every step; ours skips those that reveal nothing, with the same result.
    #expect(ran == trace.history.map { !$0.isEmpty })
    #expect(generation.forwards == trace.history.count { !$0.isEmpty })
    for (step, changes) in trace.history.enumerated() {
      for change in changes { #expect(generation.commitSteps[change[0]] == step) }
    }
    #expect(generation.commitSteps.count { $0 != nil } == commits)
  }

  /// Without the shift of one row the traces must not agree, or they would prove nothing.
  @Test func tracesDependOnTheShift() throws {
    let model = try Fixture.model("tiny")
    var configuration = model.configuration
    configuration.architecture = Architecture(modelType: "Dream", shiftsLogits: false)
    let network = ForwardPass(
      configuration: configuration, weights: model.network.weights, arithmetic: model.network.arithmetic)
    for trace in Trace.all where trace.model == "tiny" && !trace.prompt.isEmpty {
      var denoiser = Denoiser(
        network, prompt: trace.prompt, options: trace.options,
        stream: trace.key.stream(seed: trace.options.seed))
      #expect(try denoiser.run(onStep: nil, isCancelled: { false }).tokens != trace.tokens, "\(trace.name)")
    }
  }
}
