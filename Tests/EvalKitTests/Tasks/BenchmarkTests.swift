import JSON
import Testing

@testable import EvalKit

@Suite struct BenchmarkTests {
  @Test func everyEntryOfTheManifestIsDecoded() throws {
    let decoded = try Benchmark.decode(PackageResources.manifest_json)
    #expect(decoded == Benchmark.all)
    #expect(decoded.map(\.name) == ["humaneval+", "mbpp+"])
    for benchmark in decoded {
      #expect(benchmark.sha256.count == 64 && benchmark.unzippedSHA256.count == 64)
      #expect(benchmark.unzippedMD5.count == 32)
      #expect(benchmark.file.hasSuffix("-\(benchmark.version).jsonl.gz"))
      #expect(benchmark.url.hasPrefix("https://") && benchmark.url.contains(benchmark.version))
    }
  }

  @Test(arguments: [
    ("humaneval+", "humaneval+"), ("HumanEval+", "humaneval+"), ("humanevalplus", "humaneval+"),
    ("humaneval_plus", "humaneval+"), ("mbpp+", "mbpp+"), ("mbppplus", "mbpp+"), ("MBPP_plus", "mbpp+"),
  ])
  func namesAndAliasesAreKnown(given: String, meant: String) throws {
    #expect(try Benchmark.named(given).name == meant)
  }

  @Test(arguments: [("humanevl+", "humaneval+"), ("humaneval", "humaneval+"), ("mbp+", "mbpp+")])
  func aNearMissIsAnsweredWithTheNameMeant(given: String, meant: String) throws {
    let error = try #require(throws: EvalKitError.self) { try Benchmark.named(given) }
    #expect(error.code == .usage)
    #expect(error.message.contains("'\(given)'"))
    #expect(try #require(error.hint).hasPrefix("did you mean \(meant)?"))
  }

  @Test func aWildMissIsAnsweredWithTheList() throws {
    let error = try #require(throws: EvalKitError.self) { try Benchmark.named("bigcodebench") }
    #expect(error.hint == "one of: humaneval+, mbpp+")
  }

  @Test func stopStringsAreThoseOfTheReference() {
    #expect(Dataset.humaneval.stopStrings(.completion).count == 11)
    #expect(Dataset.mbpp.stopStrings(.completion).suffix(2) == ["\n\"\"\"", "\nassert"])
    #expect(Dataset.mbpp.stopStrings(.chat).last == "\n```\n")
  }
}
