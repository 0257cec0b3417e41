/// What is put to an instruct model, up to where it goes on.
public struct Conversation: Sendable, Equatable {
  /// One turn.
  public struct Turn: Sendable, Equatable {
    /// `system` or `user`.
    public let role: String
    /// What is said.
    public let content: String
  }

  /// What was said so far.
  public let turns: [Turn]
  /// How the answer begins.
  public let opening: String

  /// - Parameters:
  ///   - request: the user's turn.
  ///   - opening: how the answer begins.
  public init(request: String, opening: String = "") {
    turns = [
      Turn(role: "system", content: "You are a helpful assistant."), Turn(role: "user", content: request),
    ]
    self.opening = opening
  }

  /// `request` as the one message of a conversation, as DiffuCoder's README and demo write it: with a line
  /// break before the end of the user's turn, which Qwen's own examples do not have.
  public static func asking(_ request: String) -> Conversation {
    Conversation(request: request.trimmingPythonWhitespace() + "\n")
  }

  /// The conversation in ChatML, as DiffuCoder's code spells it out. The templates of Qwen2.5 and DiffuCoder give the
  /// same text.
  public var chatML: String {
    turns.map { "<|im_start|>\($0.role)\n\($0.content)<|im_end|>\n" }.joined() + "<|im_start|>assistant\n"
      + opening
  }
}
