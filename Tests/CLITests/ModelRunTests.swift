import Foundation
import JSON
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The whole way with a real, tiny checkpoint of random weights: samples, verdicts, report; broken off and
/// continued.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set"))
struct ModelRunTests {
  private static let checkpoint = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("DiffusionEngineTests/Fixtures/tiny").path

  private func command(_ folder: String) -> [String] {
    [
      "run", "humaneval+", "--model", Self.checkpoint, "--task", "53", "--task", "23", "-n", "15",
      "--max-new-tokens", "96", "--temperature", "0.4", "--output", folder, "--threads", "1",
    ]
  }

  /// Every process below `parent`, now.
  private func descendants(of parent: pid_t) -> [pid_t] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
    let children = tasks.flatMap { task in
      let text = try? String(contentsOfFile: "/proc/\(parent)/task/\(task)/children", encoding: .utf8)
      return (text ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
    return children + children.flatMap { descendants(of: $0) }
  }

  /// Starts the command and sends `signal` once `count` samples are made.
  private func breakOff(_ folder: String, with signal: Int32, after count: Int) async throws -> Binary.Result
  {
    var left: [pid_t] = []
    let result = try await Binary.start(command(folder)) { pid in
      for _ in 0..<3000 where Scratch.lines("\(folder)/samples.jsonl").count < count {
        try await Task.sleep(for: .milliseconds(20))
      }
      left = descendants(of: pid)
      kill(pid, signal)
    }
    #expect(!left.isEmpty, "the signal came before there was a sandbox")
    for _ in 0..<200 where left.contains(where: { kill($0, 0) == 0 }) {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(left.filter { kill($0, 0) == 0 } == [])
    return result
  }

  private func ids(_ file: String) throws -> [String] {
    try Scratch.lines(file).map { line in
      let row = try JSONValue(parsing: Array(line.utf8))
      return "\(row["task_id"]?.string ?? "") \(row["sample"]?.integer ?? -1)"
    }
  }

  @Test func aBrokenRunEndsLikeAnUndisturbedOne() async throws {
    try await Scratch.withFolder { folder in
      let whole = try await Binary.run(command("\(folder)/whole"))
      #expect(whole.code == 0, "\(whole.error)")
      let samples = try ids("\(folder)/whole/samples.jsonl")
      #expect(samples.count == 30 && Set(samples).count == 30)
      #expect(try ids("\(folder)/whole/verdicts.jsonl").count == 30)

      let broken = "\(folder)/broken"
      let killed = try await breakOff(broken, with: SIGKILL, after: 2)
      #expect(killed.code == 128 + Int(SIGKILL))
      let afterKill = try ids("\(broken)/samples.jsonl")
      #expect((2..<20).contains(afterKill.count), "the run was not broken off in the middle")

      let interrupted = try await breakOff(broken, with: SIGINT, after: afterKill.count + 2)
      #expect(interrupted.code == 130)
      #expect(interrupted.error.contains("the same command goes on from there"))

      let resumed = try await Binary.run(command(broken))
      #expect(resumed.code == 0, "\(resumed.error)")
      for file in ["samples.jsonl", "verdicts.jsonl"] {
        let rows = try ids("\(broken)/\(file)")
        #expect(rows.count == 30 && Set(rows).count == 30, "\(file): a sample was made or judged twice")
      }
      #expect(
        Set(Scratch.lines("\(broken)/samples.jsonl")) == Set(Scratch.lines("\(folder)/whole/samples.jsonl")))
      for file in ["report.json", "report.md"] {
        #expect(Scratch.bytes("\(broken)/\(file)") == Scratch.bytes("\(folder)/whole/\(file)"), "\(file)")
      }
    }
  }

  @Test func theIdentitySaysWhatMadeTheNumbers() async throws {
    try await Scratch.withFolder { folder in
      let result = try await Binary.run(command(folder) + ["--limit", "1", "--json", "--seed", "7"])
      #expect(result.code == 0, "\(result.error)")
      let source = try #require(try result.json()["identity"]?["source"])
      #expect(source["sha256"]?.string?.count == 64)
      #expect(source["precision"]?.string?.hasPrefix("fp32/openblas-") == true)
      #expect(source["prompt_style"] == "chat")
      #expect(source["sampler"]?["seed"] == "7" && source["sampler"]?["algorithm"] == "entropy")
    }
  }

  @Test func whatTheSanitizerWasGivenIsJudgedToo() async throws {
    try await Scratch.withFolder { folder in
      let run = [
        "run", "humaneval+", "--model", Self.checkpoint, "--limit", "3", "--max-new-tokens", "48",
        "--threads", "1",
      ]
      let plain = try await Binary.run(run + ["--output", "\(folder)/plain"])
      let asked = try await Binary.run(run + ["--output", "\(folder)/asked", "--judge-unsanitized"])
      #expect(plain.code == 0 && asked.code == 0, "\(asked.error)")
      let rows = try Scratch.lines("\(folder)/asked/verdicts.jsonl").map {
        try JSONValue(parsing: Array($0.utf8))
      }
      #expect(rows.count == 3 && rows.allSatisfy { $0["unsanitized"] != nil })
      #expect(rows.contains { $0["unsanitized"]?["plus"]?["status"] != nil })
      // No score counts it.
      #expect(Scratch.bytes("\(folder)/asked/report.json") == Scratch.bytes("\(folder)/plain/report.json"))
      // How each answer was decoded is there in both.
      for name in ["plain", "asked"] {
        let samples = try Scratch.lines("\(folder)/\(name)/samples.jsonl").map {
          try JSONValue(parsing: Array($0.utf8))
        }
        #expect(samples.allSatisfy { $0["decoding"]?["commit_step"]?.array?.count == 48 })
      }
      let page = try await Binary.run(["report", "\(folder)/asked", "--format", "html"])
      #expect(
        page.output.contains("3 samples were also judged as the sanitizer was given them"), "\(page.error)")
    }
  }

