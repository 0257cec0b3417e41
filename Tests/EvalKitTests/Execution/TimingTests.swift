import Foundation
import JSON
import Sandbox
import SystemPackage
import Testing

@testable import EvalKit

/// Timeouts on a busy machine, with a stand-in for `evalkit-jail` and a load of our own making.
@Suite(.serialized, .enabled(if: DataFolder.path != nil, DataFolder.missing))
struct TimingTests {
  /// Speaks the slot's protocol and writes down each program. ONCE runs out of time when it is first judged,
  /// ALWAYS whenever, both with a fifth of a core; everything else passes.
  private static let standIn = """
    #!/usr/bin/python3
    import json, os, struct, sys
    folder = os.path.dirname(os.path.abspath(__file__))
    if sys.argv[1] == "probe":
        layer = {"name": "seccomp", "state": "ok", "mandatory": True, "detail": "", "remedy": ""}
        print(json.dumps({"layers": [layer], "tier": "full", "policy_fnv1a64": "0"}))
        sys.exit()
    def read(size):
        data = sys.stdin.buffer.read(size)
        if len(data) < size: sys.exit()
        return data
    while True:
        length, blobs = struct.unpack("<II", read(8))
        sizes = struct.unpack("<%dQ" % blobs, read(8 * blobs))
        request = json.loads(read(length))
        parts = [read(size) for size in sizes]
        reply = {"op": request["op"], "reference": "ok"}
        if request["op"] == "candidate":
            name = json.loads(parts[0])
            with open(folder + "/log", "a+") as log:
                log.seek(0)
                seen = log.read().split()
                log.write(name + "\\n")
            late = name == "ALWAYS" or name == "ONCE" and name not in seen
            half = {"status": "pass", "reason": "passed"}
            if late: half = {"status": "fail", "reason": "per-test timeout"}
            half.update(wall_seconds=5.0, cpu_seconds=1.0)
            reply.update(base=half, plus=half)
        text = json.dumps(reply).encode()
        sys.stdout.buffer.write(struct.pack("<II", len(text), 0) + text)
        sys.stdout.buffer.flush()
    """

  /// Scores six programs. The log tells in which order they were judged, again or not.
  private func score(load: MachineLoad) async throws -> (report: Report, log: [String], journal: [JSONValue])
  {
    let folder = try TemporaryFolder()
    let path = try folder.write("jail", Array(Self.standIn.utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let benchmark = try Benchmark.named("humaneval+")
    let file = try TaskFile.load(benchmark: benchmark, at: try DataFolder.file(of: benchmark))
    let rows = [(0, "ONCE"), (0, "a"), (0, "b"), (1, "ALWAYS"), (1, "c"), (2, "d")].map {
      #"{"task_id": "HumanEval/\#($0.0)", "solution": "\#($0.1)"}"#
    }
    let samples = try folder.write("s.jsonl", Array(rows.joined(separator: "\n").utf8))
    let jail = try Jail(executable: FilePath(path))
    let python = try await PythonEnvironment.find(nil)
    let report = try await jail.probe(python: python)
    var executor = Executor(
      jail: jail, python: python, report: report, limits: JudgingLimits(), isInsecure: false, jobs: 2,
      expected: ExpectedCache(folder: nil, refresh: false, python: python, report: report))
    executor.load = { load }
    let plan = RunPlan(
      benchmarks: [PlannedBenchmark(benchmark, file: file, patterns: ["0", "1", "2"])],
      source: .file(try SampleFile.load(samples, tasks: file.tasks)), ks: [1], executor: executor)
    let run = try RunFolder(path: "\(folder.path)/run", identity: plan.identity, machine: [:])
    let finished = try await Run(plan, in: run).perform { _ in }
    func lines(_ name: String) throws -> [String] {
      try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8).split(separator: "\n").map {
        "\($0)"
      }
    }
    return (
      finished, try lines("log"),
      try lines("run/verdicts.jsonl").map { try JSONValue(parsing: Array($0.utf8)) }
    )
  }

  @Test func aTimeoutOnABusyMachineIsJudgedAgainAfterAllOthers() async throws {
    let (report, log, journal) = try await score(load: MachineLoad(average: 9, cores: 2, pressure: nil))
    #expect(log.count == 8)
    #expect(Set(log.suffix(2)) == ["ONCE", "ALWAYS"] && Set(log.prefix(6)).count == 6, "\(log)")
    // One verdict each: the second.
    #expect(journal.count == 6)
    #expect(journal.filter { $0["timing_sensitive"] == true }.map { $0["sample"] } == [0])
    let result = try #require(report.benchmarks.first)
    #expect(result.timingSensitive == 1 && report.isComplete)
    #expect(result.tasks.map(\.plus) == [3, 1, 1])
    #expect(report.json["benchmarks"]?.array?.first?["timing_sensitive"] == 1)
    #expect(try report.markdown().contains("1 samples are timing-sensitive"))
  }

  @Test func aTimeoutOnAQuietMachineCounts() async throws {
    let (report, log, journal) = try await score(load: MachineLoad(average: 1, cores: 2, pressure: 0))
    #expect(log.count == 6 && journal.count == 6)
    #expect(report.benchmarks.first?.tasks.map(\.plus) == [2, 1, 1])
    #expect(report.benchmarks.first?.timingSensitive == 0)
    #expect(try !report.markdown().contains("timing-sensitive"))
  }
}
