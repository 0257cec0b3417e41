import JSON
import Testing

@testable import DiffusionEngine

/// The tokenizer of the tiny checkpoints: byte alphabet, 36 merges, six added tokens.
struct TokenizerTests {
  static func tiny() throws -> Tokenizer { try Tokenizer(folder: Fixture.path("tiny")) }

  @Test func agreesWithReference() throws {
    let tokenizer = try Self.tiny()
    let vectors = try #require(try Fixture.json("tiny_tokens.json").array)
    #expect(vectors.count == 60)
    for vector in vectors {
      let text = try vector.require("text", \.string)
      #expect(tokenizer.encode(text) == (try Fixture.tokens(vector["ids"])), "\(text.debugDescription)")
    }
  }

  @Test func namesItsTokens() throws {
    let tokenizer = try Self.tiny()
    #expect(tokenizer.id(of: "<|mask|>") == 304)
    #expect(tokenizer.id(of: "<|dlm_pad|>") == 305 && tokenizer.hasChatMarker)
    #expect(tokenizer.id(of: "A") == 65 && tokenizer.id(of: " ") == 32)
    #expect(tokenizer.id(of: "<|nothing|>") == nil && tokenizer.id(of: "") == nil)
    #expect(tokenizer.vocabularySize == 306)
    #expect(tokenizer.specialTokens == Set(300...305))
  }

  @Test func addedTokensAreNeverSplit() throws {
    let tokenizer = try Self.tiny()
    #expect(tokenizer.encode("<|mask|><|mask|>") == [304, 304])
    #expect(tokenizer.encode("a<|im_end|>b") == [97, 302, 98])
    #expect(tokenizer.encode("<|im_en<|im_end|>").last == 302)
    #expect(tokenizer.encode("").isEmpty)
  }

  @Test func decodesWhatIsThere() throws {
    let tokenizer = try Self.tiny()
    let text = "def f():\n    return 'größe 日本 👍🏽'\t<|im_end|>\r\n\0"
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    #expect(tokenizer.decode([65, 302, 66], skipSpecial: true) == "AB")
    #expect(tokenizer.decode([65, 302, 66]) == "A<|im_end|>B")
    // Ids of the vocabulary's padding rows, and ids that are none.
    #expect(tokenizer.decode([65, 319, 306, 66, -1, .max, .min]) == "AB")
    // Truncated, overlong and lone continuation bytes: one replacement for each maximal part.
    #expect(tokenizer.decode([0xE6, 0x97]) == "\u{FFFD}")
    #expect(tokenizer.decode([0xC0, 0x80, 65]) == "\u{FFFD}\u{FFFD}A")
    #expect(tokenizer.decode([0xED, 0xA0, 0x80]) == "\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(tokenizer.decode([0xF0, 0x9F, 65]) == "\u{FFFD}A")
  }

  @Test func composesBeforeItCounts() throws {
    let tokenizer = try Self.tiny()
    #expect(tokenizer.encode("e\u{301}") == tokenizer.encode("\u{E9}"))
    #expect(tokenizer.encode("e\u{301}") == [0xC3, 0xA9])
    // Canonically equivalent texts with different bytes stay different where NFC keeps them apart.
    #expect(tokenizer.decode([101, 0xCC, 0x81]).unicodeScalars.count == 2)
  }

  /// What Foundation composes, or leaves in the wrong order, and the reference does not.
  @Test func foundationsMistakesAreAvoided() throws {
    let tokenizer = try Self.tiny()
    for (text, composed) in [
      ("O\u{E0103}\u{340}", "O\u{E0103}\u{300}"), ("\u{10041}\u{301}", "\u{10041}\u{301}"),
      ("\u{1113}\u{1175}", "\u{1113}\u{1175}"), ("\u{1100}\u{1176}", "\u{1100}\u{1176}"),
      ("\u{1100}\u{1161}\u{11A8}", "\u{AC01}"), ("\u{11025}\u{102E}", "\u{11025}\u{102E}"),
      ("a\u{327}\u{F75}", "a\u{F71}\u{F74}\u{327}"), ("\u{11099}\u{110BA}", "\u{1109A}"),
      // A mark of Unicode 10 stops what it stands between.
      ("e\u{1DF6}\u{301}", "e\u{1DF6}\u{301}"),
    ] {
      let found = tokenizer.decode(tokenizer.encode(text))
      #expect(Array(found.unicodeScalars) == Array(composed.unicodeScalars), "\(text.debugDescription)")
    }
  }

  /// Long words must give the ids of the plain definition, and not take its time: quadratic work on a
  /// word of this length would not end.
  @Test(arguments: ["a", " ", "re", "in = "])
  func longRunsAreExact(_ unit: String) throws {
    let tokenizer = try Self.tiny()
    let short = String(repeating: unit, count: 301)
    let vocabulary = try Fixture.json("tiny/vocab.json")
    #expect(tokenizer.encode(short) == (try Self.naive(short, vocabulary, tokenizer)))
    let long = String(repeating: unit, count: 200_000 / unit.utf8.count)
    let ids = tokenizer.encode(long)
    #expect(ids.count >= long.utf8.count / 8)
    #expect(tokenizer.decode(ids) == long)
  }

