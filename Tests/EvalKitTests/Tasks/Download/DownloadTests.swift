import Foundation
import Testing

@testable import EvalKit

/// Transfers over the loopback interface, from a server that fails in every way we know.
@Suite struct DownloadTests {
  private let folder: TemporaryFolder
  private let server: FlakyServer
  private let benchmark: Benchmark
  private let content: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    // Random, hence hard to compress: a transfer of about 150,000 bytes.
    let plain = try python(
      "import random, sys; r = random.Random(7); sys.stdout.buffer.write(r.randbytes(150_000))")
    content = try python(
      "import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), mtime=0))",
      input: plain)
    server = try FlakyServer(serving: folder.write("served", content))
    let manifest = """
      {"format": 1, "benchmarks": [{"name": "small", "aliases": [], "title": "Small", "version": "v1",
      "dataset": "mbpp", "tasks": 3, "id_prefix": "Mbpp/", "file": "Small-v1.jsonl.gz", "url": "https://h/s",
      "bytes": \(content.count), "sha256": "\(TaskFile.sha256(of: content))",
      "unzipped_sha256": "\(TaskFile.sha256(of: plain))", "unzipped_md5": "02", "licence": "none"}]}
      """
    benchmark = try #require(Benchmark.decode(Array(manifest.utf8)).first)
  }

  private static var fetcher: String {
    get throws {
      // The test program lies where the build puts evalkit-fetch too.
      Download.fetcher(beside: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    }
  }

  private var names: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache/benchmarks").sorted()
    }
  }

  private let lockName = ".Small-v1.jsonl.gz.lock"
  private let partialName = ".Small-v1.jsonl.gz.partial"

  @discardableResult
  private func pull(
    _ mode: String, _ key: String = "file", stallTimeout: Duration = .seconds(20),
    progress: (Int, Int?) -> Void = { _, _ in }
  ) async throws -> String {
    try await Download(fetcher: Self.fetcher, stallTimeout: stallTimeout)
      .pull(benchmark, into: folder.path + "/cache", from: server.url(mode, key), progress: progress)
  }

  private func refusal(_ mode: String, stallTimeout: Duration = .seconds(20)) async throws -> EvalKitError {
    try await #require(throws: EvalKitError.self) { try await pull(mode, stallTimeout: stallTimeout) }
  }

  /// The file is there, whole, and nothing else is.
  private func expectWhole(_ path: String) throws {
    #expect(path == folder.path + "/cache/benchmarks/Small-v1.jsonl.gz")
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == content)
    #expect(try names == [lockName, "Small-v1.jsonl.gz"])
  }

  @Test(arguments: ["good", "redirect", "slow"])
  func aFileArrivesWhole(mode: String) async throws {
    var seen: [Int] = []
    var total: Int?
    try expectWhole(
      await pull(mode) {
        seen.append($0)
        total = $1
      })
    #expect(seen == seen.sorted() && seen.last == content.count)
    #expect(total == content.count)
  }

  @Test func aFileThatIsThereIsNotFetchedAgain() async throws {
    try await pull("good")
    try expectWhole(await pull("good"))
    #expect(try server.requests("file") == ["all"])
  }

  @Test func aWrongFileUnderTheNameIsReplaced() async throws {
    try folder.write("cache/benchmarks/Small-v1.jsonl.gz", Array("something else".utf8))
    try expectWhole(await pull("good"))
  }

  @Test(arguments: ["break", "dated"])
  func aBrokenTransferIsResumed(mode: String) async throws {
    let error = try await refusal(mode)
    #expect(error.code == .network)
    #expect(error.message == "the transfer from \(server.url(mode, "file")) broke")
    #expect(error.hint == "run the same command again, it resumes where it stopped")
    #expect(try names == [lockName, partialName, partialName + ".json"])
    var first: Int?
    try expectWhole(await pull(mode) { received, _ in first = first ?? received })
    #expect(first == content.count / 2)
    #expect(try server.requests("file") == ["all", "bytes=\(content.count / 2)-"])
  }

  /// The server ignores the range, has another version meanwhile, gave no version at all, cannot send the
  /// range, or sends another one: the transfer starts over, and the file is right all the same.
  @Test(arguments: ["rangeless", "changed", "unversioned", "unsatisfiable", "misplaced"])
  func whatCannotBeResumedStartsOver(mode: String) async throws {
    #expect(try await refusal(mode).code == .network)
    try expectWhole(await pull(mode))
    #expect(
      try server.requests("file").last
        == (["rangeless", "changed"].contains(mode)
          ? "bytes=\(content.count / 2)-" : "all"))
  }

  @Test func bytesOfAnotherURLAreNotResumed() async throws {
    _ = try await refusal("break")
    try expectWhole(await pull("good", "other"))
    #expect(try server.requests("other") == ["all"])
  }

  @Test func aCorruptFileIsRemoved() async throws {
    let error = try await refusal("wrong")
    #expect(error.code == .data)
    #expect(error.message == "\(server.url("wrong", "file")) is not Small v1")
    #expect(try #require(error.cause).contains(benchmark.sha256))
    #expect(try names == [lockName])
    try expectWhole(await pull("good"))
  }

  @Test(arguments: [
    ("404", "HTTP status 404"), ("500", "HTTP status 500"), ("page", "a web page (HTTP status 200"),
  ])
  func answersThatAreNoFileAreRefused(mode: String, complaint: String) async throws {
    let error = try await refusal(mode)
    #expect(error.code == .network)
    #expect(error.message.contains(complaint))
    #expect(error.message.contains(server.url(mode, "file")))
    #expect(try names == [lockName])
  }

  @Test func anEndlessAnswerIsCutOff() async throws {
    let error = try await refusal("endless")
    #expect(error.code == .data)
    #expect(error.message.contains("sends more than \(4 * content.count + (1 << 20)) bytes"))
    #expect(try names == [lockName])
  }

  @Test func aStalledTransferEnds() async throws {
    let error = try await refusal("stall", stallTimeout: .milliseconds(500))
    #expect(error.code == .network)
    #expect(error.message.contains("sent nothing for"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/cache/benchmarks/Small-v1.jsonl.gz"))
  }

  @Test func aCancelledTransferEndsAndCanBeResumed() async throws {
    let started = AsyncStream.makeStream(of: Int.self)
    let cache = folder.path + "/cache"
    let url = server.url("stall", "file")
    let download = try Download(fetcher: Self.fetcher)
    let task = Task { [benchmark] in
      do throws(EvalKitError) {
        _ = try await download.pull(benchmark, into: cache, from: url) { received, _ in
          if received > 0 { started.continuation.yield(received) }
        }
        return EvalKitError?.none
      } catch { return error }
    }
    for await _ in started.stream { break }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    #expect(try names == [lockName, partialName, partialName + ".json"])
  }

  @Test func twoAtOnceAreSafe() async throws {
    let cache = folder.path + "/cache"
    let url = server.url("slow", "file")
    let download = try Download(fetcher: Self.fetcher)
    let paths = try await withThrowingTaskGroup(of: String.self) { [benchmark] group in
      for _ in 0..<3 {
        group.addTask { try await download.pull(benchmark, into: cache, from: url) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(paths.count == 3)
    for path in paths { try expectWhole(path) }
    #expect(try server.requests("file") == ["all"])
  }

  @Test func whatCannotWorkIsSaidPlainly() async throws {
    let download = try Download(fetcher: Self.fetcher)
    func error(_ download: Download, cache: String, url: String) async throws -> EvalKitError {
      try await #require(throws: EvalKitError.self) {
        try await download.pull(benchmark, into: cache, from: url)
      }
    }
    let cache = folder.path + "/cache"
    #expect(try await error(download, cache: cache, url: "file:///etc/passwd").code == .usage)
    let refused = try await error(download, cache: cache, url: "http://127.0.0.1:1/file")
    #expect(refused.code == .network)
    #expect(try #require(refused.cause).contains("connect"))
    let absent = try await error(
      Download(fetcher: "/nowhere/evalkit-fetch"), cache: cache, url: server.url("good", "file"))
    #expect(absent.code == .environment)
    #expect(absent.message == "cannot run /nowhere/evalkit-fetch")
    let unwritable = try await error(
      download, cache: folder.write("plain", []), url: server.url("good", "file"))
    #expect(unwritable.code == .environment)
    #expect(try #require(unwritable.cause).contains("Not a directory"))
  }
}
