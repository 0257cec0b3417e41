import JSON
import Testing

@testable import DiffusionEngine

/// Chat templates against Jinja2's renderings of them (Fixtures/make_templates.py).
struct ChatTemplateTests {
  private static func template(_ text: String, _ json: JSONValue) -> ChatTemplate {
    var tokens: [String: String] = [:]
    for member in json["tokens"]?.object?.members ?? [] { tokens[member.name] = member.value.string }
    return ChatTemplate(text, place: "'file'", tokens: tokens)
  }

  private static func messages(_ json: JSONValue?) throws -> [ChatMessage] {
    try #require(json?.array).map {
      ChatMessage(role: try $0.require("role", \.string), content: try $0.require("content", \.string))
    }
  }

  @Test func agreesWithJinja() throws {
    let json = try Fixture.json("templates.json")
    let cases = try #require(json["cases"]?.array)
    #expect(cases.count > 100)
    for item in cases {
      let text = try item.require("template", \.string)
      let template = Self.template(text, json)
      #expect(throws: Never.self, "\(text)") {
        let found = try template.render(Self.messages(item["messages"]))
        let wanted = try item.require("text", \.string)
        #expect(
          Array(found.utf8) == Array(wanted.utf8), "\(text.debugDescription): \(found.debugDescription)")
      }
    }
  }

  @Test func refusesWhatItDoesNotKnow() throws {
    let json = try Fixture.json("templates.json")
    for item in try #require(json["refused"]?.array) {
      let text = try item.require("template", \.string)
      let error = try engineError {
        try Self.template(text, json).render([.init(role: "user", content: "x")])
      }
      #expect(error.kind == .unsupported && error.message.hasPrefix("'file', line "))
      #expect(error.message.contains(try item.require("names", \.string)), "\(text): \(error)")
      #expect(error.hint.contains("--prompt-style"))
    }
  }

  /// Work and depth are bounded, whatever a file asks for.
  @Test func hostileTemplatesEnd() throws {
    let digits = "'0123456789'"
    let loops = (0..<9).map { "{% for a\($0) in \(digits) %}" }.joined()
    for text in [
      loops + "x" + String(repeating: "{% endfor %}", count: 9),
      "{% set x = 'ab' %}" + String(repeating: "{% set x = x + x %}", count: 60),
      "{{ " + String(repeating: "(", count: 100_000), "{{ " + String(repeating: "-", count: 100_000),
      "{{ " + String(repeating: "not ", count: 100_000) + "1 }}",
      "{{ 1" + String(repeating: " + 1", count: 100_000) + "}}",
      "{{ a" + String(repeating: ".a", count: 100_000) + " }}",
      "{{ " + String(repeating: "[", count: 100_000),
      String(repeating: "{% if 1 %}", count: 100_000), String(repeating: "{% for a in b %}", count: 100_000),
      "{% set n = namespace() %}{% set n.n = n %}",
    ] {
      #expect(
        try engineError { try ChatTemplate(text, place: "'file'", tokens: [:]).render([]) }.kind
          == .unsupported)
    }
  }

  @Test func isFoundWhereCheckpointsKeepIt() throws {
    try Fixture.withCopy(of: "tiny") { folder in
      func template() throws -> ChatTemplate? { try ChatTemplate.read(CheckpointFolder(folder)) }
      #expect(try template() == nil)
      try Fixture.write(
        Array(
          #"{"eos_token": {"content": "<e>"}, "bos_token": "<b>", "chat_template": "{{ bos_token + eos_token }}"}"#
            .utf8),
        "\(folder)/tokenizer_config.json")
      #expect(try #require(try template()).render([]) == "<b><e>")
      try Fixture.write(
        Array(
          #"{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}"#
            .utf8),
        "\(folder)/tokenizer_config.json")
      #expect(try #require(try template()).render([]) == "d")
      #expect(
        try #require(try template()).sha256
          == "18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4")
      try Fixture.write(Array(#"{"chat_template": 3}"#.utf8), "\(folder)/tokenizer_config.json")
      #expect(try engineError { try template() }.message.contains("chat_template"))
      try Fixture.write(Array("{{ messages[0].content }}\n".utf8), "\(folder)/chat_template.jinja")
      #expect(try #require(try template()).render([.init(role: "user", content: "hi")]) == "hi")
      try Fixture.write([0xFF], "\(folder)/chat_template.jinja")
      #expect(try engineError { try template() }.kind == .malformed)
    }
  }

  /// Qwen2.5-Coder's own template, which DiffuCoder's differs from in the default system text.
  @Test(.enabled(if: Fixture.data != nil, "EVALKIT_DATA is not set: Qwen2.5-Coder's template is not tested"))
  func qwensTemplateAgrees() throws {
    let json = try Fixture.json("templates.json")
    let file = try #require(json["file"])
    let path = "\(Fixture.data ?? "")/\(try file.require("path", \.string))"
    let template = Self.template(String(decoding: try MappedFile(path).bytes(), as: UTF8.self), json)
    #expect(template.sha256 == (try file.require("sha256", \.string)))
    let conversations = try #require(json["conversations"]?.array)
    for (messages, text) in zip(conversations, try #require(file["texts"]?.array)) {
      #expect(try template.render(Self.messages(messages)) == text.string)
    }
  }
}
