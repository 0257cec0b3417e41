import Foundation
import JSON
import Statistics
import Testing

@testable import EvalKit

/// Result files that evalplus itself wrote (`Fixtures/make_results.py`): the first sample of each task is right,
/// the second wrong, the third right but for the first task, where it never ends.
struct ResultFileTests {
  private static let fixtures =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path()

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ name: String) throws -> RecordedRun {
    try RecordedRun(reading: "\(Self.fixtures)/\(name)_eval_results.json")
  }

  @Test(arguments: ["humaneval-0.2.0", "humaneval-0.3.1", "mbpp-0.2.0", "mbpp-0.3.1"])
  func bothGenerationsAreRuns(name: String) throws {
    let run = try run(name)
    let benchmark = try #require(run.benchmarks.first)
    let isHumanEval = name.hasPrefix("humaneval")
    #expect(run.name == name && run.origin == .resultFile && run.isComplete)
    #expect(benchmark.name == (isHumanEval ? "humaneval+" : "mbpp+") && benchmark.halves == [.base, .plus])
    // In the order of the task file, whatever order they were done in.
    let ids =
      isHumanEval
      ? ["HumanEval/0", "HumanEval/2", "HumanEval/31", "HumanEval/53"] : ["Mbpp/404", "Mbpp/566", "Mbpp/799"]
    #expect(benchmark.tasks.map(\.score.task) == ids)
    for (index, task) in benchmark.tasks.enumerated() {
      let third: HalfVerdict.Status = index == 0 ? .timeout : .pass
      #expect(task.samples.map(\.base.status) == [.pass, .fail, third])
      #expect(task.score.samples == 3 && task.score.base == (index == 0 ? 1 : 2))
      #expect(task.score.plus == task.score.base)
    }
    #expect(benchmark.ks == [1])
    // The data was a part of the benchmark, so nothing about its version is claimed.
    let key = "benchmarks.\(benchmark.name)"
    #expect(run.identity.notRecorded == ["source", "scoring", "\(key).version", "\(key).sha256"])
    #expect(run.identity.json["benchmarks"]?.array?.first?["md5"]?.string?.count == 32)
  }

  @Test(arguments: ["humaneval-0.2.0-base", "humaneval-0.3.1-base"])
  func baseTestsAloneAreNoVerdictOnTheRest(name: String) throws {
    let run = try run(name)
    let benchmark = try #require(run.benchmarks.first)
    #expect(benchmark.halves == [.base] && benchmark.fullest == .base)
    let comparison = try #require(
      try Comparison.all(base: run, runs: [try self.run("humaneval-0.3.1")]).first)
    #expect(comparison.scores.map(\.half) == [.base] && comparison.changes.map(\.half) == [.base])
    let usage = #expect(throws: EvalKitError.self) { try Trend(over: [run], half: .plus) }
    #expect(usage?.hint == "--tests base")
    #expect(try Trend(over: [run]).half == .base)
  }

  /// The same programs: what the old generation lacks, the new one has.
  @Test func programsAndFailingInputsAreThere() throws {
    let new = try run("mbpp-0.3.1")
    let wanted = [SampleID(task: "Mbpp/404", sample: 1), SampleID(task: "Mbpp/404", sample: 2)]
    let cases = try RecordedCases(of: new, Set(wanted))
    let wrong = try #require(cases[wanted[0]])
    #expect(wrong.program == "# \u{1F600}\ndef minimum(*args):\n    return None\n")
    #expect(wrong.verdict?.base.input?.hasPrefix("[") == true)
    // Python's Infinity, which no Swift reader of JSON takes, is passed through.
    #expect(wrong.verdict?.plus.detail["fail_tests"]?.string?.contains("Infinity") == true)
    #expect(cases[wanted[1]]?.verdict?.plus.status == .timeout)
    let old = try RecordedCases(of: try run("mbpp-0.2.0"), Set(wanted))
    #expect(old[wanted[0]]?.program == nil && old[wanted[0]]?.verdict?.base.test == 0)
    let exact = #expect(throws: EvalKitError.self) { try RecordedTokens(of: try run("mbpp-0.2.0")) }
    #expect(exact?.message.contains("Mbpp/404 #0 has no program") == true)
  }

  @Test func whatIsNotRecordedIsSaidNotAssumed() throws {
    let differences = IdentityDifference.all(try run("mbpp-0.2.0").identity, try run("mbpp-0.3.1").identity)
    #expect(
      differences.filter(\.isUnknown).map(\.key) == [
        "source", "scoring", "benchmarks.mbpp+.version", "benchmarks.mbpp+.sha256",
      ])
    #expect(differences.filter(\.isDecisive).isEmpty)
    // Against a run that records all: other data is refused, the rest cannot be checked.
    let ours = MadeUpRun.run("ours", ["mbpp+": MadeUpRun.answers((3, 0))], changes: ["results": .null])
    let mixed = IdentityDifference.all(ours.identity, try run("mbpp-0.3.1").identity)
    #expect(mixed.first { $0.key == "source" }.map { $0.isUnknown && $0.base == "recorded" } == true)
    #expect(mixed.contains { $0.key == "benchmarks.mbpp+.md5" && $0.isDecisive })
    #expect(!mixed.contains { $0.key.hasPrefix("source.") })
  }

  @Test func aGateDoesNotOpenOnWhatNobodyRecorded() throws {
    let run = try run("humaneval-0.3.1")
    let shut = try Gate(baseline: run, run: run, settings: GateSettings())
    let check = try #require(shut.checks.first { $0.name == "identity" })
    #expect(check.decision == .cannotTell && check.reason.contains("--allow-different source"))
    #expect(shut.decision == .cannotTell)
    let open = try Gate(
      baseline: run, run: run, settings: GateSettings(mode: .tokens),
      allowed: ["source", "scoring", "benchmarks"])
    #expect(open.decision == .pass && !open.checks.contains { $0.name == "identity" })
  }

  // MARK: Writing

  @Test(arguments: ["humaneval-0.3.1", "mbpp-0.3.1", "humaneval-0.3.1-base"])
  func whatWasReadIsWrittenAgain(name: String) throws {
    let path = "\(Self.fixtures)/\(name)_eval_results.json"
    let written = try ResultWriter(of: try RecordedRun(reading: path)).evalplus()
    let copy = try folder.write("copy_eval_results.json", written)
    let (theirs, ours) = (try ResultFile(reading: path), try ResultFile(reading: copy))
    #expect(theirs.tasks.map(\.id) == ours.tasks.map(\.id))
    #expect(ours.date == theirs.date && ours.dataMD5 == theirs.dataMD5)
    for (task, again) in zip(theirs.tasks, ours.tasks) {
      #expect(task.samples.map(\.program) == again.samples.map(\.program))
      #expect(task.samples.map(\.base) == again.samples.map(\.base))
      #expect(task.samples.map(\.plus) == again.samples.map(\.plus))
    }
  }

  @Test func theOldGenerationIsWrittenAsTheNewOne() throws {
    let old = try run("mbpp-0.2.0")
    let path = try folder.write("new_eval_results.json", try ResultWriter(of: old).evalplus())
    let new = try RecordedRun(reading: path)
    #expect(new.benchmarks.first?.tasks.map(\.score) == old.benchmarks.first?.tasks.map(\.score))
    let other = #expect(throws: EvalKitError.self) { try ResultWriter(of: old).bigcodebench() }
    #expect(other?.code == .usage)
  }

  // MARK: Damage

  @Test(arguments: [
    ("{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\"", "the text ends too early"),
    ("{}", "field 'eval' is missing"),
    ("[]", "expected an object"),
    ("{\"eval\": {}}", "holds no task"),
    ("{\"eval\": {\"HumanEval/0\": 3}}", "task 'HumanEval/0' has no list"),
    ("{\"eval\": {\"HumanEval/0\": []}}", "task 'HumanEval/0' has no sample"),
    ("{\"eval\": {\"HumanEval/0\": [{}]}}", "task 'HumanEval/0' #0 has neither"),
    ("{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"ok\"}]}}", "#0: field 'base_status' is 'ok'"),
    ("{\"eval\": {\"HumanEval/0\": [{\"base_status\": 1}]}}", "#0: field 'base_status' is not text"),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\", \"solution\": 1}]}}",
      "#0: field 'solution' is not text"
    ),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\", \"task_id\": \"HumanEval/1\"}]}}",
      "#0: field 'task_id' is 'HumanEval/1'"
    ),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\", \"base_fail_tests\": \"x\"}]}}",
      "field 'base_fail_tests' is not a list"
    ),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\", \"plus_status\": \"pass\"}, {\"base_status\": \"pass\"}]}}",
      "task 'HumanEval/0' #1: field 'plus_status' is missing"
    ),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\"}], \"HumanEval/0\": []}}",
      "'HumanEval/0' occurs twice"
    ),
    ("{\"eval\": {\"HumanEval/0\": {\"nfiles\": 1}}}", "task 'HumanEval/0': field 'base' is missing"),
    (
      "{\"eval\": {\"HumanEval/0\": {\"nfiles\": 2, \"base\": [[\"success\", []]]}}}",
      "field 'nfiles' is not the number"
    ),
    (
      "{\"eval\": {\"HumanEval/0\": {\"base\": [[\"success\", []]], \"plus\": [[\"failed\", []], [\"failed\", []]]}}}",
      "'base' has 1 samples and 'plus' 2"
    ),
    ("{\"eval\": {\"HumanEval/0\": {\"base\": [[]]}}}", "'base[0]' has no status"),
    ("{\"eval\": {\"Other/0\": [{\"base_status\": \"pass\"}]}}", "task 'Other/0' is of no benchmark"),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\"}], \"Mbpp/2\": [{\"base_status\": \"pass\"}]}}",
      "task 'Mbpp/2' is of no benchmark"
    ),
    ("{\"eval\": {\"HumanEval/0\": [{\"status\": \"pass\"}]}}", "task 'HumanEval/0' is of no benchmark"),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\"}]}, \"pass_at_k\": {\"base\": {\"pass@1\": 0.5}}}",
      "'pass_at_k.base.pass@1' is 0.5, the rows give 1.0"
    ),
    (
      "{\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\"}]}, \"pass_at_k\": {\"base\": {\"pass@9\": 1}}}",
      "not every task has 9 samples"
    ),
  ])
  func damageIsNamed(text: String, says: String) throws {
    let path = try folder.write("x_eval_results.json", text.utf8)
    let error = #expect(throws: EvalKitError.self) { try RecordedRun(reading: path) }
    #expect(error?.message.contains(path) == true && error?.code == .data)
    let sentence = [error?.message, error?.cause].compactMap { $0 }.joined(separator: " ")
    #expect(sentence.contains(says), "\(sentence)")
  }

  /// A file cut anywhere is refused; none of its beginnings is taken for a run.
  @Test func everyBeginningIsRefused() throws {
    let whole = try Data(contentsOf: URL(filePath: "\(Self.fixtures)/mbpp-0.3.1_eval_results.json"))
    for count in stride(from: 0, to: whole.count - 2, by: 37) {
      let path = try folder.write("torn.json", whole.prefix(count))
      #expect(throws: EvalKitError.self) { try RecordedRun(reading: path) }
    }
  }
}