  /// Byte-pair encoding by its definition, in quadratic time: join the first of the best pairs.
  private static func naive(_ text: String, _ vocabulary: JSONValue, _ tokenizer: Tokenizer) throws -> [Int32]
  {
    let lines = try Fixture.bytes("tiny/merges.txt").split(separator: UInt8(ascii: "\n")).dropFirst()
    var rank: [[[UInt8]]: Int] = [:]
    for (index, line) in lines.enumerated() {
      let pair = line.split(separator: UInt8(ascii: " ")).map {
        ByteAlphabet.bytes(of: String(decoding: $0, as: UTF8.self)) ?? []
      }
      rank[pair] = index
    }
    var out: [Int32] = []
    let bytes = Array(text.utf8)
    PreTokenizer(bytes, bytes.indices).forEachWord { word in
      var parts = bytes[word].map { [$0] }
      while true {
        let best = parts.indices.dropLast().compactMap { at in
          rank[[parts[at], parts[at + 1]]].map { (rank: $0, at: at) }
        }.min { ($0.rank, $0.at) < ($1.rank, $1.at) }
        guard let best else { break }
        parts.replaceSubrange(best.at...best.at + 1, with: [parts[best.at] + parts[best.at + 1]])
      }
      out += parts.map { tokenizer.id(of: String(decoding: $0, as: UTF8.self)) ?? -1 }
    }
    return out
  }

  @Test func classesAgreeWithReferenceForEveryScalar() throws {
    var expected = [UnicodeClass](repeating: .other, count: 0x110000)
    let json = try Fixture.json("unicode_classes.json")
    for (name, kind) in [("letter", UnicodeClass.letter), ("number", .number), ("space", .space)] {
      let bounds = try Fixture.integers(json[name])
      for at in stride(from: 0, to: bounds.count, by: 2) {
        for value in bounds[at]...bounds[at + 1] { expected[value] = kind }
      }
    }
    var wrong: [UInt32] = []
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      if UnicodeClass(scalar) != expected[Int(value)] { wrong.append(value) }
    }
    #expect(wrong.isEmpty, "first: \(wrong.prefix(10).map { String($0, radix: 16) })")
  }

  @Test func alphabetIsABijection() {
    for byte in UInt8.min...UInt8.max {
      #expect(ByteAlphabet.byte(of: ByteAlphabet.scalar(of: byte)) == byte)
    }
    #expect(ByteAlphabet.bytes(of: "Ġa") == [32, 97])
    #expect(ByteAlphabet.bytes(of: " ") == nil)
  }

  @Test func readsTheSingleFileForm() throws {
    let vocabulary = try Fixture.json("tiny/vocab.json")
    let lines = String(decoding: try Fixture.bytes("tiny/merges.txt"), as: UTF8.self).split(separator: "\n")
      .dropFirst()
    let added = try #require(try Fixture.json("tiny/added_tokens.json").object)
    var document: JSONObject = [
      "added_tokens": .array(
        added.members.map {
          ["id": $0.value, "content": .string($0.name), "special": .bool($0.name != "<|mask|>")]
        }),
      "normalizer": ["type": "NFC"],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": [["type": "Split", "pattern": ["Regex": .string(TokenRules.qwen2Pattern)]]],
      ],
      "model": ["type": "BPE", "vocab": vocabulary, "merges": .array(lines.map { .string(String($0)) })],
    ]
    try Fixture.withCopy(of: "tiny") { folder in
      func tokenizer() throws -> Tokenizer {
        try Fixture.write(JSONValue.object(document).serialized(), "\(folder)/tokenizer.json")
        return try Tokenizer(folder: folder)
      }
      for name in ["vocab.json", "merges.txt", "added_tokens.json"] {
        try Fixture.remove("\(folder)/\(name)")
      }
      let one = try tokenizer()
      let other = try Self.tiny()
      for vector in try #require(try Fixture.json("tiny_tokens.json").array) {
        let text = try vector.require("text", \.string)
        #expect(one.encode(text) == other.encode(text))
      }
      #expect(one.decode([304, 305], skipSpecial: true) == "<|mask|>")
      document["normalizer"] = ["type": "NFKC"]
      #expect(try engineError { try tokenizer() }.message.contains("NFKC"))
      document["normalizer"] = ["type": "NFC"]
      document["pre_tokenizer"] = ["type": "ByteLevel"]
      #expect(try engineError { try tokenizer() }.kind == .unsupported)
    }
  }
}

/// The real vocabulary, which is not in the repository.
@Suite(
  .enabled(if: Fixture.data != nil, "EVALKIT_DATA is not set: the Qwen2.5-Coder vocabulary is not tested"))
struct QwenTokenizerTests {
  /// Read once: its 151643 entries take seconds in a debug build.
  private static let shared = Result {
    try Tokenizer(folder: "\(Fixture.data ?? "")/tokenizer/qwen2.5-coder")
  }

