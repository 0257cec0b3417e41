/// How a task is put to a model.
public enum PromptStyle: String, Sendable, CaseIterable {
  /// The bare prompt; the model goes on writing. For base models.
  case completion
  /// A conversation as the checkpoint's chat template writes it, in ChatML where it has none, with the assistant's
  /// turn opened inside a Python fence. For instruct models.
  case chat
  /// The same in DiffuCoder's ChatML, whatever template the checkpoint has.
  case chatml
}

/// The text that goes to the model for one task, and how to cut what comes back.
public struct Prompt: Sendable, Equatable {
  public let task: String
  public let text: String
  public let style: PromptStyle
  /// The completion ends before the first of these.
  public let stops: [String]
  /// What stands before the completion in the program: the prompt itself for ``PromptStyle/completion``,
  /// nothing for a conversation, where the model writes the whole function.
  public let programHead: String

  /// - The completion prompt is evalplus': stripped on both sides, one newline (`evalplus/codegen.py`).
  /// - The chat prompt is DiffuCoder's (arXiv 2506.20639, tables 5 and 6): the sentence "Please complete
  ///   the following problem:" stands before HumanEval's prompts and is absent before MBPP's.
  ///
  /// - Parameter render: writes the conversation of ``PromptStyle/chat``; what it throws is thrown on.
  public init(
    _ task: BenchmarkTask, of benchmark: Benchmark, style: PromptStyle,
    rendering render: (Conversation) throws -> String = { $0.chatML }
  ) throws {
    self.task = task.id
    self.style = style
    let body = task.prompt.trimmingPythonWhitespace()
    switch style {
    case .completion:
      text = body + "\n"
      programHead = text
      stops = benchmark.dataset.stopStrings(style)
    case .chat, .chatml:
      let request = benchmark.dataset == .humaneval ? "Please complete the following problem:\n" : ""
      let conversation = Conversation(
        request: "\(request)```\n\(body)\n```\n",
        opening: "Here is the code to solve this problem:\n```python\n")
      text = style == .chat ? try render(conversation) : conversation.chatML
      programHead = ""
      // The fence that the prompt opened ends at the first closing one, also at the end of the canvas.
      stops = benchmark.dataset.stopStrings(style) + ["\n```"]
    }
  }
}

extension String {
  /// Python's `str.strip()` for the characters that occur in task files: ASCII white space.
  func trimmingPythonWhitespace() -> String {
    let space: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) || (0x1C...0x1F).contains($0) }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !space($0) }),
      let last = bytes.lastIndex(where: { !space($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
