import ArgumentParser
import EvalKit
import JSON

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that a run's folder is what its run left.",
    discussion: """
      Makes every hash, count and pass@k again from the raw files and names the
      first difference. Whoever can write to the folder can also write new
      checksums: this finds accidents, not forgers. Of a result file of evalplus
      or bigcodebench, rows and scores are checked against each other.

      EXAMPLES
        evalkit verify Results/NAME
        evalkit verify Results/NAME --json | jq .first_difference

      EXIT CODES
        0 all as it was; 1 something differs; 2 no finished run, or a newer one
      """)

  @Argument(help: ArgumentHelp("A run's folder, or a result file.", valueName: "run"), completion: .file())
  var folder: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() async throws {
    try await concluding {
      let verification = try Verification(of: folder)
      if json {
        Console.result(verification.json.serialized(indented: true))
      } else {
        for check in verification.checks {
          switch check.outcome {
          case .holds(let text): Console.result("ok       \(check.name): \(text)")
          case .skipped(let text): Console.result("skipped  \(check.name): \(text)")
          case .differs(let text): Console.result("DIFFERS  \(check.name): \(plain(text))")
          }
        }
      }
      if verification.firstDifference != nil { throw Outcome.no }
    }
  }
}
