import JSON

/// Turns completions into programs: cut at the stop strings, joined to the prompt, sanitised.
///
/// The sanitizer parses the model's text with CPython's own parser, inside a slot.
struct ProgramMaker {
  let executor: Executor
  /// The number of the slot it occupies, not one of the judging ones.
  let number: Int

  /// A maker with a living slot.
  struct Open {
    fileprivate let judge: Judge

    /// - Returns: the program, and the facts for its row: the raw completion, and how it was made.
    func program(
      from completion: Completion, for prompt: Prompt, entryPoint: String
    ) async throws -> (program: Program, facts: JSONObject) {
      let text = prompt.programHead + completion.cut(at: prompt.stops)
      var facts = completion.facts
      facts["completion"] = .string(completion.text)
      if let program = try await judge.sanitize(text, entryPoint: entryPoint) { return (program, facts) }
      facts["sanitizer"] = "gave up"
      return (Program(text: text), facts)
    }
  }

  func open(_ body: (Open) async throws -> Void) async throws {
    try await executor.withJudge(number: number) { try await body(Open(judge: $0)) }
  }
}