  private func tokenizer() throws -> Tokenizer { try Self.shared.get() }

  /// The whole vocabulary as llama.cpp's converter stores it.
  @Test func insideGGUFItIsTheSame() throws {
    let folder = "\(Fixture.data ?? "")/tokenizer/qwen2.5-coder"
    func members(_ name: String) throws -> [JSONObject.Member] {
      try #require(JSONValue(parsing: MappedFile("\(folder)/\(name)").bytes()).object?.members)
    }
    var tokens: [Int: (text: String, kind: Int32)] = [:]
    for member in try members("vocab.json") {
      tokens[try #require(member.value.integer)] = (member.name, 1)
    }
    for member in try members("added_tokens.json") {
      tokens[try #require(member.value.integer)] = (member.name, 3)
    }
    let rows = (0..<(tokens.count + 100)).map { tokens[$0] ?? ("[PAD\($0)]", 5) }
    let merges = String(decoding: try MappedFile("\(folder)/merges.txt").bytes(), as: UTF8.self)
    var header = GGUFHeader(values: 5)
    header.value("tokenizer.ggml.model", "gpt2")
    header.value("tokenizer.ggml.pre", "qwen2")
    header.value("tokenizer.ggml.tokens", rows.map(\.text))
    header.value("tokenizer.ggml.token_type", rows.map(\.kind))
    header.value(
      "tokenizer.ggml.merges",
      merges.split(separator: "\n").filter { !$0.hasPrefix("#version") }.map(String.init))
    try Fixture.withCopy(of: "tiny-q4_0.gguf") { path in
      try Fixture.write(header.bytes, path)
      let tokenizer = try Tokenizer(folder: path)
      #expect(tokenizer.vocabularySize == tokens.count)
      let text = String(decoding: try Fixture.bytes("golden.txt"), as: UTF8.self)
      #expect(
        tokenizer.encode(text) == (try Fixture.littleEndian("golden.ids").map { Int32(bitPattern: $0) }))
    }
  }

  @Test func goldenTextHasTheReferencesIds() throws {
    let tokenizer = try tokenizer()
    let bytes = try Fixture.bytes("golden.txt")
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(Array(text.utf8) == bytes && bytes.count > 200_000)
    let expected = try Fixture.littleEndian("golden.ids").map { Int32(bitPattern: $0) }
    let found = tokenizer.encode(text)
    let first = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let context = first.map {
      tokenizer.decode(Array(expected[max(0, $0 - 10)...min($0 + 5, expected.count - 1)]))
    }
    #expect(first == nil, "differs at id \(first ?? 0), around \(context.debugDescription)")
    #expect(found.count == expected.count)
  }

  /// Random and adversarial text of Benchmarks/compare-tokenizers.py, in pieces that are encoded by themselves.
  @Test func adversarialTextHasTheReferencesIds() throws {
    let tokenizer = try tokenizer()
    let bytes = try Fixture.bytes("adversarial.txt")
    var start = 0
    for piece in try #require(try Fixture.json("adversarial.json").array) {
      let end = start + (try piece.require("bytes", \.integer))
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      let ids = tokenizer.encode(text)
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for id in ids {
        for shift in stride(from: 0, to: 32, by: 8) {
          hash = (hash ^ UInt64(UInt32(bitPattern: id) >> UInt32(shift) & 0xFF)) &* 0x100_0000_01B3
        }
      }
      let wanted = UInt64(try piece.require("fnv", \.string), radix: 16)
      #expect(hash == wanted, "the piece from byte \(start): \(text.debugDescription)")
      #expect(ids.count == (try piece.require("count", \.integer)))
      start = end
    }
    #expect(start == bytes.count && start > 200_000)
  }

  @Test func decodesLikeTheReference() throws {
    let tokenizer = try tokenizer()
    for vector in try #require(try Fixture.json("qwen_vectors.json")["decode"]?.array) {
      let ids = try Fixture.tokens(vector["ids"])
      // By bytes: text equality would accept any canonical equivalent.
      #expect(Array(tokenizer.decode(ids).utf8) == Array(try vector.require("text", \.string).utf8), "\(ids)")
      #expect(
        Array(tokenizer.decode(ids, skipSpecial: true).utf8)
          == Array(try vector.require("plain", \.string).utf8))
    }
  }

  @Test func runsHaveTheReferencesIds() throws {
    let tokenizer = try tokenizer()
    for vector in try #require(try Fixture.json("qwen_vectors.json")["runs"]?.array) {
      let unit = try vector.require("unit", \.string)
      let text = String(repeating: unit, count: try vector.require("count", \.integer))
      #expect(tokenizer.encode(text) == (try Fixture.tokens(vector["ids"])), "\(unit.debugDescription)")
    }
    #expect(tokenizer.id(of: "<|endoftext|>") == 151643)
    #expect(!tokenizer.hasChatMarker)
    for unit in ["a", " "] {
      let long = String(repeating: unit, count: 200_000)
      #expect(tokenizer.decode(tokenizer.encode(long)) == long)
    }
  }
}
