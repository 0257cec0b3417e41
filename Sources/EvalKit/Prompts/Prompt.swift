/// How a task is put to a model.
public enum PromptStyle: String, Sendable, CaseIterable {
  /// The bare prompt; the model goes on writing. For base models.
  case completion
  /// ChatML with the assistant's turn opened inside a Python fence. For instruct models.
  case chat
}

/// The text that goes to the model for one task, and how to cut what comes back.
public struct Prompt: Sendable, Equatable {
  public let task: String
  public let text: String
  public let style: PromptStyle
  /// The completion ends before the first of these.
  public let stops: [String]
  /// What stands before the completion in the program: the prompt itself for ``PromptStyle/completion``,
  /// nothing for ``PromptStyle/chat``, where the model writes the whole function.
  public let programHead: String

  /// - The completion prompt is evalplus': stripped on both sides, one newline (`evalplus/codegen.py`).
  /// - The chat prompt is DiffuCoder's (arXiv 2506.20639, tables 5 and 6): the sentence "Please complete
  ///   the following problem:" stands before HumanEval's prompts and is absent before MBPP's.
  public init(_ task: BenchmarkTask, of benchmark: Benchmark, style: PromptStyle) {
    self.task = task.id
    self.style = style
    let body = task.prompt.trimmingPythonWhitespace()
    switch style {
    case .completion:
      text = body + "\n"
      programHead = text
      stops = benchmark.dataset.stopStrings(style)
    case .chat:
      let request = benchmark.dataset == .humaneval ? "Please complete the following problem:\n" : ""
      text = """
        <|im_start|>system
        You are a helpful assistant.<|im_end|>
        <|im_start|>user
        \(request)```
        \(body)
        ```
        <|im_end|>
        <|im_start|>assistant
        Here is the code to solve this problem:
        ```python

        """
      programHead = ""
      // The fence that the prompt opened ends at the first closing one, also at the end of the canvas.
      stops = benchmark.dataset.stopStrings(style) + ["\n```"]
    }
  }
}

extension Prompt {
  /// `request` as the one message of a conversation, as DiffuCoder's README and demo write it: with a line
  /// break before the end of the user's turn, which Qwen's own template does not have.
  public static func conversation(_ request: String) -> String {
    """
    <|im_start|>system
    You are a helpful assistant.<|im_end|>
    <|im_start|>user
    \(request.trimmingPythonWhitespace())
    <|im_end|>
    <|im_start|>assistant

    """
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
