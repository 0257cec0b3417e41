import Foundation
import Testing

@testable import EvalKit

@Suite struct DataLocatorTests {
  private let benchmark: Benchmark

  init() throws { benchmark = try Benchmark.named("mbpp+") }

  @Test func theOrderIsVariableThenCacheThenSite() throws {
    let folder = try TemporaryFolder()
    try folder.write("checkout/Package.swift", [])
    try folder.write("checkout/Benchmarks/manifest.json", [])
    let locator = DataLocator(
      explicit: nil, environment: ["EVALKIT_DATA": "/data", "XDG_CACHE_HOME": "/cache", "HOME": "/home/me"],
      currentDirectory: folder.path + "/checkout/Sources", executable: "/opt/bin/evalkit")
    let candidates = locator.candidates(for: benchmark).filter { $0.path.hasSuffix(".gz") }
    #expect(
      candidates.map(\.path) == [
        "/data/\(benchmark.file)", "/data/benchmarks/\(benchmark.file)",
        "/cache/evalkit/benchmarks/\(benchmark.file)",
        "\(folder.path)/shared/data/benchmarks/\(benchmark.file)",
      ])
    #expect(
      candidates.map(\.origin) == ["$EVALKIT_DATA", "$EVALKIT_DATA", "user cache", "site folder"])
  }

  @Test func theExecutablesCheckoutCountsToo() throws {
    let folder = try TemporaryFolder()
    try folder.write("checkout/Package.swift", [])
    try folder.write("checkout/Benchmarks/manifest.json", [])
    let data = try folder.write("shared/data/benchmarks/\(benchmark.file)", [])
    let locator = DataLocator(
      explicit: nil, environment: [:], currentDirectory: "/",
      executable: folder.path + "/checkout/.build/debug/evalkit")
    #expect(locator.find(benchmark)?.path == data)
  }

  @Test func aNamedFolderComesFirstAndIsNotTheOnlyPlace() throws {
    let folder = try TemporaryFolder()
    let elsewhere = try folder.write("cache/evalkit/benchmarks/\(benchmark.file)", [])
    let environment = ["XDG_CACHE_HOME": folder.path + "/cache"]
    func locator(_ explicit: String?) -> DataLocator {
      DataLocator(
        explicit: explicit, environment: environment, currentDirectory: folder.path, executable: nil)
    }
    #expect(locator(nil).find(benchmark)?.path == elsewhere)
    #expect(locator("data").find(benchmark)?.path == elsewhere)
    let plain = try folder.write("data/benchmarks/MbppPlus-v0.2.0.jsonl", [])
    #expect(locator("data").find(benchmark)?.path == plain)
    #expect(locator("data/benchmarks/MbppPlus-v0.2.0.jsonl").find(benchmark)?.path == plain)
    try FileManager.default.removeItem(atPath: elsewhere)
    let error = try #require(throws: EvalKitError.self) { try locator("nowhere").require(benchmark) }
    #expect(error.message == "no task file for MBPP+ v0.2.0")
    #expect(
      try #require(error.cause).contains("\(folder.path)/nowhere/benchmarks/\(benchmark.file) (--data)"))
  }

  @Test func aRelativeCacheIsIgnored() {
    func cache(_ environment: [String: String]) -> String? {
      DataLocator(explicit: nil, environment: environment, currentDirectory: "/", executable: nil)
        .cacheDirectory
    }
    #expect(cache(["XDG_CACHE_HOME": "cache", "HOME": "/home/me"]) == "/home/me/.cache/evalkit")
    #expect(cache([:]) == nil)
  }
}
