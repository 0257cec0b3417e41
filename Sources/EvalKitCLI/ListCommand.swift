import ArgumentParser
import DiffusionEngine
import EvalKit
import Foundation
import JSON

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List benchmarks, models and runs.",
    usage: "evalkit list [benchmarks|models|runs] [<folder> ...] [--json]",
    discussion: """
      Models are looked for in this folder, ./models, and the Hugging Face cache
      ($HF_HUB_CACHE, $HF_HOME/hub, ~/.cache/huggingface/hub); runs in ./Results.
      Folders that are named take the place of these.

      EXAMPLES
        evalkit list
        evalkit list models ~/checkpoints
        evalkit list runs Results /data/results
        evalkit list runs --json | jq '.runs[] | select(.state == "finished")'

      EXIT CODES
        0 listed, also where there is nothing; 2 no such folder
      """)

  enum What: String, ExpressibleByArgument, CaseIterable {
    case benchmarks, models, runs
  }

  @Argument(help: "benchmarks, models or runs (default: all three).")
  var what: What?

  @Argument(help: ArgumentHelp("Where to look.", valueName: "folder"), completion: .directory)
  var folders: [String] = []

  @Option(help: ArgumentHelp("Folder with the task files.", valueName: "dir"), completion: .directory)
  var data: String?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if what == .benchmarks, !folders.isEmpty { throw ValidationError("benchmarks lie in no folder") }
  }

  func run() async throws {
    try await concluding {
      let sections = what.map { [$0] } ?? What.allCases
      if json { return Console.result(try document(sections).serialized(indented: true)) }
      var texts: [String] = []
      for section in sections {
        switch section {
        case .benchmarks: texts.append(benchmarkTable)
        case .models: texts.append(try modelTable())
        case .runs: texts.append(runTable(try runs()))
        }
      }
      Console.result(texts.joined(separator: "\n\n"))
    }
  }

  // MARK: Places

  private func models() throws -> [CheckpointListing] {
    if !folders.isEmpty {
      return try folders.flatMap { try CheckpointListing.all(in: Self.withoutSlash($0)) }
    }
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"].map { "\($0)/.cache/huggingface" }
    let hub = environment["HF_HUB_CACHE"] ?? (environment["HF_HOME"] ?? home).map { "\($0)/hub" }
    return ([".", "models"] + [hub].compactMap { $0 }).flatMap { (try? CheckpointListing.all(in: $0)) ?? [] }
  }

  private func runs() throws -> [RunListing] {
    if !folders.isEmpty { return try folders.flatMap { try RunListing.all(in: Self.withoutSlash($0)) } }
    return FileManager.default.fileExists(atPath: "Results") ? try RunListing.all(in: "Results") : []
  }

  private static func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  // MARK: Tables

  private var benchmarkTable: String {
    let locator = DataCommand.locator(data)
    return TerminalTable<Benchmark> { benchmark in
      let found = locator.find(benchmark)
      return [
        Column(title: "benchmark", value: benchmark.name), Column(title: "version", value: benchmark.version),
        Column(title: "tasks", value: "\(benchmark.taskCount)", align: .right),
        Column(title: "licence", value: benchmark.licence),
        Column(
          title: "data",
          value: found.map { "\(plain($0.path)) (\($0.origin))" } ?? "missing: evalkit data pull",
          colour: found == nil ? 33 : nil),
      ]
    }.text(for: Benchmark.all)
  }

  private func modelTable() throws -> String {
    let models = try models()
    if models.isEmpty { return "no model found: name folders with 'evalkit list models FOLDER'" }
    return TerminalTable<CheckpointListing> { model in
      [
        Column(title: "model", value: plain(model.path)),
        Column(title: "family", value: plain(model.family ?? "?")),
        Column(title: "GB", value: Self.gigabytes(model.byteCount), align: .right),
        Column(
          title: "runs here", value: model.problem.map { "✗ \(plain($0))" } ?? "✓ yes",
          colour: model.problem == nil ? 32 : 31),
      ]
    }.text(for: models)
  }

  private func runTable(_ runs: [RunListing]) -> String {
    if runs.isEmpty {
      return "no run found: they go to ./Results, or name folders with 'evalkit list runs FOLDER'"
    }
    return TerminalTable<RunListing> { run in
      let state = Self.state(run)
      return [
        Column(title: "run", value: plain(run.name)), Column(title: "programs of", value: plain(run.source)),
        Column(title: "score", value: run.benchmarks.map(Self.score).joined(separator: "\n")),
        Column(title: "when", value: localTime(run.written), align: .right),
        Column(title: "state", value: plain(state.text), colour: state.colour),
      ]
    }.text(for: runs)
  }

  private static func score(_ part: RunListing.Part) -> String {
    guard let estimate = part.estimate, let k = part.k else {
      return "\(plain(part.name)): \(part.tasks) tasks"
    }
    let tests = part.half == .plus ? "" : "base "
    return "\(plain(part.name)) \(tests)pass@\(k) \(estimate.text)"
  }

  private static func state(_ run: RunListing) -> (text: String, colour: Int) {
    switch run.state {
    case .finished: ("✓ finished", 32)
    case .notTrusted(let reason): ("✗ not to be trusted: \(reason)", 31)
    case .unfinished(let judged): ("… unfinished, \(judged) judged", 33)
    case .damaged(let reason): ("✗ damaged: \(reason)", 31)
    }
  }

  private static func gigabytes(_ bytes: Int) -> String { (Double(bytes) / 1e9).decimals(2) }

  // MARK: JSON

  private func document(_ sections: [What]) throws -> JSONValue {
    var document: JSONObject = ["schema": "evalkit.list", "schema_version": 1]
    for section in sections {
      switch section {
      case .benchmarks:
        let locator = DataCommand.locator(data)
        document["benchmarks"] = .array(
          Benchmark.all.map {
            let found = locator.find($0)
            return [
              "name": .string($0.name), "version": .string($0.version), "tasks": JSONValue($0.taskCount),
              "licence": .string($0.licence), "path": JSONValue(found?.path),
              "origin": JSONValue(found?.origin),
            ]
          })
      case .models:
        document["models"] = .array(
          try models().map {
            [
              "path": .string($0.path), "family": JSONValue($0.family), "bytes": JSONValue($0.byteCount),
              "problem": JSONValue($0.problem),
            ]
          })
      case .runs: document["runs"] = .array(try runs().map(\.json))
      }
    }
    return .object(document)
  }
}
