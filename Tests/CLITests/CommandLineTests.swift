import Foundation
import JSON
import Testing

/// What a stranger meets first: help, mistakes, and what they cost.
struct CommandLineTests {
  @Test(arguments: [
    [], ["run"], ["score"], ["list"], ["data"], ["data", "list"], ["data", "pull"], ["doctor"], ["try"],
    ["complete"], ["chat"], ["logits"], ["bench"], ["compare-precision"], ["tokenize"], ["trace"],
    ["compare"], ["report"], ["show"], ["gate"], ["gate", "check"], ["gate", "init"], ["gate", "simulate"],
    ["verify"],
  ])
  func everyCommandExplainsItself(command: [String]) async throws {
    let result = try await Binary.run(command + ["--help"])
    #expect(result.code == 0)
    #expect(result.output.contains("USAGE: evalkit"))
    #expect(command.first == "data" || result.output.contains("EXAMPLES"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [
    (["run", "humaneval+"], 64, "--model"),
    (["run", "--model", "canonical"], 64, "benchmark"),
    (["run", "humaneval+", "--model", "canonical", "--frobnicate"], 64, "--frobnicate"),
    (["run", "humaneval+", "--model", "canonical", "-n", "0"], 64, "at least 1"),
    (["run", "humaneval+", "--model", "canonical", "--k", "10"], 64, "-n 10"),
    (["run", "humaneval+", "--model", "canonical", "--k", "x"], 64, "--k"),
    (["run", "humaneval+", "--model", "canonical", "--jobs", "0"], 64, "--jobs"),
    (["run", "humaneval+", "--model", "canonical", "--timeout", "-1"], 64, "--timeout"),
    (["run", "humaneval+", "--model", "canonical", "--alg", "best"], 64, "maskgit_plus"),
    (["run", "humaneval+", "--model", "canonical", "--top-p", "2"], 64, "--top-p"),
    (["run", "humaneval+", "--model", "canonical", "--steps", "0"], 64, "--steps"),
    (["run", "humaneval+", "--model", "canonical", "--temperature", "nan"], 64, "--temperature"),
    (["run", "humaneval", "--model", "canonical"], 64, "did you mean humaneval+"),
    (["score", "/nowhere.jsonl", "--benchmark", "humaneval+"], 2, "/nowhere.jsonl"),
    (["score", "/", "--benchmark", "nothing+"], 64, "humaneval+, mbpp+"),
    (["run", "humaneval+", "--model", "/nowhere"], 2, "/nowhere"),
    (["run", "humaneval+", "--model", "canonical", "--task", "absent"], 5, "no task is selected"),
    (["run", "humaneval+", "--model", "canonical", "--python", "/bin/false"], 2, "/bin/false"),
    (["run", "humaneval+", "--model", "canonical", "--output", "/proc/nowhere"], 2, "/proc/nowhere"),
    (["nonsense"], 64, "nonsense"),
  ])
  func mistakesAreNamedAndCoded(arguments: [String], code: Int, says: String) async throws {
    guard hasData || code == 64 else { return }
    let result = try await Binary.run(arguments)
    #expect(result.code == code, "\(result.error)")
    #expect(result.error.contains(says), "\(result.error)")
    #expect(result.output.isEmpty)
  }

  @Test func withoutDataAndOfflineTheErrorNamesThePlaces() async throws {
    try await Scratch.withFolder { folder in
      // Without a checkout around it there is no site folder either.
      try FileManager.default.copyItem(atPath: Binary.path, toPath: "\(folder)/evalkit")
      let result = try await Binary.run(
        ["run", "humaneval+", "--model", "canonical", "--offline", "--data", "\(folder)/given"],
        executable: "\(folder)/evalkit",
        environment: ["EVALKIT_DATA": "\(folder)/data", "HOME": folder, "XDG_CACHE_HOME": ""],
        directory: folder)
      #expect(result.code == 2)
      for place in ["\(folder)/given", "\(folder)/data", ".cache/evalkit"] {
        #expect(result.error.contains(place), "\(result.error)")
      }
      #expect(result.error.contains("evalkit data pull"))
    }
  }

  @Test func listsAreAlsoJSON() async throws {
    let list = try await Binary.run(["list", "--json"])
    let benchmarks = try list.json()["benchmarks"]?.array
    #expect(benchmarks?.compactMap { $0["name"]?.string } == ["humaneval+", "mbpp+"])
    let data = try await Binary.run(["data", "list", "--json"])
    #expect(try data.json().array?.first?["sha256"]?.string?.count == 64)
    let doctor = try await Binary.run(["doctor", "--json"])
    #expect(try doctor.json()["layers"]?.array?.contains { $0["name"] == "seccomp" } == true)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreWritten(shell: String) async throws {
    let result = try await Binary.run(["--generate-completion-script", shell])
    #expect(result.code == 0 && result.output.contains("evalkit"))
  }

  /// Colour never reaches a pipe, NO_COLOR or not.
  @Test func pipesAreFreeOfEscapes() async throws {
    let result = try await Binary.run(["doctor"])
    #expect(!result.output.contains("\u{1B}") && !result.error.contains("\u{1B}"))
  }
}
