import ArgumentParser
import EvalKit
import JSON
import Sandbox

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what protects this machine from candidates, what is missing, and how to get it.",
    discussion: """
      Every layer is tried and its effect is checked, in a process made for it.
      Exits 1 when candidates will not be run here.

      EXAMPLES
        evalkit doctor
        evalkit doctor --json
      """)

  @Option(help: ArgumentHelp("Interpreter for candidates.", valueName: "exe"), completion: .file())
  var python: String?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() async throws {
    try await concluding {
      let jail = try Jail()
      let environment = try await PythonEnvironment.find(python)
      let report = try await jail.probe(python: environment)
      if json {
        Console.result(document(report, environment).serialized(indented: true))
      } else {
        print(report, environment)
      }
      if !isFit(report, environment) { throw Outcome.no }
    }
  }

  private func print(_ report: SandboxReport, _ python: PythonEnvironment) {
    let table = TerminalTable<SandboxLayer> {
      [
        Column(title: "layer", value: $0.name),
        Column(title: "state", value: $0.state.rawValue),
        Column(title: "needed", value: need($0)),
        Column(title: "detail", value: $0.detail),
      ]
    }
    Console.result(table.text(for: report.layers))
    for (names, remedy) in remedies(report) { Console.result("\(names.joined(separator: ", ")): \(remedy)") }
    Console.result(
      "python: \(python.executable) \(python.version), numpy \(python.numpyVersion ?? "missing: apt install python3-numpy")"
    )
    Console.result(
      "sandbox: \(report.tier.rawValue)\(isFit(report, python) ? "" : "; candidates will not be run here")")
  }

  /// What depends on a layer.
  private func need(_ layer: SandboxLayer) -> String {
    if layer.mandatory { return "yes" }
    let isWall = Jail.optionalLayers.subtracting(Jail.supplementaryLayers).contains(layer.name)
    return isWall ? "for 'full'" : "no"
  }

  /// What to do about the missing layers; one thing often brings back several.
  private func remedies(_ report: SandboxReport) -> [(names: [String], remedy: String)] {
    var found: [(names: [String], remedy: String)] = []
    for layer in report.layers where layer.state != .ok && !layer.remedy.isEmpty {
      if let index = found.firstIndex(where: { $0.remedy == layer.remedy }) {
        found[index].names.append(layer.name)
      } else {
        found.append(([layer.name], layer.remedy))
      }
    }
    return found
  }

  private func isFit(_ report: SandboxReport, _ python: PythonEnvironment) -> Bool {
    Executor.obstacle(python: python, report: report) == nil
  }

  private func document(_ report: SandboxReport, _ python: PythonEnvironment) -> JSONValue {
    [
      "schema": "evalkit.doctor", "schema_version": 1, "tier": .string(report.tier.rawValue),
      "fit": .bool(isFit(report, python)),
      "policy": .string(report.policyHash),
      "layers": .array(
        report.layers.map {
          [
            "name": .string($0.name), "state": .string($0.state.rawValue), "mandatory": .bool($0.mandatory),
            "detail": .string($0.detail), "remedy": .string($0.remedy),
          ]
        }),
      "python": [
        "executable": .string(python.executable), "version": .string(python.version),
        "numpy": JSONValue(python.numpyVersion),
      ],
    ]
  }
}
