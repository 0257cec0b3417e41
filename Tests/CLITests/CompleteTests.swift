import Foundation
import JSON
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `complete`, `trace` and `logits` on a tiny checkpoint of random weights.
struct CompleteTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("DiffusionEngineTests/Fixtures").path
  private static let checkpoint = "\(fixtures)/tiny"

  private static func complete(_ more: String...) -> [String] {
    ["complete", "--model", checkpoint, "--threads", "1", "--max-new-tokens", "24"] + more
  }

  @Test func aCompletionIsPrintedAsJSON() async throws {
    let result = try await Binary.run(Self.complete("--prompt", "def f(x):", "--json"))
    #expect(result.code == 0, "\(result.error)")
    let json = try result.json()
    #expect(json["prompt_ids"]?.array?.isEmpty == false)
    let ids = try #require(json["ids"]?.array).compactMap(\.integer)
    let steps = try #require(json["commit_step"]?.array)
    #expect(ids.count == 24 && ids.allSatisfy { (0..<320).contains($0) } && steps.count == 24)
    // The published schedule: nothing in step 0, one a step, two in the last.
    let counted = Dictionary(grouping: steps.compactMap(\.integer), by: { $0 }).mapValues(\.count)
    let left = ids.count { $0 == 304 }
    #expect(steps.count { $0 == .null } == left)
    if left == 0 { #expect(counted[0] == nil && counted[23] == 2 && counted.count == 23) }
    #expect(json["text"]?.string != nil)
    let again = try await Binary.run(Self.complete("--prompt", "def f(x):", "--json"))
    #expect(again.output == result.output)
    let other = try await Binary.run(Self.complete("--prompt", "def f(x):", "--json", "--seed", "1"))
    #expect(other.output != result.output)
  }

  @Test func tokensAreShownAndReadBack() async throws {
    func run(_ more: String...) async throws -> Binary.Result {
      try await Binary.run(["tokenize", "--model", Self.checkpoint] + more)
    }
    let json = try await run("--text", "def f<|im_end|>", "--json").json()
    let ids = try #require(json["ids"]?.array).compactMap(\.integer)
    #expect(
      ids.last == 302 && json["count"]?.integer == ids.count && (json["encode_seconds"]?.double ?? -1) >= 0)
    #expect(json["pieces"]?.array?.compactMap(\.string).joined() == "def f<|im_end|>")
    #expect(try await run("--text", "def f<|im_end|>", "--count").output == "\(ids.count)\n")
    let back = try await run("--decode", ids.map { "\($0)" }.joined(separator: ","))
    #expect(back.output == "def f<|im_end|>\n")
    #expect(try await run("--text", "é").output == "195\t\"\u{FFFD}\"\n169\t\"\u{FFFD}\"\n")
    #expect(try await run().code == 64)
    #expect(try await run("--text", "a", "--decode", "1").code == 64)
  }

  /// A checkpoint with a template of its own, and with one that is not understood.
  @Test func conversationsAreWrittenByTheCheckpointsTemplate() async throws {
    let folder = "\(Scratch.root)/\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: Self.checkpoint, toPath: folder)
    func prompt(_ template: String, style: String = "chat") async throws -> Binary.Result {
      try Data(template.utf8).write(to: URL(fileURLWithPath: "\(folder)/chat_template.jinja"))
      return try await Binary.run([
        "complete", "--model", folder, "--threads", "1", "--max-new-tokens", "2", "--prompt", "hi", "--json",
        "--prompt-style", style,
      ])
    }
    func ids(_ text: String) async throws -> JSONValue? {
      try await Binary.run(["tokenize", "--model", folder, "--text", text, "--json"]).json()["ids"]
    }
    let own = try await prompt("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}")
    #expect(try await own.json()["prompt_ids"] == ids("<system>You are a helpful assistant.<user>hi\n"))
    let unknown = "{% for m in messages %}{{ m.content | wordwrap }}{% endfor %}"
    let refused = try await prompt(unknown)
    #expect(
      refused.code == 2 && refused.error.contains("chat_template.jinja', line 1: the filter 'wordwrap'"))
    #expect(refused.error.contains("--prompt-style chatml"))
    let without = try await prompt(unknown, style: "chatml")
    let chatML =
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nhi\n<|im_end|>\n"
    #expect(try await without.json()["prompt_ids"] == ids(chatML + "<|im_start|>assistant\n"))
  }

  /// What is measured is not tested; that it is measured, and adds up, is.
  @Test(arguments: ["fp32", "bf16", "int8"])
  func benchPrintsWhatItMeasured(_ precision: String) async throws {
    let result = try await Binary.run(
      [
        "bench", "--model", Self.checkpoint, "--positions", "32", "--precision", precision, "--threads", "1",
        "--json",
      ])
    #expect(result.code == 0, "\(result.error)")
    let json = try result.json()
    let pass = try #require(json["pass_seconds"]?.double)
    let step = try #require(json["step_seconds"]?.double)
    let peak = try #require(json["peak_operations_per_second"]?.double)
    let share = try #require(json["peak_fraction"]?.double)
    let operations = try #require(json["pass_operations"]?.double)
    #expect(pass > 0 && step > 0 && peak > 1e8 && share > 0)
    #expect(abs(share - operations / pass / peak) < 1e-9 * share)
    // Two layers of 32 x (32 + 2 x 16 + 32) + 3 x 32 x 64 weights, two products of 32 x 32 in attention, the head.
    let layer = 32 * 96 + 3 * 32 * 64 + 2 * 32 * 32
    #expect(operations == Double(64 * (2 * layer + 32 * 320)))
    #expect(json["precision"]?.string == precision && json["threads"]?.integer == 1)
    #expect(json["instruction_set"]?.string?.isEmpty == false)
    #expect(json["tokens_per_second"]?.double == 1 / step && json["schema"]?.string == "evalkit.bench")
    #expect(json["load_seconds"]?.double ?? 0 > 0 && json["peak_resident_bytes"]?.integer ?? 0 > 1 << 20)
    let long = try await Binary.run(["bench", "--model", Self.checkpoint, "--positions", "100000"])
    #expect(long.code == 64 && long.error.contains("2048"))
  }

  @Test func aFileAndTheTextItselfAreTheSamePrompt() async throws {
    try await Scratch.withFolder { folder in
      try Data("def f(x):\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/prompt.txt"))
      let file = try await Binary.run(Self.complete("--prompt-file", "\(folder)/prompt.txt", "--json"))
      let text = try await Binary.run(Self.complete("--prompt", "def f(x):\n", "--json"))
      #expect(file.code == 0 && file.output == text.output)
      let chat = try await Binary.run(
        Self.complete("--prompt", "def f(x):\n", "--json", "--prompt-style", "chat"))
      let count = try #require(chat.json()["prompt_ids"]?.array?.count)
      #expect(count > (try text.json()["prompt_ids"]?.array?.count ?? 0) + 10)
    }
  }

  @Test func pipedTextIsPlainAndTheAnswer() async throws {
    for seed in ["0", "1", "2"] {
      let json = try await Binary.run(Self.complete("--prompt", "x = ", "--json", "--seed", seed)).json()
      let text = try await Binary.run(Self.complete("--prompt", "x = ", "--seed", seed))
      #expect(text.code == 0 && text.error.isEmpty, "\(text.error)")
      #expect(text.output == (json["text"]?.string ?? "?") + "\n")
      let stopped = try await Binary.run(Self.complete("--prompt", "x = ", "--seed", seed, "--stop-at-end"))
      #expect(stopped.output == text.output)
    }
  }

  /// Two questions are two conversations, and an empty line is none.
  @Test func aChatAnswersEveryLine() async throws {
    let options = ["--model", Self.checkpoint, "--threads", "1", "--max-new-tokens", "24"]
    let chat = try await Binary.run(
      ["-c", "printf 'def f\\n\\nclass A\\n' | \"$0\" chat \"$@\"", Binary.path] + options,
      executable: "/bin/sh")
    #expect(chat.code == 0 && chat.error.isEmpty, "\(chat.error)")
    var expected = ""
    for question in ["def f", "class A"] {
      expected += try await Binary.run(Self.complete("--prompt", question, "--prompt-style", "chat")).output
    }
    #expect(chat.output == expected && expected.count > 2)
  }

  @Test func wrongArgumentsAreNamed() async throws {
    let cases: [([String], Int, String)] = [
      (Self.complete(), 64, "--prompt"),
      (Self.complete("--prompt", "a", "--prompt-file", "b"), 64, "--prompt"),
      (Self.complete("--prompt-file", "/nowhere/p.txt"), 2, "/nowhere/p.txt"),
      (Self.complete("--prompt-file", "/"), 2, "directory"),
      (Self.complete("--prompt-file", "/dev/zero"), 2, "larger than"),
      (["complete", "--model", "/nowhere", "--prompt", "a"], 2, "/nowhere"),
      (Self.complete("--prompt", "a", "--max-new-tokens", "3000"), 64, "2048"),
      (["trace", "/nowhere.json"], 2, "/nowhere.json"),
      (["trace", "\(Self.checkpoint)/config.json"], 2, "is no trace"),
      (["trace", "\(Self.checkpoint)/merges.txt"], 2, "is not JSON"),
      (["logits", "--model", Self.checkpoint, "--tokens", "1,320", "--output", "/tmp/x"], 64, "token 320"),
      (["logits", "--model", Self.checkpoint, "--tokens", "1,x", "--output", "/tmp/x"], 64, "--tokens"),
      (["logits", "--model", Self.checkpoint, "--tokens", "1,", "--output", "/tmp/x"], 64, "--tokens"),
      (["logits", "--model", Self.checkpoint, "--tokens", "1", "--output", "/nowhere/x"], 2, "/nowhere/x"),
    ]
    for (arguments, code, word) in cases {
      let result = try await Binary.run(arguments)
      #expect(result.code == code, "\(arguments): \(result.error)")
      #expect(result.error.contains(word), "\(arguments): \(result.error)")
      #expect(result.output.isEmpty)
    }
  }

  /// The reference's own logits, from the script in the fixtures.
  @Test func logitsAreWrittenForNumPy() async throws {
    try await Scratch.withFolder { folder in
      let traces = try JSONValue(
        parsing: [UInt8](try #require(Scratch.bytes("\(Self.fixtures)/traces.json"))))
      let tokens = try #require(traces["logit_tokens"]?.array).compactMap(\.integer)
      let file = "\(folder)/logits.npy"
      let result = try await Binary.run([
        "logits", "--model", Self.checkpoint, "--threads", "1", "--output", file, "--tokens",
        tokens.map { "\($0)" }.joined(separator: ","),
      ])
      #expect(result.code == 0 && result.output.isEmpty, "\(result.error)")
      let bytes = [UInt8](try #require(Scratch.bytes(file)))
      #expect(Array(bytes[..<8]) == [0x93] + Array("NUMPY".utf8) + [1, 0])
      let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
      #expect(start.isMultiple(of: 64) && bytes[start - 1] == 0x0A)
      let header = String(decoding: bytes[10..<start], as: UTF8.self)
      #expect(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"))
      #expect(header.contains("'shape': (\(tokens.count), 320)"))
      let expected = [UInt8](try #require(Scratch.bytes("\(Self.fixtures)/tiny.logits.f32")))
      try #require(bytes.count - start == expected.count)
      func value(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Float {
        Float(
          bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[bytes.startIndex + 4 * index + $1]) << (8 * $1) })
      }
      for index in 0..<expected.count / 4 {
        #expect(abs(value(bytes[start...], index) - value(expected[...], index)) < 1e-3, "cell \(index)")
      }
    }
  }

  @Test func aTraceIsShownAndDrawn() async throws {
    try await Scratch.withFolder { folder in
      let recorded = try await Binary.run(Self.complete("--prompt", "def f(x):", "--json"))
      let file = "\(folder)/trace.json"
      try Data(recorded.output.utf8).write(to: URL(fileURLWithPath: file))
      let shown = try await Binary.run(["trace", file, "--svg", "\(folder)/order.svg"])
      #expect(shown.code == 0, "\(shown.error)")
      #expect(shown.output.contains("global AR-ness@1") && shown.output.contains("16:"))
      #expect(!shown.output.contains("\u{1B}"), "no colour outside of a terminal")
      let svg = String(decoding: try #require(Scratch.bytes("\(folder)/order.svg")), as: UTF8.self)
      #expect(svg.components(separatedBy: "<rect x=").count == 25)
      let json = try await Binary.run(["trace", file, "--json"]).json()
      #expect(json == (try recorded.json()))
      let local = try #require(json["statistics"]?["canvas"]?["local_ar_ness"]?.array)
      #expect(local.count == 9 && local.allSatisfy { (0...1).contains($0.double ?? -1) })
    }
  }

  @Test func ctrlCEndsACompletion() async throws {
    let result = try await Binary.start(
      Self.complete("--prompt", "x", "--max-new-tokens", "1900", "--steps", "1900")
    ) { pid in
      try await Task.sleep(for: .milliseconds(700))
      kill(pid, SIGINT)
    }
    #expect(result.code == 130, "\(result.code) \(result.error)")
    #expect(result.error.contains("interrupted") && !result.error.contains("goes on from there"))
  }
}
