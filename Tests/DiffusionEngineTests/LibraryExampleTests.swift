import DiffusionEngine
import Foundation
import Testing

/// The example of the README: compiled and run here, with the public interface alone, and word for word the same there.
struct LibraryExampleTests {
  private func example(_ checkpoint: String, _ prompt: String) throws -> String {
    // README begins
    let model = try DiffusionModel.load(checkpoint)  // a folder, or a GGUF file
    var options = DenoisingOptions()
    options.algorithm = .entropy
    options.temperature = 0.2
    options.topP = 0.95
    options.maxNewTokens = 64
    options.steps = 32  // two tokens a step
    let generation = try model.generate(
      prompt: model.tokenizer.encode(prompt), options: options,
      key: SampleKey(task: "example", sample: 0),
      onStep: { print("step \($0.index): \($0.committed.count) tokens") })
    let answer = model.tokenizer.decode(generation.answer(endTokens: model.tokenizer.endTokens))
    // README ends
    return answer
  }

  @Test func runs() throws {
    let checkpoint = "\(Fixture.folder)/tiny"
    let answer = try example(checkpoint, "def add(a, b):\n")
    let again = try example(checkpoint, "def add(a, b):\n")
    #expect(!answer.isEmpty && answer == again)
  }

  @Test func isTheOneInTheReadme() throws {
    let own = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
    let begin = try #require(own.range(of: "    // README begins\n"))
    let end = try #require(own.range(of: "    // README ends\n"))
    let lines = own[begin.upperBound..<end.lowerBound].split(
      separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { $0.dropFirst(4) }.joined(separator: "\n")
    let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
    #expect(
      try String(contentsOf: readme, encoding: .utf8).contains(
        "```swift\nimport DiffusionEngine\n\n\(text)```\n"))
  }
}
