/// Runs for CI systems that show JUnit: a test suite a run and benchmark, a test case a task.
///
/// A case fails unless every sample of its task passed; one without a verdict is an error. Elements and
/// attributes are those of the schema that Jenkins publishes (`junit-10.xsd`).
public struct JUnitReport: Sendable {
  public let xml: String

  /// - Throws: ``EvalKitError`` (`data`) about a damaged journal.
  public init(of runs: [RecordedRun]) throws(EvalKitError) {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"evalkit\">\n"
    for run in runs {
      // Every failing task is explained by its first failing sample.
      var wanted: Set<SampleID> = []
      for part in run.benchmarks {
        for task in part.tasks {
          if let sample = task.samples.first(where: { !$0.passed(part.fullest) }) {
            wanted.insert(SampleID(task: task.score.task, sample: sample.number))
          }
        }
      }
      let cases = try RecordedCases(of: run, wanted)
      for part in run.benchmarks { out += Self.suite(part, of: run, cases) }
    }
    xml = out + "</testsuites>\n"
  }

  private static func suite(_ part: RecordedBenchmark, of run: RecordedRun, _ cases: RecordedCases) -> String
  {
    let bodies = part.tasks.map { outcome($0, part, cases) }
    // Result files know no times.
    let seconds = part.tasks.map { task -> Double? in
      let known = task.samples.compactMap {
        cases.seconds[SampleID(task: task.score.task, sample: $0.number)]
      }
      return known.isEmpty ? nil : known.reduce(0, +)
    }
    func time(_ seconds: Double?) -> String { seconds.map { " time=\"\($0.decimals(3))\"" } ?? "" }
    func count(_ kind: Outcome.Kind) -> Int { bodies.count { $0?.kind == kind } }
    var out = "  <testsuite name=\"\(attribute("\(run.name): \(part.name)"))\" tests=\"\(part.tasks.count)\""
    out += " failures=\"\(count(.failure))\" errors=\"\(count(.error))\" skipped=\"0\""
    let known = seconds.compactMap { $0 }
    out += "\(time(known.isEmpty ? nil : known.reduce(0, +)))>\n"
    for (index, task) in part.tasks.enumerated() {
      out += "    <testcase classname=\"\(attribute(part.name))\" name=\"\(attribute(task.score.task))\""
      out += time(seconds[index])
      guard let body = bodies[index] else {
        out += "/>\n"
        continue
      }
      out += ">\n      <\(body.kind.rawValue) type=\"\(attribute(body.type))\" "
      out += "message=\"\(attribute(body.message))\">\(XMLText.escaped(body.text))</\(body.kind.rawValue)>\n"
      out += "    </testcase>\n"
    }
    let row = part.score.rows.map { row in
      "pass@\(row.k): "
        + part.halves.map { "\($0.title) \(row.estimate($0).text)" }.joined(separator: ", ")
    }
    return out
      + "    <system-out>\(XMLText.escaped(row.joined(separator: "\n")))</system-out>\n  </testsuite>\n"
  }

  /// Why a case is no success.
  private struct Outcome {
    enum Kind: String {
      case failure, error
    }

    let kind: Kind
    let type: String
    let message: String
    let text: String
  }

  private static func outcome(
    _ task: RecordedTask, _ part: RecordedBenchmark, _ cases: RecordedCases
  ) -> Outcome? {
    let name = task.score.task
    let lost = part.notJudged.filter { $0.hasPrefix("\(name) #") }
    if !lost.isEmpty {
      return Outcome(
        kind: .error, type: "not judged", message: "\(lost.count) samples have no verdict",
        text: lost.joined(separator: "\n"))
    }
    let half = part.fullest
    let right = task.score.correct(half)
    if task.score.samples == 0 {
      return Outcome(kind: .failure, type: "no sample", message: "there is no sample", text: "")
    }
    guard right < task.score.samples, let sample = task.samples.first(where: { !$0.passed(half) }) else {
      return nil
    }
    let failed: Half = sample.passedBase ? .plus : .base
    let word = sample.ending(failed).word
    let message =
      task.score.samples == 1
      ? "\(failed.rawValue): \(word)"
      : "\(right) of \(task.score.samples) samples passed; #\(sample.number): \(word)"
    let verdict = cases[name, sample.number]?.verdict
    return Outcome(
      kind: .failure, type: word, message: message,
      text: verdict.map { explanation($0.half(failed)) } ?? "")
  }

  /// The failing test as lines.
  private static func explanation(_ half: HalfVerdict) -> String {
    let lines = [
      ("what", half.message), ("input", half.input), ("expected", half.expected), ("got", half.got),
      ("printed", half.outputTail),
    ]
    return lines.compactMap { label, text in text.map { "\(label): \(cut($0))" } }.joined(separator: "\n")
  }

  private static func cut(_ text: String) -> String {
    text.count > 4000 ? "\(text.prefix(2000))\n...\n\(text.suffix(2000))" : text
  }

  /// Attribute values keep their line ends only as references.
  private static func attribute(_ text: String) -> String {
    let flat = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
    return XMLText.escaped(flat)
  }
}
