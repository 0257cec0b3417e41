import ArgumentParser
import EvalKit
import Foundation
import JSON

struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Find and fetch the benchmarks' task files.",
    discussion: """
      Looked for in --data, $EVALKIT_DATA, the user's cache, and a site folder
      beside the checkout.

      EXAMPLES
        evalkit data list
        evalkit data pull humaneval+
      """,
    subcommands: [List.self, Pull.self])

  private static var executable: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  static func locator(_ explicit: String?) -> DataLocator {
    DataLocator(
      explicit: explicit, environment: ProcessInfo.processInfo.environment,
      currentDirectory: FileManager.default.currentDirectoryPath,
      executable: executable)
  }

  /// The benchmark's file, fetched if it is nowhere.
  static func find(_ benchmark: Benchmark, in explicit: String?, offline: Bool) async throws -> String {
    let locator = locator(explicit)
    if let found = locator.find(benchmark) {
      if explicit != nil, found.origin != "--data" {
        Console.warning("--data has no \(benchmark.file); using \(found.path) (\(found.origin))")
      }
      return found.path
    }
    if offline { return try locator.require(benchmark).path }
    Console.note("fetching \(benchmark.title) \(benchmark.version) from \(benchmark.url)")
    do {
      return try await pull(benchmark, from: nil, quiet: true)
    } catch let error as EvalKitError where error.code == .network {
      let places = locator.candidates(for: benchmark).map { "\($0.path) (\($0.origin))" }
      throw EvalKitError(
        .network, error.message,
        cause: "\(error.cause.map { $0 + "; " } ?? "")not in \(places.joined(separator: ", "))",
        hint:
          "put \(benchmark.file) into one of these places, or fetch it on another machine from \(benchmark.url)"
      )
    }
  }

  fileprivate static func pull(_ benchmark: Benchmark, from url: String?, quiet: Bool) async throws -> String
  {
    guard let cache = locator(nil).cacheDirectory else {
      throw EvalKitError(.environment, "there is no home for the cache", hint: "set HOME or XDG_CACHE_HOME")
    }
    let download = Download(fetcher: Download.fetcher(beside: executable))
    let meter = TransferMeter(isQuiet: quiet)
    defer { meter.finish() }
    return try await download.pull(benchmark, into: cache, from: url) { meter.show($0, of: $1) }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show each benchmark's version, size, licence, hash, and where its file is.")

    @Option(help: ArgumentHelp("Folder with the task files.", valueName: "dir"), completion: .directory)
    var data: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
      let locator = DataCommand.locator(data)
      let rows = Benchmark.all.map { (benchmark: $0, found: locator.find($0)) }
      if json {
        let documents: [JSONValue] = rows.map { benchmark, found in
          [
            "name": .string(benchmark.name), "version": .string(benchmark.version),
            "tasks": JSONValue(benchmark.taskCount), "licence": .string(benchmark.licence),
            "sha256": .string(benchmark.sha256), "url": .string(benchmark.url),
            "path": JSONValue(found?.path), "origin": JSONValue(found?.origin),
          ]
        }
        return Console.result(JSONValue.array(documents).serialized(indented: true))
      }
      let table = TerminalTable<(benchmark: Benchmark, found: DataLocator.Candidate?)> {
        [
          Column(title: "benchmark", value: $0.benchmark.name),
          Column(title: "version", value: $0.benchmark.version),
          Column(title: "tasks", value: "\($0.benchmark.taskCount)", align: .right),
          Column(title: "licence", value: $0.benchmark.licence),
          Column(title: "sha256", value: "\($0.benchmark.sha256.prefix(12))…"),
          Column(
            title: "where",
            value: $0.found.map { "\($0.path) (\($0.origin))" } ?? "missing: evalkit data pull"),
        ]
      }
      Console.result(table.text(for: rows))
    }
  }

  struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a benchmark's official file into the user's cache.",
      discussion: """
        Goes on where a broken download stopped, checks the file's SHA-256, and puts
        it in place whole.

        EXAMPLES
          evalkit data pull humaneval+
          evalkit data pull humaneval+ mbpp+
        """)

    @Argument(help: ArgumentHelp("humaneval+, mbpp+.", valueName: "benchmark"))
    var benchmarks: [String]

    @Option(help: ArgumentHelp("Another place to fetch it from.", valueName: "url"))
    var url: String?

    func validate() throws {
      if url != nil, benchmarks.count != 1 { throw ValidationError("--url needs exactly one benchmark") }
    }

    func run() async throws {
      try await concluding {
        try await interruptible {
          for name in benchmarks {
            let benchmark = try Benchmark.named(name)
            Console.note("fetching \(benchmark.title) \(benchmark.version) from \(url ?? benchmark.url)")
            let path = try await DataCommand.pull(benchmark, from: url, quiet: false)
            Console.result(path)
          }
        }
      }
    }
  }
}
