import JSON
import Testing

@testable import DiffusionEngine

/// Properties of the loop that hold for every model.
struct GenerationTests {
  static let prompt: [Int32] = [100, 101, 32, 5, 77]

  static func options(
    _ algorithm: UnmaskingAlgorithm = .entropy, steps: Int = 12, new: Int = 12, temperature: Double = 0
  ) -> DenoisingOptions {
    var options = DenoisingOptions()
    options.algorithm = algorithm
    options.steps = steps
    options.maxNewTokens = new
    options.temperature = temperature
    return options
  }

  static let key = SampleKey(task: "Mbpp/2", sample: 0)

  @Test(arguments: UnmaskingAlgorithm.allCases, [0, 0.8])
  func revealsEverythingOnce(_ algorithm: UnmaskingAlgorithm, _ temperature: Double) throws {
    let model = try Fixture.model("tiny")
    var options = Self.options(algorithm, temperature: temperature)
    options.bansMaskToken = true
    let mask = model.configuration.maskToken
    var steps: [DenoisingStep] = []
    let generation = try model.generate(prompt: Self.prompt, options: options, key: Self.key) {
      steps.append($0)
    }
    #expect(steps.map(\.index) == Array(0..<12))
    #expect(steps.last?.tokens == generation.tokens)
    #expect(generation.remainingMasks(model.configuration) == 0)
    #expect(Array(generation.tokens[..<5]) == Self.prompt)
    #expect(generation.commitSteps[..<5].allSatisfy { $0 == nil })
    #expect(generation.commitSteps[5...].allSatisfy { $0 != nil })
    #expect(steps.flatMap(\.committed).sorted() == Array(5..<17))
    if algorithm != .origin {
      let left = steps.map { $0.tokens.count { $0 == mask } }
      #expect(left == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 0], "0, then 1 a step, then 2 at the end")
      #expect(generation.forwards == 11)
    }
  }

  @Test(arguments: [0, 0.8])
  func dependsOnNothingButItsKey(_ temperature: Double) throws {
    let one = try DiffusionModel.load(Fixture.path("tiny"), threads: 1)
    let options = Self.options(.maskgitPlus, temperature: temperature)
    let other: [Int32] = [9, 8, 7]
    func tokens(_ model: DiffusionModel, _ prompt: [Int32], _ key: SampleKey) throws -> [Int32] {
      try model.generate(prompt: prompt, options: options, key: key).tokens
    }
    let first = try tokens(one, Self.prompt, Self.key)
    let second = try tokens(one, other, Self.key)
    let two = try DiffusionModel.load(Fixture.path("tiny"), threads: 2)
    #expect(try tokens(two, other, Self.key) == second)
    #expect(try tokens(two, Self.prompt, Self.key) == first)
    let changed = [
      try tokens(one, Self.prompt, SampleKey(task: "Mbpp/2", sample: 1)),
      try tokens(one, Self.prompt, SampleKey(task: "Mbpp/3", sample: 0)),
    ]
    #expect(changed.allSatisfy { ($0 == first) == (temperature == 0) })
  }

  @Test func callsFromSeveralThreadsAgree() async throws {
    let model = try Fixture.model("tiny")
    let expected = try model.generate(prompt: Self.prompt, options: Self.options(), key: Self.key)
    try await withThrowingTaskGroup(of: Generation.self) { group in
      for _ in 0..<4 {
        group.addTask { try model.generate(prompt: Self.prompt, options: Self.options(), key: Self.key) }
      }
      for try await generation in group { #expect(generation == expected) }
    }
  }

  @Test func stopsWhenCancelled() throws {
    let model = try Fixture.model("tiny")
    var steps = 0
    let error = try engineError {
      try model.generate(
        prompt: Self.prompt, options: Self.options(), key: Self.key, onStep: { _ in steps += 1 },
        isCancelled: { steps == 3 })
    }
    #expect(error == .cancelled && error.isCancelled)
    #expect(steps == 3)
  }

  @Test func passesTheErrorOfTheHookOn() throws {
    struct Full: Error {}
    let model = try Fixture.model("tiny")
    let error = try engineError {
      try model.generate(
        prompt: [], options: Self.options(), key: Self.key, onStep: { _ in throw Full() })
    }
    #expect(error.kind == .interrupted && !error.isCancelled)
    #expect(error.message.contains("Full"))
  }

  /// Every token in turn is declared the mask, until the network answers a mask with itself: such a
  /// position stays masked, as in the reference.
  @Test func countsDrawsOfTheMaskToken() throws {
    let model = try Fixture.model("tiny")
    guard case .object(var config) = try Fixture.json("tiny/config.json") else { return }
    var options = Self.options(.entropy, steps: 6, new: 12)
    var drawn = 0
    for token in 0..<320 where drawn == 0 {
      config["mask_token_id"] = JSONValue(token)
      let network = ForwardPass(
        configuration: try ModelConfiguration(.object(config)), weights: model.network.weights,
        arithmetic: model.network.arithmetic)
      func generate() throws -> Generation {
        var denoiser = Denoiser(
          network, prompt: [318, 319], options: options, stream: Self.key.stream(seed: 0))
        return try denoiser.run(onStep: nil, isCancelled: { false })
      }
      options.bansMaskToken = false
      let generation = try generate()
      drawn = generation.maskDraws
      let left = generation.remainingMasks(network.configuration)
      #expect(drawn >= left)
      #expect(generation.commitSteps.count { $0 == nil } == 2 + left)
      guard drawn > 0 else { continue }
      options.bansMaskToken = true
      let banned = try generate()
      #expect(banned.maskDraws == 0 && banned.remainingMasks(network.configuration) == 0)
    }
    #expect(drawn > 0)
  }

  @Test func refusesBadOptionsByName() throws {
    let model = try Fixture.model("tiny")
    let cases: [(String, (inout DenoisingOptions) -> Void)] = [
      ("steps", { $0.steps = 0 }), ("steps", { $0.steps = -1 }), ("steps", { $0.steps = 1 << 30 }),
      ("maxNewTokens", { $0.maxNewTokens = 0 }), ("2048", { $0.maxNewTokens = 2044 }),
      ("2048", { $0.maxNewTokens = .max }),
      ("temperature", { $0.temperature = -0.1 }), ("temperature", { $0.temperature = .nan }),
      ("temperature", { $0.temperature = .infinity }), ("topP", { $0.topP = 1.01 }),
      ("topP", { $0.topP = -0.01 }), ("topP", { $0.topP = .nan }), ("topK", { $0.topK = 0 }),
      ("algTemperature", { $0.algTemperature = -1 }), ("eps", { $0.eps = 0 }), ("eps", { $0.eps = 1 }),
      ("eps", { $0.eps = 1e-60 }),
    ]
    for (name, change) in cases {
      var options = Self.options()
      change(&options)
      let error = try engineError { try model.generate(prompt: Self.prompt, options: options, key: Self.key) }
      #expect(error.kind == .invalidArgument)
      #expect(error.message.contains(name), "\(error)")
    }
    let error = try engineError {
      try model.generate(prompt: [4, 320], options: Self.options(), key: Self.key)
    }
    #expect(error.message.contains("token 320 at position 1"))
  }
}
