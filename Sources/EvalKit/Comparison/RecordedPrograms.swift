import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// Some of the programs of a run, as texts for people.
public struct RecordedPrograms: Sendable {
  private let texts: [SampleID: String]

  /// Reads those of `wanted` that `samples.jsonl`, or the result file, holds; results of record come without
  /// the former, and old result files without programs.
  public init(of run: RecordedRun, _ wanted: [SampleID]) throws(EvalKitError) {
    if run.origin == .resultFile {
      texts = wanted.isEmpty ? [:] : try Self.texts(inResultFile: run.path, Set(wanted))
      return
    }
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
      texts[id] = Program(token: Array(bytes[range])).text
    }
    self.texts = texts
  }

  private static func texts(
    inResultFile path: String, _ wanted: Set<SampleID>
  ) throws(EvalKitError) -> [SampleID: String] {
    var texts: [SampleID: String] = [:]
    for task in try ResultFile(reading: path).tasks {
      for (number, sample) in task.samples.enumerated() {
        let id = SampleID(task: task.id, sample: number)
        if wanted.contains(id) { texts[id] = sample.program?.text }
      }
    }
    return texts
  }

  public subscript(task: String, sample: Int?) -> String? {
    sample.flatMap { texts[SampleID(task: task, sample: $0)] }
  }
}