  @Test func otherArithmeticIsAnotherRun() async throws {
    try await Scratch.withFolder { folder in
      let run = command(folder) + ["--limit", "1", "--json", "--precision", "bf16"]
      let result = try await Binary.run(run, environment: ["EVALKIT_CPU": "portable"])
      #expect(result.code == 0, "\(result.error)")
      #expect(try result.json()["identity"]?["source"]?["precision"] == "bf16/portable")
      let other = try await Binary.run(run + ["--precision", "fp32"])
      #expect(other.code == 2 && other.error.contains("precision"), "\(other.error)")
      let unknown = try await Binary.run(run, environment: ["EVALKIT_CPU": "abacus"])
      #expect(unknown.code == 64 && unknown.error.contains("EVALKIT_CPU"), "\(unknown.error)")
    }
  }

  /// Stored packed, a checkpoint is the same model and writes the same programs.
  @Test func packedWeightsAreTheSameModel() async throws {
    try await Scratch.withFolder { folder in
      let packed = try await Binary.run([
        "pack", "--model", Self.checkpoint, "--precision", "int8", "-o", "\(folder)/packed",
      ])
      #expect(packed.code == 0, "\(packed.error)")
      func run(_ name: String, _ model: String, _ more: String...) async throws -> JSONValue {
        let result = try await Binary.run(
          [
            "run", "humaneval+", "--model", model, "--limit", "1", "--max-new-tokens", "24", "--threads", "1",
            "--json", "--output", "\(folder)/\(name)",
          ] + more)
        #expect(result.code == 0, "\(result.error)")
        return try #require(try result.json()["identity"]?["source"])
      }
      let base = try await run("a", Self.checkpoint, "--precision", "int8")
      let new = try await run("b", "\(folder)/packed")
      for key in ["sha256", "weights_sha256", "tokenizer_sha256", "parameters", "precision"] {
        #expect(base[key] != nil && base[key] == new[key], "\(key)")
      }
      #expect(base["packed_by"] == nil && new["packed_by"]?.string?.hasPrefix("evalkit ") == true)
      #expect(Scratch.bytes("\(folder)/a/samples.jsonl") == Scratch.bytes("\(folder)/b/samples.jsonl"))
      let compared = try await Binary.run(["compare", "\(folder)/a", "\(folder)/b"])
      #expect(compared.code == 0, "\(compared.error)")
    }
  }

  @Test func aDamagedCheckpointIsNamed() async throws {
    try await Scratch.withFolder { folder in
      let copy = "\(folder)/ckpt"
      try FileManager.default.copyItem(atPath: Self.checkpoint, toPath: copy)
      let weights = "\(copy)/model.safetensors"
      let bytes = try #require(Scratch.bytes(weights))
      try bytes.prefix(1000).write(to: URL(fileURLWithPath: weights))
      let result = try await Binary.run([
        "run", "humaneval+", "--model", copy, "--output", "\(folder)/run", "--limit", "1",
      ])
      #expect(result.code == 2 && result.error.contains("model.safetensors"), "\(result.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }
}
