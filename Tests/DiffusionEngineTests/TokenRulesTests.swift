import JSON
import Testing

@testable import DiffusionEngine

/// What tokenizer.json may declare, against the `tokenizers` package (Fixtures/make_rules.py).
struct TokenRulesTests {
  /// `document` with the vocabulary and merges of tiny/.
  private static func complete(_ document: JSONValue?) throws -> JSONObject {
    var document = try #require(document?.object)
    var model = try #require(document["model"]?.object)
    let lines = String(decoding: try Fixture.bytes("tiny/merges.txt"), as: UTF8.self).split(separator: "\n")
    let added = try #require(try Fixture.json("tiny/added_tokens.json").object)
    let vocabulary = try #require(try Fixture.json("tiny/vocab.json").object)
    model["vocab"] = .object(JSONObject(vocabulary.members + added.members))
    model["merges"] = .array(lines.dropFirst().map { .string(String($0)) })
    document["model"] = .object(model)
    return document
  }

  private static func tokenizer(_ document: JSONObject) throws -> Tokenizer {
    try TokenizerFiles.singleFile(.object(document), path: "tokenizer.json", files: [])
  }

  @Test func agreeWithTheReference() throws {
    let variants = try #require(try Fixture.json("rules.json").array)
    #expect(variants.count == 9)
    for variant in variants {
      let tokenizer = try Self.tokenizer(Self.complete(variant["document"]))
      for item in try #require(variant["cases"]?.array) {
        let text = try item.require("text", \.string)
        let comment: Comment = "\(variant["name"]?.string ?? ""): \(text.debugDescription)"
        #expect(tokenizer.encode(text) == (try Fixture.tokens(item["ids"])), comment)
        #expect(tokenizer.encode(text, addsPrefix: false) == (try Fixture.tokens(item["bare"])), comment)
      }
    }
  }

  /// Each change asks for ids that the engine would not give.
  @Test func otherRulesAreRefusedByName() throws {
    let document = try Self.complete(try #require(Fixture.json("rules.json").array)[0]["document"])
    func expect(_ field: String, _ names: String, _ value: JSONValue) throws {
      var changed = document
      let parts = field.split(separator: ".").map(String.init)
      if parts.count == 2 {
        var inner = try #require(changed[parts[0]]?.object)
        inner[parts[1]] = value
        changed[parts[0]] = .object(inner)
      } else {
        changed[field] = value
      }
      let error = try engineError { try Self.tokenizer(changed) }
      #expect(error.kind == .unsupported && error.message.contains("'\(names)'"), "\(field): \(error)")
    }
    let begin = #"{"SpecialToken": {"id": "<|im_end|>"}}"#
    func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
    try expect("model.type", "model.type", "WordPiece")
    try expect("model.byte_fallback", "model.byte_fallback", true)
    try expect("model.dropout", "model.dropout", .double(0.1))
    try expect("model.unk_token", "model.unk_token", "<unk>")
    try expect("model.continuing_subword_prefix", "model.continuing_subword_prefix", "##")
    try expect("normalizer", "normalizer", ["type": "NFKC"])
    try expect(
      "normalizer", "normalizer",
      json(#"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}"#))
    try expect("pre_tokenizer", "pre_tokenizer.use_regex", ["type": "ByteLevel", "add_prefix_space": false])
    try expect("pre_tokenizer", "pre_tokenizer", ["type": "Whitespace"])
    try expect("pre_tokenizer", "pre_tokenizer", .null)
    try expect(
      "pre_tokenizer", "pre_tokenizer.pattern", json(#"{"type": "Split", "pattern": {"Regex": "\\s+"}}"#))
    try expect(
      "pre_tokenizer", "pre_tokenizer.behavior",
      ["type": "Split", "pattern": ["Regex": .string(TokenRules.qwen2Pattern)], "behavior": "MergedWithNext"])
    try expect("post_processor", "post_processor", ["type": "BertProcessing"])
    try expect(
      "post_processor", "post_processor.single",
      json(
        #"{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, \#(begin)], "special_tokens": {}}"#
      ))
    try expect(
      "post_processor", "post_processor.single",
      json(
        #"{"type": "TemplateProcessing", "single": [\#(begin), {"Sequence": {"id": "A"}}], "special_tokens": {}}"#
      ))
    // An id that no token has.
    var changed = document
    changed["post_processor"] = try json(
      #"{"type": "TemplateProcessing", "single": [\#(begin)], "special_tokens": {"<|im_end|>": {"ids": [311]}}}"#
    )
    #expect(try engineError { try Self.tokenizer(changed) }.message.contains("311"))
  }
}
