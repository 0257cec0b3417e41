import JSON

/// What each sample of a run consists of, for comparing exactly: the hash of its tokens, or its program
/// where it did not come from a model.
struct RecordedTokens {
  /// Whether tokens are compared; otherwise programs.
  let isOfTokens: Bool
  private let values: [SampleID: [UInt8]]

  /// - Throws: ``EvalKitError`` (`data`) when the folder has no samples, or a model's without token hashes; when
  ///   a result file has no programs.
  init(of run: RecordedRun) throws(EvalKitError) {
    if run.origin == .resultFile {
      isOfTokens = false
      values = try Self.programs(inResultFile: run.path)
      return
    }
    let isModel = JSONValue.object(run.identity.json)["source"]?["kind"]?.string == "model"
    isOfTokens = isModel
    let member = isModel ? "tokens_sha256" : "solution"
    var values: [SampleID: [UInt8]] = [:]
    var lacking: SampleID?
    try JournalLines.read("\(run.path)/samples.jsonl") { (_, bytes) throws(JSONError) in
      let (id, slices) = try RunFolder.row(bytes)
      guard let range = slices[member] else { return lacking = id }
      let token = Array(bytes[range])
      // Other tools escape other characters.
      values[id] = isModel ? token : Array(Program(token: token).text.utf8)
    }
    if let lacking {
      throw EvalKitError(
        .data,
        "'\(run.path)' cannot be compared exactly: \(lacking.task) #\(lacking.sample) has no \(member)",
        cause: "an evalkit made it that did not record it", hint: "make the run again, or compare its score")
    }
    self.values = values
  }

  private static func programs(inResultFile path: String) throws(EvalKitError) -> [SampleID: [UInt8]] {
    var values: [SampleID: [UInt8]] = [:]
    for task in try ResultFile(reading: path).tasks {
      for (number, sample) in task.samples.enumerated() {
        guard let program = sample.program else {
          throw EvalKitError(
            .data, "'\(path)' cannot be compared exactly: \(task.id) #\(number) has no program",
            cause: "files of that version hold verdicts alone", hint: "compare its score")
        }
        values[SampleID(task: task.id, sample: number)] = Array(program.text.utf8)
      }
    }
    return values
  }

  subscript(id: SampleID) -> [UInt8]? { values[id] }
}
