import JSON
import Testing

@testable import DiffusionEngine

/// Damaged checkpoints end in an error that names what is wrong, never in a trap.
struct CheckpointTests {
  /// The error of loading a copy of `name` after `damage`.
  private func failure(_ name: String = "tiny", _ damage: (String) throws -> Void) throws -> EngineError {
    try Fixture.withCopy(of: name) { folder in
      try damage(folder)
      return try engineError { try DiffusionModel.load(folder) }
    }
  }

  /// The checkpoint's header as text and its data.
  private func parts(_ path: String) throws -> (header: String, data: [UInt8]) {
    let bytes = try MappedFile(path).bytes()
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    return (String(decoding: bytes[8..<8 + length], as: UTF8.self), Array(bytes[(8 + length)...]))
  }

  private func join(_ header: String, _ data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }

  @Test func loadsAndCounts() throws {
    let model = try Fixture.model("tiny")
    #expect(model.configuration.headSize == 8 && model.configuration.keyValueHeadCount == 2)
    #expect(model.configuration.maskToken == 304 && model.configuration.architecture == .dream)
    // 2 * 320 * 32 + 32 + 2 * (64 + 32*33 + 2*16*33 + 32*32 + 3*64*32)
    #expect(model.parameterCount == 39_200)
    #expect(try Fixture.model("tiny-tied-sharded").parameterCount == 39_200 - 320 * 32)
  }

