import JSON

/// What each sample of a run consists of, for comparing exactly: the hash of its tokens, or its program
/// where it did not come from a model.
struct RecordedTokens {
  /// Whether tokens are compared; otherwise programs.
  let isOfTokens: Bool
  private let values: [SampleID: [UInt8]]

  /// - Throws: ``EvalKitError`` (`data`) when the folder has no samples, or a model's without token hashes.
  init(of run: RecordedRun) throws(EvalKitError) {
    let isModel = JSONValue.object(run.identity.json)["source"]?["kind"]?.string == "model"
    isOfTokens = isModel
    let member = isModel ? "tokens_sha256" : "solution"
    var values: [SampleID: [UInt8]] = [:]
    var lacking: SampleID?
    try JournalLines.read("\(run.path)/samples.jsonl") { (_, bytes) throws(JSONError) in
      let (id, slices) = try RunFolder.row(bytes)
      if let range = slices[member] { values[id] = Array(bytes[range]) } else { lacking = id }
    }
    if let lacking {
      throw EvalKitError(
        .data,
        "'\(run.path)' cannot be compared exactly: \(lacking.task) #\(lacking.sample) has no \(member)",
        cause: "an evalkit made it that did not record it", hint: "make the run again, or compare its score")
    }
    self.values = values
  }

  subscript(id: SampleID) -> [UInt8]? { values[id] }
}
