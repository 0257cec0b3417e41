/// One turn of a conversation.
public struct ChatMessage: Sendable, Equatable {
  /// `system`, `user` or `assistant`.
  public let role: String
  /// What was said.
  public let content: String

  /// A turn.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// The checkpoint's own way to write a conversation as text: the Jinja template of `chat_template.jinja`,
/// tokenizer_config.json or a GGUF file, rendered as `apply_chat_template` of `transformers` does.
///
/// Only what chat templates use of Jinja is understood: text, `if`, `for`, `set`, namespaces, expressions, and a
/// dozen filters, tests and methods. Anything else is an error that names it.
public struct ChatTemplate: Sendable {
  /// The template itself.
  public let text: String
  /// The file, for errors.
  private let place: String
  /// `bos_token`, `eos_token` and others that templates name.
  private let tokens: [String: String]

  init(_ text: String, place: String, tokens: [String: String]) {
    self.text = text
    self.place = place
    self.tokens = tokens
  }

  /// The conversation as text, up to where the assistant goes on.
  ///
  /// - Throws: `.unsupported` with the file, the line of the template and the construct, also for a conversation
  ///   that the template refuses.
  public func render(_ messages: [ChatMessage]) throws(EngineError) -> String {
    var variables: [String: TemplateValue] = tokens.mapValues { .string($0) }
    variables["messages"] = .list(
      messages.map {
        .map([
          .init(name: "role", value: .string($0.role)), .init(name: "content", value: .string($0.content)),
        ])
      })
    variables["add_generation_prompt"] = .boolean(true)
    variables["tools"] = TemplateValue.none
    variables["documents"] = TemplateValue.none
    do {
      return try TemplateInterpreter.render(TemplateParser.parse(text), variables)
    } catch {
      throw EngineError(
        .unsupported, "\(place), line \(error.line): \(error.what)",
        hint: "choose a prompt style that does without the template: --prompt-style chatml or completion")
    }
  }
}
