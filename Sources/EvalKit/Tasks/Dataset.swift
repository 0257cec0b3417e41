/// The family that a benchmark's tasks come from. It selects comparison rules, input conversion and the
/// strings at which a completion ends.
public enum Dataset: String, Sendable, CaseIterable {
  case humaneval, mbpp

  /// Stop strings of evalplus's code generation (`evalplus/provider/utility.py` and `base.py`): those of
  /// every prompt first, then those of `style`. The completion ends before the earliest of them.
  public func stopStrings(_ style: PromptStyle) -> [String] {
    switch (style, self) {
    case (.chat, _), (.chatml, _): Dataset.alwaysStop + ["\n```\n"]
    case (.completion, .humaneval):
      Dataset.alwaysStop + ["\ndef ", "\nclass ", "\nimport ", "\nfrom ", "\nassert "]
    case (.completion, .mbpp): Dataset.alwaysStop + ["\n\"\"\"", "\nassert"]
    }
  }

  private static let alwaysStop = [
    "<|endoftext|>", "<|endofmask|>", "</s>", "\nif __name__", "\ndef main(", "\nprint(",
  ]
}
