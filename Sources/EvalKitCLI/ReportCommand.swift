import ArgumentParser
import EvalKit
import JSON

#if canImport(Glibc)
  import Glibc
#endif

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write what came of runs: for people, or for other programs.",
    usage: "evalkit report <run> ... [--format <format>] [-o <file>]",
    discussion: """
      html is one file that needs no network: scores, charts, every task with its
      prompt, program and first failing test. Several runs are shown beside each
      other, with what changed from the first one. md and latex (booktabs) are
      tables for text; csv has a row for each task and run; junit a test case for
      each task, which fails unless all its samples passed; json has everything,
      by a published schema. evalplus and bigcodebench are those tools' result
      files. A run is a folder, or such a file of any version.

      EXAMPLES
        evalkit report Results/new -o report.html
        evalkit report Results/old Results/new --format html -o both.html
        evalkit report Results/new --format md
        evalkit report Results/* -o tasks.csv
        evalkit report Results/old Results/new -o scores.tex
        evalkit report Results/new --format junit -o tasks.xml
        evalkit report Results/new --format json | jq '.runs[0].report.benchmarks'
        evalkit report Results/new --format evalplus -o new_eval_results.json

      EXIT CODES
        0 written, whatever the score; 2 no such run, or a damaged one
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case json, md, csv, latex, junit, html, evalplus, bigcodebench

    /// What the file's name says.
    init?(extensionOf file: String?) {
      guard let name = file?.split(separator: "/").last, let suffix = name.split(separator: ".").last,
        suffix.count < name.count
      else { return nil }
      switch suffix.lowercased() {
      case "tex": self = .latex
      case "xml": self = .junit
      case "htm": self = .html
      case "markdown": self = .md
      case let word: self.init(rawValue: word)
      }
    }
  }

  @Argument(help: ArgumentHelp("A run's folder, or a result file.", valueName: "run"), completion: .file())
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "json, md, csv, latex, junit, html, evalplus or bigcodebench (default: what the file's name ends with, else md).",
      valueName: "format"))
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

  @Option(
    help: ArgumentHelp("With evalplus and bigcodebench: which, where a run has several.", valueName: "name"))
  var benchmark: String?

  func validate() throws {
    if benchmark != nil, !([.evalplus, .bigcodebench].contains(chosen)) {
      throw ValidationError("--benchmark belongs to --format evalplus and bigcodebench")
    }
  }

  private var chosen: Format { format ?? Format(extensionOf: output) ?? .md }

  func run() async throws {
    try await concluding {
      if chosen == .html, output == nil, Console.outputIsTerminal {
        throw ValidationError("a page is nothing for a terminal: give -o report.html")
      }
      let runs = try runs.map { try RecordedRun(reading: $0) }
      switch chosen {
      case .html:
        let page = try ReportPage(of: runs) { TaskStatements(of: $0, at: DataCommand.locator(data)) }
        for absence in page.absences { Console.warning("\(absence); the page does without the prompts") }
        try put(try page.html())
      case .json: try put(try RunsDocument(of: runs).json.serialized(indented: true) + [UInt8(ascii: "\n")])
      case .md: try put(try markdown(of: runs))
      case .csv: try put(Array(TaskTable(of: runs).csv.utf8))
      case .latex: try put(Array(LaTeXTable(of: runs).text.utf8))
      case .junit: try put(Array(try JUnitReport(of: runs).xml.utf8))
      case .evalplus: try put(try ResultWriter(of: try only(runs), benchmark: benchmark).evalplus())
      case .bigcodebench: try put(try ResultWriter(of: try only(runs), benchmark: benchmark).bigcodebench())
      }
    }
  }

  private func put(_ bytes: [UInt8]) throws {
    guard let output, output != "-" else {
      return Console.write(String(decoding: bytes, as: UTF8.self), to: STDOUT_FILENO)
    }
    try CommandFile.write(bytes, to: output)
  }

  /// What a run wrote itself, where it is asked for alone.
  private func markdown(of runs: [RecordedRun]) throws -> [UInt8] {
    if let run = runs.first, runs.count == 1, run.origin == .folder,
      access("\(run.path)/report.md", R_OK) == 0
    {
      return try CommandFile.read("\(run.path)/report.md")
    }
    return Array(RunsMarkdown(of: runs).text.utf8)
  }

  private func only(_ runs: [RecordedRun]) throws -> RecordedRun {
    guard let run = runs.first, runs.count == 1 else {
      throw ValidationError("a result file is of one run: give one")
    }
    return run
  }
}
