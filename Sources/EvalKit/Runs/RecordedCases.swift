import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// Some of the cases of a run, and what there is to say about all of them.
public struct RecordedCases: Sendable {
  private let cases: [SampleID: RecordedCase]
  /// Seconds by the clock that base and plus took together, of every sample that was judged.
  public let seconds: [SampleID: Double]
  /// Whether what the sanitizer was given passed base and plus, of every sample for which the run tried that.
  public let passedUnsanitized: [SampleID: Bool]
  /// Of every sample whose decoding was recorded, without the canvas.
  public let decodings: [SampleID: RecordedDecoding]

  /// Cases that come from elsewhere.
  public init(_ cases: [RecordedCase]) {
    self.cases = Dictionary(cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    seconds = self.cases.compactMapValues { $0.verdict?.seconds }
    passedUnsanitized = self.cases.compactMapValues { $0.verdict?.passedUnsanitized }
    decodings = self.cases.compactMapValues { $0.decoding?.withoutCanvas }
  }

  /// Reads those of `wanted` that the folder holds. Results of record come without journals, and give none.
  ///
  /// - Parameter task: reads the rows of this task alone: what there is to say about all samples is then said
  ///   of its own, and damage in other rows is not seen.
  /// - Throws: ``EvalKitError`` (`data`) that names file and line of a damaged row.
  public init(
    of run: RecordedRun, _ wanted: Set<SampleID>, task: String? = nil
  ) throws(EvalKitError) {
    if run.origin == .resultFile {
      self = RecordedCases(try ResultFile(reading: run.path).cases(wanted))
      return
    }
    var verdicts: [SampleID: Verdict] = [:]
    var seconds: [SampleID: Double] = [:]
    var passedUnsanitized: [SampleID: Bool] = [:]
    try Self.read("\(run.path)/verdicts.jsonl", task) { (id, row) throws(JSONError) in
      // Rows with a second verdict are read whole: who asked for them wants to know.
      if wanted.contains(id) || row.slices["unsanitized"] != nil {
        let verdict = try Verdict(json: try JSONValue(parsing: row.bytes))
        if wanted.contains(id) { verdicts[id] = verdict }
        seconds[id] = verdict.seconds
        passedUnsanitized[id] = verdict.passedUnsanitized
      } else {
        seconds[id] = try row.seconds
      }
    }
    var cases: [SampleID: RecordedCase] = [:]
    var decodings: [SampleID: RecordedDecoding] = [:]
    try Self.read("\(run.path)/samples.jsonl", task) { (id, row) throws(JSONError) in
      let decoding = try row.value("decoding").map { (json) throws(JSONError) in
        try RecordedDecoding(json: json)
      }
      if let decoding { decodings[id] = decoding.withoutCanvas }
      guard wanted.contains(id) else { return }
      cases[id] = RecordedCase(
        id: id, rawText: row.text("completion"), program: row.text("solution"),
        sanitizerGaveUp: row.text("sanitizer") == "gave up", verdict: verdicts[id],
        promptTokens: try row.value("prompt_tokens")?.integer,
        forwardPasses: try row.value("forward_passes")?.integer,
        masksLeft: try row.value("masks_left")?.integer, decoding: decoding)
    }
    for (id, verdict) in verdicts where cases[id] == nil {
      cases[id] = RecordedCase(id: id, verdict: verdict)
    }
    self.cases = cases
    self.seconds = seconds
    self.passedUnsanitized = passedUnsanitized
    self.decodings = decodings
  }

  /// In no order.
  public var all: some Collection<RecordedCase> { cases.values }

  public subscript(id: SampleID) -> RecordedCase? { cases[id] }

  public subscript(task: String, sample: Int) -> RecordedCase? { cases[SampleID(task: task, sample: sample)] }

  /// One row of a journal, of which only what is asked for is read.
  private struct Row {
    let bytes: [UInt8]
    let slices: JSONSlices

    func value(_ name: String) throws(JSONError) -> JSONValue? {
      guard let range = slices[name] else { return nil }
      return try JSONValue(parsing: Array(bytes[range]))
    }

    /// A text that is no Swift string (half a surrogate pair) is shown as its JSON.
    func text(_ name: String) -> String? {
      guard let range = slices[name] else { return nil }
      return Program(token: Array(bytes[range])).text
    }

    /// Of both halves.
    var seconds: Double? {
      get throws(JSONError) {
        var sum: Double?
        for half in ["base", "plus"] {
          guard let range = slices[half] else { continue }
          let inner = Array(bytes[range])
          guard let time = try JSONSlices(of: inner)["wall_seconds"] else { continue }
          sum = (sum ?? 0) + (try JSONValue(parsing: Array(inner[time])).double ?? 0)
        }
        return sum
      }
    }
  }

  private static func read(
    _ file: String, _ task: String?, _ visit: (SampleID, Row) throws(JSONError) -> Void
  ) throws(EvalKitError) {
    guard access(file, F_OK) == 0 else { return }
    try JournalLines.read(file) { (_, bytes) throws(JSONError) in
      if let task, RunFolder.isRow(bytes, ofOtherTaskThan: task) { return }
      let (id, slices) = try RunFolder.row(bytes)
      try visit(id, Row(bytes: bytes, slices: slices))
    }
  }
}

extension Verdict {
  /// Whether what the sanitizer was given passed base and plus; `nil` where it was not judged.
  public var passedUnsanitized: Bool? {
    switch unsanitized {
    case nil: nil
    case .same: base.status == .pass && plus.status == .pass
    case .judged(let base, let plus): base.status == .pass && plus.status == .pass
    }
  }

  /// By the clock, base and plus together; `nil` where neither was timed.
  public var seconds: Double? {
    guard base.wallSeconds != nil || plus.wallSeconds != nil else { return nil }
    return (base.wallSeconds ?? 0) + (plus.wallSeconds ?? 0)
  }
}