  @Test func missingFilesAreNamed() throws {
    let error = try engineError { try DiffusionModel.load("/nonexistent/model") }
    #expect(error.kind == .missing && error.message.contains("/nonexistent/model"))
    #expect(
      try engineError { try DiffusionModel.load(Fixture.path("golden.txt")) }.message.contains("folder"))
    #expect(
      try engineError { try DiffusionModel.load(Fixture.path("tiny"), threads: 0) }.message.contains(
        "threads"))
    for name in ["config.json", "model.safetensors", "vocab.json", "merges.txt"] {
      let error = try failure { try Fixture.remove("\($0)/\(name)") }
      #expect(error.kind == .missing && error.message.contains(name) && !error.hint.isEmpty)
    }
    let shard = "model-00002-of-00003.safetensors"
    #expect(try failure("tiny-tied-sharded") { try Fixture.remove("\($0)/\(shard)") }.message.contains(shard))
  }

  @Test(arguments: ["config.json", "model.safetensors", "vocab.json", "merges.txt", "added_tokens.json"])
  func emptyFilesAreNamed(_ name: String) throws {
    let error = try failure { try Fixture.write([], "\($0)/\(name)") }
    #expect(error.kind == .malformed && error.message.contains(name), "\(error)")
  }

  @Test(arguments: ["config.json", "vocab.json", "added_tokens.json"])
  func badJSONIsNamed(_ name: String) throws {
    let error = try failure { try Fixture.write(Array(#"{"a": 1,"#.utf8), "\($0)/\(name)") }
    #expect(error.kind == .malformed && error.message.contains(name))
  }

  @Test func truncatedWeightsAreNoticed() throws {
    let bytes = try Fixture.bytes("tiny/model.safetensors")
    for count in [1, 7, 8, 9, 100, 2000, bytes.count / 2, bytes.count - 1] {
      let error = try failure { try Fixture.write(Array(bytes[..<count]), "\($0)/model.safetensors") }
      #expect(error.kind == .malformed && error.message.contains("model.safetensors"))
    }
    var huge = bytes
    for index in 0..<8 { huge[index] = 0xFF }
    let error = try failure { try Fixture.write(huge, "\($0)/model.safetensors") }
    #expect(error.message.contains("18446744073709551615"))
  }

  @Test func wrongHeadersNameTheTensor() throws {
    let (header, data) = try parts(Fixture.path("tiny/model.safetensors"))
    let norm = #""model.norm.weight":{"dtype":"F32","shape":[32],"data_offsets":["#
    #expect(header.contains(norm))
    let changes: [(from: String, to: String, names: String)] = [
      (norm, norm.replacing("[32]", with: "[33]"), "model.norm.weight"),
      (norm, norm.replacing("[32]", with: "[4,8]"), "[4, 8]"),
      (norm, norm.replacing("[32]", with: "[-32]"), "non-negative"),
      (norm, norm.replacing("[32]", with: "[3.5]"), "non-negative"),
      (norm, norm.replacing("[32]", with: "[4611686018427387904,4]"), "overflows"),
      (norm, norm.replacing("[32]", with: "[4611686018427387904]"), "overflows"),
      (norm, norm.replacing("F32", with: "I8"), "I8"),
      (norm, norm.replacing("dtype", with: "type"), "dtype"),
      (norm, norm.replacing("model.norm", with: "model.nor"), "'model.norm.weight' is missing"),
      (norm, norm.replacing("model.norm.weight", with: "lm_head.weight"), "lm_head.weight"),
      (
        "\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[320,32],\"data_offsets\":[0,40960]",
        "\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[320,32],\"data_offsets\":[128,41088]",
        "overlap"
      ),
      ("\"data_offsets\":[0,40960]", "\"data_offsets\":[2,40962]", "multiple of 4"),
      ("\"data_offsets\":[0,40960]", "\"data_offsets\":[40960,0]", "start and an end"),
      ("\"data_offsets\":[0,40960]", "\"data_offsets\":[0]", "start and an end"),
      ("\"data_offsets\":[0,40960]", "\"data_offsets\":[0,9223372036854775807]", "data ends at"),
      ("\"data_offsets\":[0,40960]", "\"data_offsets\":[0,99999999999999999999]", "embed_tokens"),
    ]
    for change in changes {
      let damaged = header.replacing(change.from, with: change.to)
      #expect(damaged != header, "\(change.names)")
      let error = try failure { try Fixture.write(join(damaged, data), "\($0)/model.safetensors") }
      #expect(error.message.contains(change.names), "\(error)")
      #expect(error.kind == (change.names == "I8" ? .unsupported : .malformed))
    }
  }

  @Test func shardsMustHoldWhatTheIndexSays() throws {
    let index = "model.safetensors.index.json"
    let text = String(decoding: try Fixture.bytes("tiny-tied-sharded/\(index)"), as: UTF8.self)
    let cases: [(String, String, String)] = [
      ("\"model.norm.weight\"", "\"model.nom.weight\"", "model.nom.weight"),
      ("model-00003-of-00003.safetensors", "../model.safetensors", "this folder"),
      ("\"weight_map\"", "\"weights\"", "weight_map"),
      ("\"model.norm.weight\": \"model-00003", "\"model.norm.weight\": \"model-00001", "model.norm.weight"),
    ]
    for (from, to, names) in cases {
      let error = try failure("tiny-tied-sharded") {
        try Fixture.write(Array(text.replacing(from, with: to).utf8), "\($0)/\(index)")
      }
      #expect(error.message.contains(names), "\(error)")
    }
  }

  @Test func configurationsAreRefusedByField() throws {
    guard case .object(let good) = try Fixture.json("tiny/config.json") else { return }
    let cases: [(field: String, value: JSONValue?, kind: EngineError.Kind)] = [
      ("model_type", "llama", .unsupported), ("model_type", nil, .malformed),
      ("hidden_act", "gelu", .unsupported), ("rope_scaling", ["type": "yarn", "factor": 4], .unsupported),
      ("rope_scaling", ["factor": 4], .unsupported), ("use_sliding_window", true, .unsupported),
      ("use_mrope", true, .unsupported), ("mask_token_id", nil, .malformed),
      ("mask_token_id", .null, .malformed),
      ("mask_token_id", 320, .malformed), ("mask_token_id", -1, .malformed),
      ("mask_token_id", "x", .malformed),
      ("vocab_size", 0, .malformed), ("vocab_size", "320", .malformed), ("vocab_size", 300, .malformed),
      ("hidden_size", -32, .malformed), ("hidden_size", 9_223_372_036_854_775_807, .malformed),
      ("hidden_size", 30, .malformed), ("hidden_size", 36, .malformed),
      ("num_attention_heads", 3, .malformed),
      ("num_key_value_heads", 3, .malformed), ("num_key_value_heads", 0, .malformed),
      ("rms_norm_eps", 0, .malformed), ("rope_theta", nil, .malformed),
      ("tie_word_embeddings", 1, .malformed),
      ("eos_token_id", 5000, .malformed),
    ]
    for (field, value, kind) in cases {
      var damaged = good
      damaged[field] = value
      let error = try engineError { try ModelConfiguration(.object(damaged)) }
      #expect(error.kind == kind && error.message.contains("config.json"), "\(field): \(error)")
      let related =
        field == "num_key_value_heads" ? "num_" : field.hasPrefix("hidden_size") ? "hidden_size" : field
      #expect(error.message.contains(field == "vocab_size" ? "" : related), "\(field): \(error)")
    }
    var scaled = good
    scaled["rope_scaling"] = ["rope_type": "default"]
    scaled["num_key_value_heads"] = nil
    #expect(try ModelConfiguration(.object(scaled)).keyValueHeadCount == 4)
    #expect(try engineError { try ModelConfiguration(.array([])) }.kind == .malformed)
  }

  @Test func tokenizersMustFitTheModel() throws {
    let error = try failure {
      try Fixture.write(Array(#"{"<|mask|>": 304, "<|x|>": 320}"#.utf8), "\($0)/added_tokens.json")
    }
    #expect(error.message.contains("320"))
    let cases: [(String, String)] = [
      (#"{"<|x|>": 65}"#, "65"), (#"{"<|x|>": -1}"#, "<|x|>"), (#"{"<|x|>": 99999999999}"#, "<|x|>"),
      (#"{"": 310}"#, "empty"), ("[]", "added_tokens.json"), (#"{"<|x|>": "a"}"#, "<|x|>"),
    ]
    for (text, names) in cases {
      let error = try failure { try Fixture.write(Array(text.utf8), "\($0)/added_tokens.json") }
      #expect(error.kind == .malformed && error.message.contains(names), "\(error)")
    }
    for (text, names) in [("a b c", "line 1"), ("#version: 0.2\nq\n", "line 2"), ("Ġq qq", "line 1")] {
      let error = try failure { try Fixture.write(Array(text.utf8), "\($0)/merges.txt") }
      #expect(error.message.contains(names), "\(error)")
    }
    let vocabulary = String(decoding: try Fixture.bytes("tiny/vocab.json"), as: UTF8.self)
    let lacking = vocabulary.replacing("\"A\":65,", with: "")
    #expect(
      try failure { try Fixture.write(Array(lacking.utf8), "\($0)/vocab.json") }.message.contains("'A'"))
    let other = #"{"added_tokens_decoder": {"304": {"content": "<mask>"}}}"#
    let conflict = try failure { try Fixture.write(Array(other.utf8), "\($0)/tokenizer_config.json") }
    #expect(conflict.kind == .malformed && conflict.message.contains("304"))
  }

  @Test func identityIsThatOfTheContent() throws {
    let model = try Fixture.model("tiny")
    let identity = try model.identity()
    #expect(identity.sha256.count == 64 && identity.parameterCount == 39_200)
    try Fixture.withCopy(of: "tiny") { folder in
      #expect(try DiffusionModel.load(folder).identity() == identity, "the path is no part of it")
      try Fixture.write(Array(#"{"added_tokens_decoder": {}}"#.utf8), "\(folder)/tokenizer_config.json")
      let other = try DiffusionModel.load(folder).identity()
      #expect(other.weights == identity.weights)
      #expect(other.tokenizer != identity.tokenizer && other.sha256 != identity.sha256)
    }
    try Fixture.withCopy(of: "tiny") { folder in
      var bytes = try Fixture.bytes("tiny/model.safetensors")
      bytes[bytes.count - 1] ^= 1
      try Fixture.write(bytes, "\(folder)/model.safetensors")
      let other = try DiffusionModel.load(folder).identity()
      #expect(other.weights != identity.weights && other.sha256 != identity.sha256)
      #expect(other.tokenizer == identity.tokenizer)
    }
    let first = try MappedFile(Fixture.path("tiny/config.json"))
    let second = try MappedFile(Fixture.path("tiny/vocab.json"))
    func hash(_ weights: [(name: String, file: MappedFile)]) -> ModelIdentity {
      ModelIdentity(weights: weights, configuration: [], tokenizer: [], parameterCount: 0)
    }
    #expect(hash([("a", first), ("b", second)]) == hash([("b", second), ("a", first)]))
    #expect(hash([("a", first), ("b", second)]) != hash([("a", second), ("b", first)]))
    // sha256 of nothing, by the standard's test vector.
    #expect(hash([]).weights == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }
}
