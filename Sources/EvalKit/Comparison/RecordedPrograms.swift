import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// Some of the programs of a run, as texts for people.
public struct RecordedPrograms: Sendable {
  private let texts: [SampleID: String]

  /// Reads those of `wanted` that `samples.jsonl` holds; results of record come without that file.
  public init(of run: RecordedRun, _ wanted: [SampleID]) throws(EvalKitError) {
    let file = "\(run.path)/samples.jsonl"
    guard !wanted.isEmpty, access(file, F_OK) == 0 else {
      texts = [:]
      return
    }
    let wanted = Set(wanted)
    var texts: [SampleID: String] = [:]
    try JournalLines.read(file) { (_, bytes) throws(JSONError) in
      let (id, slices) = try RunFolder.row(bytes)
      guard wanted.contains(id), let range = slices["solution"] else { return }
      // A program that is no Swift string (half a surrogate pair) is shown as its JSON.
      let token = Array(bytes[range])
      texts[id] = (try? JSONValue(parsing: token))?.string ?? String(decoding: token, as: UTF8.self)
    }
    self.texts = texts
  }

  public subscript(task: String, sample: Int?) -> String? {
    sample.flatMap { texts[SampleID(task: task, sample: $0)] }
  }
}
