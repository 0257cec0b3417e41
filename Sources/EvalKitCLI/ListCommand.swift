import ArgumentParser
import EvalKit
import JSON
import TextTable

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the benchmarks.",
    discussion: """
      EXAMPLES
        evalkit list
        evalkit list --json
      """)

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() async throws {
    if json {
      let rows: [JSONValue] = Benchmark.all.map {
        [
          "name": .string($0.name), "version": .string($0.version), "tasks": JSONValue($0.taskCount),
          "licence": .string($0.licence),
        ]
      }
      return Console.result(JSONValue.array(rows).serialized(indented: true))
    }
    let table = TextTable<Benchmark> {
      [
        Column(title: "benchmark", value: $0.name), Column(title: "version", value: $0.version),
        Column(title: "tasks", value: "\($0.taskCount)", align: .right),
        Column(title: "licence", value: $0.licence),
      ]
    }
    Console.result(table.string(for: Benchmark.all, style: Style.psql) ?? "")
  }
}
