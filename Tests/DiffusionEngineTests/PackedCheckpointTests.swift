import Foundation
import JSON
import Testing

@testable import DiffusionEngine

/// Stored packed weights give the bits of the checkpoint that they were made of; files that were not written by us
/// are refused by name.
struct PackedCheckpointTests {
  static let models = [
    "tiny", "tiny-bf16", "tiny-f16", "tiny-llada", "tiny-coda", "tiny-sdar", "tiny-qwen2",
    "tiny-tied-sharded",
  ]
  static let precisions = [Precision.bf16, .int8]

  /// A packed copy of fixture `name`, removed afterwards.
  private func withPacked<Result>(
    _ name: String, _ precision: Precision, _ body: (String) throws -> Result
  ) throws -> Result {
    try withFolder { folder in
      _ = try PackedCheckpoint("\(folder)/packed").write(
        Fixture.path(name), precision: precision, packedBy: "tests 1", threads: 2)
      return try body("\(folder)/packed")
    }
  }

  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "evalkit-packed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path())
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func logits(_ path: String, _ precision: Precision, _ set: InstructionSet) throws -> [Float] {
    let checkpoint = try Checkpoint(path)
    let pool = try KernelPool(set, threads: 2)
    let network = ForwardPass(
      configuration: checkpoint.configuration,
      weights: try Weights(
        checkpoint.table, checkpoint.configuration, packing: WeightPacking(precision, pool: pool)),
      arithmetic: LayerArithmetic(pool: pool))
    let tokens = (0..<70).map { Int32($0 * 37 % 300) }
    var work = Workspace(positions: tokens.count, network)
    network.run(tokens, rows: Array(tokens.indices), &work)
    return network.logits(work.wanted.hidden, &work.head)
  }

  @Test(arguments: models, precisions)
  func bitsAreThoseOfTheSource(_ name: String, _ precision: Precision) throws {
    try withPacked(name, precision) { packed in
      for set in ProductTests.sets {
        let areSame =
          try logits(packed, precision, set) == logits(Fixture.path(name), precision, set)
        #expect(areSame, "\(set)")
      }
      let source = try DiffusionModel.load(Fixture.path(name), precision: precision, threads: 1)
      let model = try DiffusionModel.load(packed, threads: 1)
      #expect(model.precision == precision && model.arithmetic == source.arithmetic)
      #expect(model.parameterCount == source.parameterCount)
      let (identity, expected) = try (model.identity(), source.identity())
      #expect(identity.sha256 == expected.sha256 && identity.weights == expected.weights)
      #expect(identity.tokenizer == expected.tokenizer)
      #expect(identity.packedBy == "tests 1" && expected.packedBy == nil)
      #expect(model.chatTemplate?.sha256 == source.chatTemplate?.sha256)
    }
  }

  @Test(arguments: precisions) func generationsAreThoseOfTheSource(_ precision: Precision) throws {
    var options = DenoisingOptions()
    options.maxNewTokens = 12
    options.steps = 12
    options.temperature = 0.4
    let key = SampleKey(task: "t", sample: 0)
    let source = try DiffusionModel.load(Fixture.path("tiny"), precision: precision, threads: 1)
    let expected = try source.generate(prompt: [5, 9, 17], options: options, key: key)
    try withPacked("tiny", precision) { packed in
      let found = try DiffusionModel.load(packed, precision: precision, threads: 3)
        .generate(prompt: [5, 9, 17], options: options, key: key)
      #expect(found.tokens == expected.tokens && found.commits == expected.commits)
    }
  }

