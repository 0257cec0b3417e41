import Crypto
import FoundationEssentials
import JSON
import Mustache

/// One or several runs as one HTML file that needs nothing else: no network, no other file.
///
/// Whatever is in a run may be hostile. Text reaches the page escaped (``PageText``), or packed as data that the
/// page's script puts into text nodes; its Content-Security-Policy runs this script and nothing else.
public struct ReportPage: Sendable {
  /// The first one is what the others are compared with.
  public let runs: [RecordedRun]
  /// Why prompts are missing, a sentence each.
  public let absences: [String]
  private let pages: [PageRun]
  private let comparisons: [PageComparison]

  /// - Parameter statements: what the tasks of a run ask.
  /// - Throws: ``EvalKitError`` (`data`) about a damaged journal.
  public init(of runs: [RecordedRun], statements: (RecordedRun) -> TaskStatements) throws(EvalKitError) {
    self.runs = runs
    let tasks = runs.flatMap(\.benchmarks).reduce(0) { $0 + $1.tasks.count }
    let limit = PageBounds(tasks: tasks).samplesPerTask
    comparisons = PageComparison.all(runs)
    var pages: [PageRun] = []
    var absences: [String] = []
    for (index, run) in runs.enumerated() {
      let statements = statements(run)
      for absence in statements.absences where !absences.contains(absence) { absences.append(absence) }
      pages.append(
        try PageRun(
          run, statements: statements, samplesPerTask: limit,
          compared: Set(comparisons.flatMap { $0.samples(of: index) })))
    }
    self.pages = pages
    self.absences = absences
  }

  /// The page's bytes.
  ///
  /// - Throws: ``EvalKitError`` (`harness`) when the template cannot be read.
  public func html() throws(EvalKitError) -> [UInt8] {
    let (data, bounds) = packed()
    let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    let script = Self.script
    var context: [String: Any] = [
      "policy": Self.policy(style: style, script: script), "style": style, "script": script, "data": data,
      "version": PageText.escaped(evalkitVersion), "several": runs.count > 1,
      "title": PageText.escaped(runs.count == 1 ? runs[0].name : "\(runs.count) runs"),
      "alerts": runs.flatMap(alerts), "rows": pages.flatMap(PageScores.rows),
      "comparisons": comparisons.map(\.view), "bounds": PageText.escaped(Self.sentence(bounds)),
      "runs": pages.enumerated().map { index, page in PageSections(page, index: index).view },
    ]
    if runs.count == 1 { context["headline"] = PageScores.headlines(pages[0]) }
    let omitted = PageScores.omitted(runs)
    if !omitted.isEmpty { context["omitted"] = PageText.escaped(omitted) }
    do {
      let template = try MustacheTemplate(
        string: String(decoding: PackageResources.page_html_mustache, as: UTF8.self))
      return Array(template.render(context).utf8)
    } catch {
      throw EvalKitError(.harness, "the page's template is broken", cause: "\(error)")
    }
  }

  // MARK: Data

  /// The data, deflated and in base64, with the bounds that made it fit.
  private func packed() -> (text: String, bounds: PageBounds) {
    let tasks = runs.flatMap(\.benchmarks).reduce(0) { $0 + $1.tasks.count }
    var bounds = PageBounds(tasks: tasks)
    while true {
      let document = PageData.document(of: pages, changes: comparisons.map(\.changes), within: bounds)
      let text = Data(Deflate.zip(document.serialized())).base64EncodedString()
      if text.utf8.count <= PageBounds.largestData || bounds.isTight { return (text, bounds) }
      bounds = bounds.tightened
    }
  }

  private static func sentence(_ bounds: PageBounds) -> String {
    "A task's texts are kept for \(bounds.samplesPerTask == 1 ? "one sample" : "\(bounds.samplesPerTask) samples")"
      + " at most, failed and passed ones before others; programs and raw texts up to "
      + "\(PageText.grouped(bounds.program)) characters, values up to \(PageText.grouped(bounds.value)), output "
      + "its last \(PageText.grouped(bounds.output)). Everything is in the run's folder."
  }

  private func alerts(_ run: RecordedRun) -> [String] {
    let name = runs.count > 1 ? "\(PageText.escaped(run.name)): " : ""
    var found: [String] = []
    if run.isInsecure {
      found.append(
        "\(name)<strong>Insecure.</strong> Made without a sandbox; programs may have forged their verdicts.")
    }
    for part in run.benchmarks {
      let suite = PageText.escaped(part.name)
      if !part.notJudged.isEmpty {
        found.append(
          "\(name)<strong>Not judged: \(part.notJudged.count) samples of \(suite).</strong> The sandbox failed; the "
            + "score is not to be trusted.")
      }
      if !part.missing.isEmpty {
        found.append(
          "\(name)<strong>\(part.missing.count) tasks of \(suite) have no sample</strong> and count as failed."
        )
      }
    }
    return found
  }

  // MARK: Parts of the page's own

  private static let script: String = {
    let modules = [
      PackageResources.page_text_js, PackageResources.page_code_js, PackageResources.page_canvas_js,
      PackageResources.page_case_js, PackageResources.page_tasks_js, PackageResources.page_changes_js,
      PackageResources.page_js,
    ]
    let body = modules.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    return "(async () => {\n\"use strict\";\n\(body)})();"
  }()

  /// Only this style and this script; no other source of anything, and no way from text to markup.
  private static func policy(style: String, script: String) -> String {
    func hash(_ text: String) -> String {
      "'sha256-\(Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString())'"
    }
    return "default-src 'none'; style-src \(hash(style)); script-src \(hash(script)); base-uri 'none'; "
      + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
  }
}
