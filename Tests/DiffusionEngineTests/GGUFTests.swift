import JSON
import Testing

@testable import DiffusionEngine

/// GGUF files against the `gguf` package (Fixtures/make_gguf.py).
struct GGUFTests {
  static let types = ["f32", "f16", "bf16", "q8_0", "q4_0", "q5_0"]

  /// The blocks are random bytes, so every bit of every field counts.
  @Test func widensEveryTypeToTheBit() throws {
    let gguf = try GGUF(MappedFile(Fixture.path("blocks.gguf")))
    let expected = try Fixture.littleEndian("blocks.f32")
    let order: [GGUFElementType] = [
      .q4_0, .q5_0, .q8_0, .q4_K, .q5_K, .q6_K, .bfloat16, .float16, .float32,
    ]
    #expect(Set(order) == Set(GGUFElementType.allCases) && expected.count == 1024 * order.count)
    for (index, type) in order.enumerated() {
      let entry = try #require(gguf.entries[type.name], "\(type.name)")
      #expect(entry.type == type && entry.shape == [2, 512])
      let found = gguf.file.withBytes(entry.range) { type.widened($0) }.map(\.bitPattern)
      #expect(found == Array(expected[1024 * index..<1024 * (index + 1)]), "\(type.name)")
    }
  }

  @Test(arguments: types + ["k"])
  func logitsAgreeWithTheDequantisedWeights(_ type: String) throws {
    let model = try Fixture.model("tiny-\(type).gguf")
    let tokens = try Fixture.tokens(Fixture.json("traces.json")["logit_tokens"])
    let expected = try Fixture.littleEndian("tiny-\(type).gguf.f32").map { Float(bitPattern: $0) }
    let found = try model.logits(tokens)
    try #require(found.count == expected.count)
    let scale = expected.reduce(0) { max($0, abs($1)) }
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      guard abs(found - expected) < 1e-5 * scale else {
        Issue.record("cell \(index): \(found) for \(expected)")
        return
      }
    }
  }

  /// The same weights in both formats are the same model.
  @Test func agreesWithTheFolder() throws {
    let (folder, file) = (try Fixture.model("tiny"), try Fixture.model("tiny-f32.gguf"))
    #expect(file.parameterCount == folder.parameterCount)
    #expect(file.configuration == folder.configuration)
    let tokens: [Int32] = [5, 9, 304, 17, 304, 33, 2]
    #expect(try file.logits(tokens) == folder.logits(tokens))
    for trace in Trace.all where trace.model == "tiny" {
      #expect(
        try file.generate(prompt: trace.prompt, options: trace.options, key: trace.key).tokens == trace.tokens
      )
    }
  }

  @Test func holdsTheSameTokenizer() throws {
    let folder = try Tokenizer(folder: Fixture.path("tiny"))
    let file = try Tokenizer(folder: Fixture.path("tiny-q4_0.gguf"))
    #expect(file.vocabularySize == folder.vocabularySize && file.specialTokens == folder.specialTokens)
    let texts = [
      "def f(self):\n    return print(10) == list é <|mask|><|im_start|>for i in [PAD310]", "", "🙂\u{0}\t'S",
    ]
    for text in texts {
      let ids = folder.encode(text)
      #expect(file.encode(text) == ids)
      for skip in [true, false] {
        #expect(file.decode(ids, skipSpecial: skip) == folder.decode(ids, skipSpecial: skip))
      }
    }
    #expect(file.id(of: "[PAD310]") == nil, "an unused id has no token")
  }

  @Test func identityIsThatOfTheContent() throws {
    let identity = try Fixture.model("tiny-q4_0.gguf").identity()
    try Fixture.withCopy(of: "tiny-q4_0.gguf") { path in
      #expect(try DiffusionModel.load(path).identity() == identity, "the name is no part of it")
      var bytes = try Fixture.bytes("tiny-q4_0.gguf")
      bytes[bytes.count - 40] ^= 1
      try Fixture.write(bytes, path)
      #expect(try DiffusionModel.load(path).identity().sha256 != identity.sha256)
    }
    #expect(try Fixture.model("tiny-q8_0.gguf").identity().weights != identity.weights)
    #expect(identity.sha256.count == 64)
  }
}
