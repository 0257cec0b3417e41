import Testing

@testable import DiffusionEngine

/// Damaged files end in an error that names file and field, never in a trap.
struct GGUFDamageTests {
  private func failure(_ bytes: [UInt8]) throws -> EngineError {
    try Fixture.withCopy(of: "tiny-q4_0.gguf") { path in
      try Fixture.write(bytes, path)
      let error = try engineError { try DiffusionModel.load(path) }
      #expect(error.message.contains(path) || error.message.contains("tensor"), "\(error)")
      return error
    }
  }

  private func expect(
    _ names: String, _ header: GGUFHeader, sourceLocation: SourceLocation = #_sourceLocation
  )
    throws
  {
    let error = try failure(header.bytes)
    #expect(error.message.contains(names), "\(error)", sourceLocation: sourceLocation)
    #expect(error.kind == .malformed || error.kind == .unsupported, sourceLocation: sourceLocation)
  }

  private func expectTensors(
    _ names: String, _ count: UInt64 = 1, sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout GGUFHeader) -> Void
  ) throws {
    var header = GGUFHeader(tensors: count)
    build(&header)
    header.pad()
    try expect(names, header, sourceLocation: sourceLocation)
  }

  private func expectValue(
    _ names: String, _ type: UInt32, key: String = "k", sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout GGUFHeader) -> Void
  ) throws {
    var header = GGUFHeader(values: 1)
    header.put(key)
    header.put(type)
    build(&header)
    header.pad()
    try expect(names, header, sourceLocation: sourceLocation)
  }

  @Test func truncatedFilesAreNoticed() throws {
    let bytes = try Fixture.bytes("tiny-q4_0.gguf")
    for count in [0, 1, 3, 4, 7, 8, 23, 24, 30, 500, 5000, 9000, bytes.count / 2, bytes.count - 33] {
      #expect(try failure(Array(bytes[..<count])).kind == .malformed, "\(count)")
    }
  }

  @Test func wrongStartsAreNamed() throws {
    try expect("version 1", GGUFHeader(version: 1))
    try expect("version 4", GGUFHeader(version: 4))
    try expect("big-endian", GGUFHeader(version: UInt32(3).byteSwapped))
    try expect("number of tensors is 18446744073709551615", GGUFHeader(tensors: .max))
    try expect("number of metadata values is 1", GGUFHeader(values: 1))
    try expect("'general.architecture' is missing", GGUFHeader())
    #expect(try failure(Array("GGML".utf8)).message.contains("does not begin with 'GGUF'"))
    let folder = try engineError { try DiffusionModel.load(Fixture.path("golden.txt")) }
    #expect(folder.message.contains("no GGUF"))
  }

  @Test func wrongValuesAreNamed() throws {
    try expectValue("type 13", 13) { _ in }
    try expectValue("value 2", 7) { $0.put(UInt8(2)) }
    try expectValue("length of 'k' is 4294967296", 8) { $0.put(UInt64(1) << 32) }
    try expectValue("length of 'k' is 18446744073709551615", 8) { $0.put(UInt64.max) }
    try expectValue("not UTF-8", 8) {
      $0.put(UInt64(2))
      $0.bytes += [0xC3, 0x28]
    }
    try expectValue("count of 'k' is 9223372036854775807", 9) {
      $0.put(UInt32(11))
      $0.put(UInt64(Int64.max))
    }
    try expectValue("a text of 'k'", 9) {
      $0.put(UInt32(8))
      $0.put(UInt64(2))
      $0.put("x")
      $0.put(UInt64(1) << 40)
    }
    try expectValue("deeper than 4", 9) {
      for _ in 0..<10 {
        $0.put(UInt32(9))
        $0.put(UInt64(1))
      }
    }
    for alignment: UInt32 in [0, 3, 48, 1 << 21] {
      try expectValue("general.alignment", 4, key: "general.alignment") { $0.put(alignment) }
    }
    try expectValue("general.alignment", 8, key: "general.alignment") { $0.put("32") }
    try expectValue("is empty", 4, key: "") { $0.put(UInt32(1)) }
    try expectValue("'llama' is not supported", 8, key: "general.architecture") { $0.put("llama") }
    var twice = GGUFHeader(values: 2)
    for _ in 0..<2 {
      twice.put("k")
      twice.put(UInt32(0))
      twice.put(UInt8(1))
    }
    twice.pad()
    try expect("'k' occurs twice", twice)
  }

  @Test func wrongTensorsAreNamed() throws {
    try expectTensors("'t' has 0 dimensions") { $0.tensor("t", []) }
    try expectTensors("'t' has 5 dimensions") { $0.tensor("t", [1, 1, 1, 1, 1]) }
    try expectTensors("'t' has a dimension of 0") { $0.tensor("t", [4, 0]) }
    try expectTensors("'t' has a dimension of 18446744073709551615") { $0.tensor("t", [.max]) }
    try expectTensors("overflow") { $0.tensor("t", [1 << 40, 1 << 40]) }
    try expectTensors("overflow") { $0.tensor("t", [1 << 62]) }
    try expectTensors("type Q4_1") { $0.tensor("t", [32], type: 3) }
    try expectTensors("type number 77") { $0.tensor("t", [32], type: 77) }
    try expectTensors("Q4_K block") { $0.tensor("t", [32, 8], type: 12) }
    try expectTensors("not a multiple of the alignment 32") { $0.tensor("t", [4], offset: 4) }
    try expectTensors("alignment 32") { $0.tensor("t", [4], offset: .max) }
    try expectTensors("the file holds") { $0.tensor("t", [4], offset: 1 << 62) }
    try expectTensors("the file holds") { $0.tensor("t", [1 << 20]) }
    try expectTensors("is empty") { $0.tensor("", [4]) }
    try expectTensors("'t' occurs twice", 2) {
      $0.tensor("t", [4])
      $0.tensor("t", [4], offset: 32)
    }
    try expectTensors("overlap", 2) {
      $0.tensor("t", [16])
      $0.tensor("u", [4], offset: 32)
    }
  }

  /// A good file with one text replaced by another of the same length.
  @Test func wrongModelsAreNamed() throws {
    let bytes = try Fixture.bytes("tiny-q4_0.gguf")
    let cases: [(from: String, to: String, names: String)] = [
      ("blk.1.attn_q.weight", "blk.1.attn_x.weight", "'blk.1.attn_q.weight' is missing"),
      ("blk.1.attn_k.weight", "blk.1.attn_q.weight", "occurs twice"),
      ("dream.block_count", "dream.block_coumt", "dream.block_count"),
      ("dream.attention.causal", "dream.attention.caused", ""),
      ("tokenizer.ggml.model", "tokenizer.ggml.madel", "'tokenizer.ggml.model' is missing"),
      ("qwen2", "llama", "'tokenizer.ggml.pre' is 'llama'"),
      ("tokenizer.ggml.tokens", "tokenizer.ggml.tokems", "'tokenizer.ggml.tokens' is missing"),
      ("tokenizer.ggml.mask_token_id", "tokenizer.ggml.mosk_token_id", "tokenizer.ggml.mask_token_id"),
      ("tokenizer.ggml.token_type", "tokenizer.ggml.token_typo", "tokenizer.ggml.token_type"),
    ]
    for (from, to, names) in cases {
      let at = try #require(bytes.firstRange(of: Array(from.utf8)), "\(from)")
      let damaged = Array(bytes[..<at.lowerBound]) + Array(to.utf8) + Array(bytes[at.upperBound...])
      guard names.isEmpty else {
        let error = try failure(damaged)
        #expect(error.message.contains(names), "\(error)")
        continue
      }
      try Fixture.withCopy(of: "tiny-q4_0.gguf") { path in
        try Fixture.write(damaged, path)
        #expect(try DiffusionModel.load(path).configuration.layerCount == 2, "an unknown key is ignored")
      }
    }
  }
}
