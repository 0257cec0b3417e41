import Foundation
import JSON
import Testing

/// `compare-precision` on a tiny checkpoint of random weights.
struct ComparePrecisionTests {
  private static let checkpoint = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("DiffusionEngineTests/Fixtures/tiny").path

  private static func command(_ more: String...) -> [String] {
    ["compare-precision", "--model", checkpoint, "--threads", "1", "--positions", "40", "--prompt", "x = "]
      + more
  }

  @Test func whatMadeTheFiguresIsBesideThem() async throws {
    let result = try await Binary.run(Self.command("--precision", "bf16,int8,fp32", "--json", "--seed", "7"))
    #expect(result.code == 0, "\(result.error)")
    let json = try result.json()
    #expect(json["schema"]?.string == "evalkit.precision-comparison" && json["schema_version"]?.integer == 1)
    #expect(json["model"]?["sha256"]?.string?.count == 64)
    #expect(json["sampler"]?["seed"]?.string == "7" && json["sampler"]?["algorithm"]?.string == "entropy")
    #expect(json["reference"]?["precision"]?.string == "fp32")
    let comparisons = try #require(json["comparisons"]?.array)
    #expect(comparisons.compactMap { $0["precision"]?.string } == ["bf16", "int8", "fp32"])
    let errors = comparisons.map { $0["layer_errors"]?.array?.compactMap(\.double) ?? [] }
    try #require(errors.allSatisfy { $0.count == 2 })
    for layer in 0..<2 { #expect(0 < errors[0][layer] && errors[0][layer] < errors[1][layer]) }
    #expect(errors[2] == [0, 0] && comparisons[2]["logit_error"]?.double == 0)
    #expect(comparisons[2]["decode"]?["same_token"]?.double == 1)
    #expect(comparisons[2]["decode"]?["rank_correlation"]?.double == 1)
    #expect(comparisons[2]["decode"]?["first_difference_step"]?.integer == nil)
    #expect(comparisons[0]["instruction_set"]?.string?.isEmpty == false)
  }

  @Test func theTableHasAColumnForEachPrecision() async throws {
    let result = try await Binary.run(Self.command("--precision", "int8", "--reference", "bf16"))
    #expect(result.code == 0, "\(result.error)")
    for word in ["int8", "error after layer 1", "same best token", "rank correlation", "reference  bf16"] {
      #expect(result.output.contains(word), "\(result.output)")
    }
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test func wrongArgumentsAreNamed() async throws {
    let cases: [([String], Int, String)] = [
      (Self.command("--precision", "bf16,int4"), 64, "fp32, bf16, int8"),
      (Self.command("--precision", "bf16,bf16"), 64, "each once"),
      (Self.command("--prompt-file", "x"), 64, "--prompt"),
      (Self.command("--positions", "3"), 64, "3 positions"),
      (Self.command("--positions", "4000"), 64, "2048"),
      (["compare-precision", "--model", "/nowhere"], 2, "/nowhere"),
    ]
    for (arguments, code, word) in cases {
      let result = try await Binary.run(arguments)
      #expect(result.code == code, "\(arguments): \(result.error)")
      #expect(result.error.contains(word) && result.output.isEmpty, "\(arguments): \(result.error)")
    }
  }
}