  /// What version 2 of the layout is, to the byte. A change of the kernels' layout, of the group of the down
  /// projection, or of what is quantised makes old files wrong: it needs another ``PackedHeader/version``.
  @Test func layoutIsThatOfItsVersion() throws {
    let digests = try Self.precisions.map { precision in
      try withPacked("tiny", precision) { try Checkpoint($0).table.packed?.header.dataDigest }
    }
    #expect(PackedHeader.version == "2")
    #expect(
      digests == [
        "28664663c31b43f0e30a75efc62bd5823031f3e6f2a5b443c40ce0115736ec1e",
        "c8ed8871f1aadc3b2058093d2c680c9f5e6d2fe7d90cecb83bc14e9786bf97a0",
      ])
  }

  /// Any reader of safetensors can open the file: no holes, the header ends where the data are aligned.
  @Test func theFileIsPlainSafetensors() throws {
    try withPacked("tiny", .int8) { packed in
      let file = try MappedFile("\(packed)/packed.safetensors")
      let tensors = try Safetensors(file, types: Set(ElementType.allCases))
      var end = tensors.dataStart
      #expect(end.isMultiple(of: 64))
      for entry in tensors.entries.values.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
        #expect(entry.range.lowerBound == end, "\(entry.name)")
        if entry.type != .float32 { #expect(entry.range.lowerBound.isMultiple(of: 64), "\(entry.name)") }
        end = entry.range.upperBound
      }
      #expect(end == file.count)
      #expect(tensors.entries["model.embed_tokens.weight"]?.shape == [5, 16, 64, 2])
      // 64 rows: 64 columns, a scale, and the sum of one group each.
      #expect(tensors.entries["model.layers.0.mlp.down_proj.weight"]?.shape == [1, 64 * (64 + 4 + 4)])
    }
  }

  @Test func changedFilesAreNamed() throws {
    try withPacked("tiny", .int8) { packed in
      let path = "\(packed)/packed.safetensors"
      let bytes = try MappedFile(path).bytes()
      func failure(_ changed: [UInt8]) throws -> EngineError {
        try Fixture.write(changed, path)
        return try engineError { try DiffusionModel.load(packed) }
      }
      let start = Int(bytes[0]) | Int(bytes[1]) << 8
      let header = String(decoding: bytes[8..<8 + start], as: UTF8.self)
      func changed(_ from: String, _ to: String) throws -> EngineError {
        try #require(header.contains(from), "\(from)")
        var text = Array(header.replacing(from, with: to).utf8)
        while !(8 + text.count).isMultiple(of: 64) { text.append(0x20) }
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        return try failure(length + text + bytes[(8 + start)...])
      }
      for count in [0, 7, 8, 100, 8 + start, bytes.count / 2, bytes.count - 1] {
        let error = try failure(Array(bytes[..<count]))
        #expect(error.kind == .malformed && error.message.contains("packed.safetensors"), "\(error)")
      }
      let key = #""model.layers.0.self_attn.k_proj.weight":{"dtype":"I8","shape":[1,"#
      let changes: [(from: String, to: String, names: String)] = [
        (#""version":"2""#, #""version":"1""#, "version '1'"),
        (#""version":"2""#, #""version":2"#, "version"),
        (#""precision":"int8""#, #""precision":"fp32""#, "precision"),
        (#""precision":"int8""#, #""precision":"bf16""#, "q_proj"),
        (#""precision":"int8","#, "", "precision"), ("evalkit-packed", "evalkit", "evalkit-packed"),
        ("__metadata__", "metadata", "dtype"), (#""source":""#, #""source":"a "#, "source"),
        (#""data_sha256":""#, #""data_sha256":"a"#, "data_sha256"), (#""packed_by""#, #""by""#, "packed_by"),
        (key, key.replacing("k_proj", with: "j_proj"), "k_proj"),
        (key, key.replacing("k_proj", with: "v_proj"), "v_proj"),
        (key + "2560]", key.replacing("I8", with: "BF16").replacing("[1,", with: "[1,1280]"), "[1, 1280]"),
        (
          #""model.embed_tokens.weight":{"dtype":"BF16""#, #""model.embed_tokens.weight":{"dtype":"F16""#,
          "F16"
        ),
        (key + "2560]", key.replacing("[1,", with: "[2,1280]"), "[2, 1280]"),
        (key + "2560]", key.replacing("[1,", with: "[2560]"), "k_proj"),
        (key + "2560]", key.replacing("[1,", with: "[1,4611686018427387904]"), "k_proj"),
      ]
      for (from, to, names) in changes {
        let error = try changed(from, to)
        #expect(error.message.contains(names) && error.kind != .missing, "\(from) -> \(to): \(error)")
      }
      #expect(try changed(#""version":"2""#, #""version":"1""#).hint.contains("evalkit pack"))
      // A header that leaves the data where no kernel may read them.
      let odd = try failure(
        withUnsafeBytes(of: UInt64(start + 4).littleEndian) { Array($0) } + Array(bytes[8..<8 + start])
          + Array("    ".utf8) + bytes[(8 + start)...])
      #expect(odd.message.contains("no multiple of 64") && odd.hint.contains("evalkit pack"), "\(odd)")

      // Damaged numbers are numbers; the identity is not theirs.
      var damaged = bytes
      damaged[bytes.count / 2] ^= 1
      try Fixture.write(damaged, path)
      let error = try engineError { try DiffusionModel.load(packed).identity() }
      #expect(error.kind == .malformed && error.message.contains("SHA-256"))
    }
  }

  @Test func otherConfigurationsAreNoticed() throws {
    try withPacked("tiny", .bf16) { packed in
      let config = String(decoding: try MappedFile("\(packed)/config.json").bytes(), as: UTF8.self)
      let from = #""intermediate_size": 64"#
      try #require(config.contains(from))
      try Fixture.write(
        Array(config.replacing(from, with: #""intermediate_size": 128"#.description).utf8),
        "\(packed)/config.json")
      let error = try engineError { try DiffusionModel.load(packed) }
      #expect(error.message.contains("mlp.") && error.message.contains("shape"), "\(error)")
    }
    try withPacked("tiny", .bf16) { packed in
      try Fixture.write([], "\(packed)/model.safetensors")
      let error = try engineError { try DiffusionModel.load(packed) }
      #expect(error.message.contains("both packed.safetensors and model.safetensors"))
    }
  }

  @Test func precisionsAreThoseThatWerePacked() throws {
    try withPacked("tiny", .bf16) { packed in
      for precision in [Precision.fp32, .int8] {
        let error = try engineError { try DiffusionModel.load(packed, precision: precision) }
        #expect(error.kind == .invalidArgument && error.message.contains("packed for bf16"), "\(error)")
      }
    }
  }

  @Test func nothingIsLeftOfWhatFails() throws {
    try withFolder { folder in
      let packed = PackedCheckpoint("\(folder)/new")
      func failure(_ source: String, _ precision: Precision = .bf16) throws -> EngineError {
        try engineError { try packed.write(source, precision: precision, packedBy: "t", threads: 1) }
      }
      #expect(try failure(Fixture.path("tiny"), .fp32).message.contains("fp32"))
      #expect(try failure(Fixture.path("tiny-f32.gguf")).message.contains("GGUF"))
      #expect(try failure("/nonexistent").kind == .missing)
      try Fixture.withCopy(of: "tiny") { copy in
        let config = String(decoding: try Fixture.bytes("tiny/config.json"), as: UTF8.self)
        let more = config.replacing(#""num_hidden_layers": 2"#, with: #""num_hidden_layers": 99999999"#)
        try Fixture.write(Array(more.utf8), "\(copy)/config.json")
        #expect(try failure(copy).message.contains("layers.2"))
      }
      // Between any two pieces.
      var steps = 0
      for allowed in 0..<40 {
        steps = 0
        do {
          _ = try packed.write(
            Fixture.path("tiny"), precision: .int8, packedBy: "t", threads: 1,
            isCancelled: {
              steps += 1
              return steps > allowed
            })
        } catch let error as EngineError {
          #expect(error.isCancelled)
        }
        if steps <= allowed { break }
        #expect(try names(folder) == [], "after \(allowed)")
      }
      #expect(steps > 10 && steps < 40)
      #expect(try names(folder) == ["new"])
      #expect(try failure(Fixture.path("tiny")).message.contains("exists already"))
      #expect(try failure("\(folder)/new").message.contains("packed already"))
      let error = try engineError {
        try PackedCheckpoint("\(folder)/none/new").write(
          Fixture.path("tiny"), precision: .bf16, packedBy: "t")
      }
      #expect(error.message.contains("none/new") && !error.hint.isEmpty)
      let full = try engineError { try NewFolder("\(folder)/full").create(needing: Int.max) }
      #expect(full.message.contains("MB left") && full.hint.contains("free some space"))
      #expect(try names(folder) == ["new"])
    }
  }

  @Test func progressReachesTheEnd() throws {
    try withFolder { folder in
      var (last, total) = (0, -1)
      let size = try PackedCheckpoint("\(folder)/new").write(
        Fixture.path("tiny"), precision: .bf16, packedBy: "t", threads: 1,
        onProgress: {
          #expect($0.done > last)
          (last, total) = ($0.done, $0.total)
        })
      #expect(last == total)
      #expect(try total == size + MappedFile(Fixture.path("tiny/model.safetensors")).count)
    }
  }
}
