import Foundation
import JSON
import Subprocess
import SystemPackage
import Testing

/// The reference's verdicts, on everything that is published: whole benchmarks through the built binary.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set: no whole benchmark is scored"))
struct ConformanceTests {
  @Test func everyReferenceSolutionPasses() async throws {
    try await Scratch.withFolder { folder in
      let result = try await Binary.run([
        "run", "humaneval+", "mbpp+", "--model", "canonical", "--output", folder, "--json", "--quiet",
      ])
      #expect(result.code == 0, "\(result.error)")
      let benchmarks = try #require(try result.json()["benchmarks"]?.array)
      #expect(benchmarks.map { $0["tasks"]?.integer } == [164, 378])
      for benchmark in benchmarks {
        let failed = benchmark["results"]?.array?.filter { $0["plus_passed"] != 1 } ?? []
        #expect(failed.isEmpty, "\(failed)")
      }
    }
  }

  /// evalplus HEAD's verdicts on a published run of Llama-3.1-70B, task by task, base and plus.
  ///
  /// Pass or not is compared: the published labels were made with `--test_details`, which calls two
  /// failing programs "timeout" where the default mode, and evalkit, stop at the first failing test.
  @Test func publishedSamplesGetTheReferencesVerdicts() async throws {
    let data = try #require(ProcessInfo.processInfo.environment["EVALKIT_DATA"])
    let stem = "\(data)/samples/humanevalplus/llama3.1-70b-instruct_vllm_t0"
    try await Scratch.withFolder { folder in
      let ours = "\(folder)/ours.json"
      let result = try await Binary.run([
        "score", "\(stem).jsonl.gz", "--benchmark", "humaneval+", "--output", "\(folder)/run", "--quiet",
        "--evalplus-results", ours,
      ])
      #expect(result.code == 0, "\(result.error)")
      let unzipped = try await Subprocess.run(
        .name("gzip"), arguments: ["-dc", "\(stem)_evalplus-head_eval_results.json.gz"],
        output: .bytes(limit: 1 << 28), error: .discarded)
      let theirs = try passes(unzipped.standardOutput)
      let found = try passes(Array(try #require(Scratch.bytes(ours))))
      #expect(theirs.count == 164)
      for (task, halves) in theirs { #expect(found[task] == halves, "\(task)") }
    }
  }

  /// Task id to pass or not, base and plus, of the only sample. Cut out, not read: the failing inputs in
  /// the document have integers of a hundred digits.
  private func passes(_ document: [UInt8]) throws -> [String: [Bool]] {
    let tasks = try JSONSlices(of: document, in: JSONSlices(of: document)["eval"])
    var passes: [String: [Bool]] = [:]
    for task in tasks.members {
      // The one element of the list.
      let sample = try JSONSlices(of: document, in: task.value.lowerBound + 1..<task.value.upperBound - 1)
      passes[task.name] = try ["base_status", "plus_status"].map { half in
        document[try #require(sample[half])].elementsEqual("\"pass\"".utf8)
      }
    }
    return passes
  }
}
