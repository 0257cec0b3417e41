import Testing

@testable import EvalKit

struct PromptTests {
  private func task(_ id: String, prompt: String) throws -> BenchmarkTask {
    let line =
      #"{"task_id": "\#(id)", "prompt": "\#(prompt)", "entry_point": "f", "canonical_solution": "", "#
      + #""base_input": [], "plus_input": [], "atol": 0}"#
    return try BenchmarkTask(line: Array(line.utf8), number: 1)
  }

  @Test func baseModelsContinueTheStrippedPrompt() throws {
    let benchmark = try Benchmark.named("humaneval+")
    let prompt = try Prompt(
      try task("HumanEval/0", prompt: #"\n\ndef f(x):\n    \"\"\" é \"\"\"\n \t"#), of: benchmark,
      style: .completion)
    #expect(prompt.text == "def f(x):\n    \"\"\" é \"\"\"\n")
    #expect(prompt.programHead == prompt.text)
    #expect(prompt.stops.contains("\ndef ") && prompt.stops.contains("\nprint("))
  }

  /// arXiv 2506.20639, table 5: with the sentence for HumanEval; table 6: without it for MBPP.
  @Test func instructModelsGetDiffuCodersChat() throws {
    let head = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
    let tail = "<|im_end|>\n<|im_start|>assistant\nHere is the code to solve this problem:\n```python\n"
    let first = try Prompt(
      try task("HumanEval/0", prompt: #"def f(): 1\n"#), of: try Benchmark.named("humaneval+"), style: .chat)
    #expect(
      first.text == head + "Please complete the following problem:\n```\ndef f(): 1\n```\n" + tail)
    #expect(first.programHead == "")
    let second = try Prompt(
      try task("Mbpp/2", prompt: "do it"), of: try Benchmark.named("mbpp+"), style: .chat)
    #expect(second.text == head + "```\ndo it\n```\n" + tail)
    #expect(second.stops.contains("\n```"))
    // The same without a template; and a template has the conversation to write, and the last word on it.
    let task = try task("Mbpp/2", prompt: "do it")
    let benchmark = try Benchmark.named("mbpp+")
    #expect(try Prompt(task, of: benchmark, style: .chatml, rendering: { _ in "" }).text == second.text)
    let rendered = try Prompt(task, of: benchmark, style: .chat) { conversation in
      conversation.turns.map { "[\($0.role)] \($0.content)" }.joined() + "> " + conversation.opening
    }
    #expect(
      rendered.text == "[system] You are a helpful assistant.[user] ```\ndo it\n```\n"
        + "> Here is the code to solve this problem:\n```python\n")
    #expect(rendered.stops == second.stops && rendered.programHead == "")
  }

  /// DiffuCoder's README and demo (inference_demo.py).
  @Test func aQuestionIsAskedAsInTheDemo() {
    #expect(
      Conversation.asking(" Sort a list.\n").chatML
        == "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nSort a list.\n<|im_end|>\n"
        + "<|im_start|>assistant\n")
  }
}
