/// One or several runs as one HTML file that needs nothing else.
public struct ReportPage: Sendable {
  /// The first one is what the others are compared with.
  public let runs: [RecordedRun]
  /// Why prompts are missing, a sentence each.
  public let absences: [String]

  /// - Parameter statements: what the tasks of a run ask.
  /// - Throws: ``EvalKitError`` (`data`) about a damaged journal.
  public init(of runs: [RecordedRun], statements: (RecordedRun) -> TaskStatements) throws(EvalKitError) {
    self.runs = runs
    absences = runs.flatMap { statements($0).absences }
  }

  /// The page's bytes.
  public func html() throws(EvalKitError) -> [UInt8] {
    let rows = runs.map { "<tr><th scope=\"row\">\(XMLText.escaped($0.name))</th></tr>" }
    return Array("<!doctype html><title>evalkit</title><table>\(rows.joined())</table>".utf8)
  }
}
