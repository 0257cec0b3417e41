import ArgumentParser
import EvalKit

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write what came of runs: for people, or for other programs.",
    usage: "evalkit report <run> ... [--format <format>] [-o <file>]",
    discussion: """
      html is one file that needs no network: scores, charts, every task with its
      prompt, program and first failing test. Several runs are shown beside each
      other, with what changed from the first one.

      EXAMPLES
        evalkit report Results/new -o report.html
        evalkit report Results/old Results/new --format html -o both.html
        evalkit report Results/new --format md
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case json, md, html

    /// What the file's name says.
    init?(extensionOf file: String?) {
      guard let suffix = file?.split(separator: "/").last?.split(separator: ".").last else { return nil }
      self.init(rawValue: suffix.lowercased())
    }
  }

  @Argument(help: ArgumentHelp("A run's folder.", valueName: "run"), completion: .directory)
  var runs: [String]

  @Option(help: "json, md or html (default: what the file's name ends with, else md).")
  var format: Format?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Replaced if it is there (default: standard output).", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp("Folder with the task files, for the prompts.", valueName: "dir"),
    completion: .directory)
  var data: String?

  func run() async throws {
    try await concluding {
      let format = format ?? Format(extensionOf: output) ?? .md
      switch format {
      case .html:
        if output == nil, Console.outputIsTerminal {
          throw ValidationError("a page is nothing for a terminal: give -o report.html")
        }
        let runs = try runs.map { try RecordedRun(reading: $0) }
        let page = try ReportPage(of: runs) { TaskStatements(of: $0, at: DataCommand.locator(data)) }
        for absence in page.absences { Console.warning("\(absence); the page does without the prompts") }
        try put(try page.html())
      case .json: try copy("report.json")
      case .md: try copy("report.md")
      }
    }
  }

  private func put(_ bytes: [UInt8]) throws {
    guard let output, output != "-" else {
      return Console.write(String(decoding: bytes, as: UTF8.self), to: 1)
    }
    try CommandFile.write(bytes, to: output)
  }

  /// What the run wrote itself.
  private func copy(_ file: String) throws {
    guard let run = runs.first, runs.count == 1 else { throw ValidationError("give one run") }
    _ = try RecordedRun(reading: run)
    try put(try CommandFile.read("\(run)/\(file)"))
  }
}
