import JSON
import Testing

@testable import EvalKit

struct RecordedCaseTests {
  private let run = MadeUpRun.run("cases", ["humaneval+": [[true, false]]])

  private func recorded(_ folder: TemporaryFolder) -> RecordedRun {
    RecordedRun(
      path: folder.path, identity: run.identity, isComplete: true, isInsecure: false,
      benchmarks: run.benchmarks)
  }

  @Test func aCaseIsWhatBothJournalsSay() throws {
    let folder = try TemporaryFolder()
    let samples = """
      {"task_id":"T/0","sample":0,"solution":"p = '\\ud800'","completion":"raw","sanitizer":"gave up",\
      "prompt_tokens":7,"forward_passes":5,"masks_left":1,"decoding":{"local_ar_ness":[0.5],\
      "global_ar_ness":[1],"tokens_per_forward":2.5,"steps":4,"pieces":["a","b"],"commit_step":[3,null],"end":1}}
      {"task_id":"T/0","sample":1,"solution":"other"}

      """
    let verdicts = """
      {"task_id":"T/0","sample":1,"base":{"status":"pass","reason":"passed","wall_seconds":0.25},\
      "plus":{"status":"pass","reason":"passed","wall_seconds":0.5}}
      {"task_id":"T/0","sample":0,"base":{"status":"fail","reason":"wrong answer","input":"[1]","expected":"2",\
      "got":"3","output_tail":"oops","wall_seconds":1,"memory_bytes":99},"plus":{"status":"fail","reason":"exception"}}

      """
    try folder.write("samples.jsonl", samples.utf8)
    try folder.write("verdicts.jsonl", verdicts.utf8)
    let cases = try RecordedCases(of: recorded(folder), [SampleID(task: "T/0", sample: 0)])
    let found = try #require(cases["T/0", 0])
    // Half a surrogate pair is no Swift string: shown as the JSON that it is.
    #expect(found.program == #""p = '\ud800'""# && found.rawText == "raw" && found.sanitizerGaveUp)
    #expect(found.promptTokens == 7 && found.forwardPasses == 5 && found.masksLeft == 1)
    #expect(found.verdict?.base.got == "3" && found.verdict?.base.outputTail == "oops")
    #expect(found.verdict?.base.memoryBytes == 99 && found.verdict?.seconds == 1)
    let decoding = try #require(found.decoding)
    #expect(decoding.localARness == [0.5] && decoding.globalARness == [1] && decoding.tokensPerForward == 2.5)
    #expect(decoding.canvas?.commitStep == [3, nil] && decoding.canvas?.pieces == ["a", "b"])
    #expect(decoding.canvas?.end == 1)
    // Of those not asked for, only what is shown of all.
    #expect(cases["T/0", 1] == nil && cases.seconds[SampleID(task: "T/0", sample: 1)] == 0.75)
    #expect(cases.decodings.count == 1 && cases.decodings[found.id]?.canvas == nil)
  }

  @Test func ofOneTaskTheRowsOfOthersAreNotRead() throws {
    let folder = try TemporaryFolder()
    let verdict =
      #""base":{"status":"pass","reason":"passed","wall_seconds":1},"plus":{"status":"pass","reason":"passed"}"#
    // An id may be written with escapes, or after other members; a longer id is another one.
    let samples = #"""
      {"task_id":"T/10","damaged
      {"task_id":"T/1","sample":0,"solution":"first"}
      {"task_id":"T\/1","sample":1,"solution":"escaped"}
      {"sample":2,"task_id":"T/1","solution":"turned"}

      """#
    try folder.write("samples.jsonl", samples.utf8)
    try folder.write(
      "verdicts.jsonl", "{\"task_id\":\"T/0\"}\n{\"task_id\":\"T/1\",\"sample\":0,\(verdict)}\n".utf8)
    let ids = (0..<3).map { SampleID(task: "T/1", sample: $0) }
    let cases = try RecordedCases(of: recorded(folder), Set(ids), task: "T/1")
    #expect(ids.map { cases[$0]?.program } == ["first", "escaped", "turned"])
    #expect(cases.seconds == [ids[0]: 1])
    let error = #expect(throws: EvalKitError.self) { _ = try RecordedCases(of: recorded(folder), Set(ids)) }
    #expect(error?.message.contains("verdicts.jsonl' is damaged in line 1") == true, "\(error as Any)")
  }

  @Test func resultsOfRecordHaveNoCases() throws {
    let folder = try TemporaryFolder()
    let cases = try RecordedCases(of: recorded(folder), [SampleID(task: "T/0", sample: 0)])
    #expect(cases["T/0", 0] == nil && cases.seconds.isEmpty)
  }

  @Test(arguments: [
    (
      #"{"local_ar_ness":[],"global_ar_ness":[],"commit_step":[1],"steps":2,"pieces":[]}"#, "differ in length"
    ),
    (#"{"local_ar_ness":1,"global_ar_ness":[]}"#, "local_ar_ness"),
    (#"{"local_ar_ness":[],"global_ar_ness":[],"commit_step":[1],"pieces":["a"]}"#, "steps"),
  ])
  func aDamagedDecodingIsNamed(json: String, word: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "samples.jsonl", #"{"task_id":"T/0","sample":0,"solution":"","decoding":\#(json)}"#.utf8 + [10])
    let error = #expect(throws: EvalKitError.self) {
      _ = try RecordedCases(of: recorded(folder), [])
    }
    #expect(
      error?.message.contains("line 1") == true && error?.cause?.contains(word) == true, "\(error as Any)")
  }

  @Test func statementsAreThoseOfTheRunsOwnFile() throws {
    let folder = try TemporaryFolder()
    let benchmark = try Benchmark.named("humaneval+")
    let rows = (0..<benchmark.taskCount).map {
      #"{"task_id":"HumanEval/\#($0)","entry_point":"f","prompt":"p\#($0)","canonical_solution":"","#
        + #""base_input":[],"plus_input":[],"atol":0,"difficulty":"hard"}"#
    }
    try folder.write("\(benchmark.file.dropLast(3))", rows.joined(separator: "\n").utf8)
    let locator = DataLocator(explicit: folder.path, environment: [:], currentDirectory: "/", executable: nil)
    // The made-up identity names another hash.
    let others = TaskStatements(of: run, at: locator)
    #expect(others["HumanEval/0"] == nil && others.absences.count == 1)
    let hash = TaskFile.sha256(of: Array(rows.joined(separator: "\n").utf8))
    let own = RecordedRun(
      path: run.path,
      identity: RunIdentity(["benchmarks": [["name": "humaneval+", "sha256": .string(hash)]]]),
      isComplete: true, isInsecure: false, benchmarks: run.benchmarks)
    let statements = TaskStatements(of: own, at: locator)
    #expect(statements["HumanEval/3"] == TaskStatement(prompt: "p3", entryPoint: "f", difficulty: "hard"))
    #expect(statements.absences.isEmpty)
  }
}
