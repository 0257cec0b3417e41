import JSON
import Testing

@testable import DiffusionEngine

/// The families other than Dream against PyTorch in single precision (Fixtures/make_families.py).
struct FamilyTests {
  static let models = ["tiny-llada", "tiny-coda"]
  static let diffusions = Trace.families.filter { models.contains($0.model) || $0.model == "tiny-sdar" }

  private func expectReference(_ found: [Float], _ name: String) throws {
    let expected = try Fixture.littleEndian("\(name).logits.f32").map { Float(bitPattern: $0) }
    try #require(found.count == expected.count)
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 1e-5 * scale, "\(name): the worst cell is off by \(worst) of \(scale)")
  }

  @Test(arguments: models + ["tiny-qwen2", "tiny-sdar"])
  func logitsAgreeWithReference(_ name: String) throws {
    let tokens = try Fixture.tokens(Fixture.json("families.json")["logit_tokens"])
    try expectReference(Fixture.model(name).logits(tokens), name)
  }

  @Test func thereAreTraces() {
    for model in Self.models {
      let traces = Trace.families.filter { $0.model == model }
      #expect(traces.count == 6 && Set(traces.map(\.options.algorithm)).count == 4, "\(model)")
    }
  }

  @Test(arguments: diffusions)
  func generationsAgreeTokenForToken(_ trace: Trace) throws {
    let model = try Fixture.model(trace.model)
    let (generation, history, _) = try trace.run(on: model)
    // A drawn mask is in the trace and changes nothing.
    let mask = Int(try #require(model.configuration.maskToken))
    #expect(history == trace.history.map { step in step.filter { $0[1] != mask } })
    #expect(generation.tokens == trace.tokens && generation.maskDraws == trace.maskDraws)
  }

  @Test func factsComeFromTheConfiguration() throws {
    let llada = try Fixture.model("tiny-llada").configuration
    #expect(llada.architecture == .llada && !llada.architecture.shiftsLogits && llada.maskToken == 306)
    #expect(llada.vocabularySize == 320, "embedding_size, not vocab_size")
    #expect(llada.normEpsilon == 1e-5 && llada.ropeTheta == 500_000 && llada.keyValueHeadCount == 4)
    let coda = try Fixture.model("tiny-coda").configuration
    #expect(coda.architecture == .coda && coda.headSize == 16 && coda.tiesEmbeddings)
    let weights = try Fixture.model("tiny-coda").network.weights
    #expect(weights.layers.allSatisfy { $0.queryBias == nil && $0.queryNorm?.count == 16 })
  }

  /// What SDAR has that others do not: blocks, of which the earlier ones see nothing of the later.
  @Test func blocksAreWrittenOneAfterTheOther() throws {
    let model = try Fixture.model("tiny-sdar")
    #expect(model.configuration.architecture == .sdar && model.configuration.blockSize == 4)
    #expect(try Fixture.model("tiny-coda").configuration.blockSize == nil)
    let tokens = try Fixture.tokens(Fixture.json("families.json")["logit_tokens"])
    let whole = try model.logits(tokens)
    // OpenBLAS rounds products of another number of rows differently.
    func distance(_ count: Int) throws -> Float {
      zip(try model.logits(Array(tokens[..<count])), whole).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    #expect(try distance(8) < 1e-4)
    #expect(try distance(7) > 1e-2, "a part of a block does not see all of it")
    var options = DenoisingOptions()
    (options.algorithm, options.steps, options.maxNewTokens) = (.entropy, 12, 14)
    var seen: [[Int32]] = []
    let generation = try model.generate(
      prompt: [1, 2, 3], options: options, key: SampleKey(task: "", sample: 0)
    ) {
      seen.append($0.tokens)
    }
    #expect(seen.allSatisfy { $0.count == 17 } && seen.last == generation.tokens)
    let blocks = generation.commits.map { $0.position / 4 }
    #expect(
      blocks == blocks.sorted() && generation.commits.map(\.step) == generation.commits.map(\.step).sorted())
    // An end token settles the text; what is behind its block stays masked.
    let end = generation.tokens[5]
    options.endTokens = [end]
    let short = try model.generate(prompt: [1, 2, 3], options: options, key: SampleKey(task: "", sample: 0))
    #expect(short.answer(endTokens: [end]) == generation.answer(endTokens: [end]))
    #expect(short.forwards < generation.forwards && short.tokens.last == model.configuration.maskToken)
  }

  /// llama.cpp's converter reorders LLaDA's rows; the same model must come out of both.
  @Test func lladaInGGUFIsTheSameModel() throws {
    let (folder, file) = (try Fixture.model("tiny-llada"), try Fixture.model("tiny-llada.gguf"))
    let tokens = try Fixture.tokens(Fixture.json("families.json")["logit_tokens"])
    #expect(file.configuration == folder.configuration && file.parameterCount == folder.parameterCount)
    #expect(try file.logits(tokens) == folder.logits(tokens))
    try expectReference(file.logits(tokens), "tiny-llada")
  }

  @Test(arguments: [
    ("tiny-llada", "rope", JSONValue.bool(false)), ("tiny-llada", "alibi", true),
    ("tiny-llada", "include_bias", true),
    ("tiny-llada", "include_qkv_bias", true), ("tiny-llada", "block_type", "sequential"),
    ("tiny-llada", "activation_type", "swiglu"), ("tiny-llada", "layer_norm_type", "default"),
    ("tiny-llada", "attention_layer_norm", true), ("tiny-llada", "scale_logits", true),
    ("tiny-llada", "d_model", 33), ("tiny-llada", "n_kv_heads", 3), ("tiny-llada", "mask_token_id", 320),
    ("tiny-coda", "attention_bias", true), ("tiny-coda", "hidden_act", "gelu"), ("tiny-coda", "head_dim", 7),
  ])
  func foreignConfigurationsAreRefusedByField(_ model: String, _ field: String, _ value: JSONValue) throws {
    guard case .object(var config) = try Fixture.json("\(model)/config.json") else { return }
    config[field] = value
    let error = try engineError { try ModelConfiguration(.object(config)) }
    let name = field == "n_kv_heads" ? "n_heads" : field
    #expect(error.message.contains(name) && error.message.contains("config.json"), "\(error)")
  }

  @Test func missingNormsAndForeignTensorsAreNamed() throws {
    try Fixture.withCopy(of: "tiny-coda") { folder in
      let file = "\(folder)/model.safetensors"
      var bytes = try MappedFile(file).bytes()
      let at = try #require(bytes.firstRange(of: Array("layers.1.self_attn.k_norm".utf8)))
      bytes[at.upperBound - 1] = UInt8(ascii: "x")
      try Fixture.write(bytes, file)
      let error = try engineError { try DiffusionModel.load(folder) }
      #expect(error.message.contains("'model.layers.1.self_attn.k_norm.weight' is missing"), "\(error)")
    }
  }
}
