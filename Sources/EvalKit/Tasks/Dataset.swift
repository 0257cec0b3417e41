/// The family that a benchmark's tasks come from. It selects comparison rules, input conversion and the
/// strings at which a completion ends.
public enum Dataset: String, Sendable, CaseIterable {
  case humaneval, mbpp

  /// Who wrote the prompt that is being completed.
  public enum PromptKind: Sendable, CaseIterable {
    /// The task's own text is the model's input, and the model goes on writing it.
    case base
    /// A chat message holds the task, and the answer starts inside a code fence.
    case chat
  }

  /// Stop strings of evalplus's code generation (`evalplus/provider/utility.py` and `base.py`): those of
  /// every prompt first, then those of `kind`. The completion ends before the earliest of them.
  public func stopStrings(_ kind: PromptKind) -> [String] {
    switch (kind, self) {
    case (.chat, _): Dataset.alwaysStop + ["\n```\n"]
    case (.base, .humaneval):
      Dataset.alwaysStop + ["\ndef ", "\nclass ", "\nimport ", "\nfrom ", "\nassert "]
    case (.base, .mbpp): Dataset.alwaysStop + ["\n\"\"\"", "\nassert"]
    }
  }

  /// Stop strings of the evaluation that the Qwen2.5-Coder and DiffuCoder figures come from
  /// (`QwenLM/Qwen2.5-Coder`, `qwencoder-eval`): for base prompts evalplus's list and two code fences,
  /// for chat prompts the common list, a comment at the margin, and the fence.
  public func qwenCoderStopStrings(_ kind: PromptKind) -> [String] {
    switch kind {
    case .base: stopStrings(.base) + ["\n```\n", "```"]
    case .chat: Dataset.alwaysStop + ["\n#", "\n```"]
    }
  }

  private static let alwaysStop = [
    "<|endoftext|>", "<|endofmask|>", "</s>", "\nif __name__", "\ndef main(", "\nprint(",
  ]
}
