import Foundation
import JSON
import Testing

/// What slots do with candidates, and what happens when one fails; played by a stand-in for `evalkit-jail`.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set"))
struct HarnessFaultTests {
  /// Speaks the slot's protocol, passes every program, and dies of those that say BREAK.
  private static let standIn = """
    #!/usr/bin/python3
    import json, os, struct, sys
    if sys.argv[1] == "probe":
        layer = {"name": "seccomp", "state": "ok", "mandatory": True, "detail": "", "remedy": ""}
        print(json.dumps({"layers": [layer], "tier": "TIER", "policy_fnv1a64": "0"}))
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
            if b"BREAK" in parts[0]: sys.exit(1)
            with open(os.path.dirname(os.path.abspath(__file__)) + "/slots", "a") as slots:
                slots.write("%d\\n" % os.getpid())
            half = {"status": "pass", "reason": "passed"}
            reply.update(base=half, plus=half)
        text = json.dumps(reply).encode()
        sys.stdout.buffer.write(struct.pack("<II", len(text), 0) + text)
        sys.stdout.buffer.flush()
    """

  /// The path of a stand-in in `folder`.
  private func jail(in folder: String, tier: String) throws -> String {
    let jail = "\(folder)/evalkit-jail"
    try Self.standIn.replacing("TIER", with: tier).write(toFile: jail, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: jail)
    return jail
  }

  private func score(_ folder: String, tier: String = "full") async throws -> Binary.Result {
    let jail = try jail(in: folder, tier: tier)
    let rows = (0..<4).map { index in
      #"{"task_id": "HumanEval/0", "solution": "\#(index == 1 ? "BREAK" : "fine")"}"#
    }
    try rows.joined(separator: "\n").write(toFile: "\(folder)/s.jsonl", atomically: true, encoding: .utf8)
    return try await Binary.run(
      [
        "score", "\(folder)/s.jsonl", "--benchmark", "humaneval+", "--task", "0", "--output", "\(folder)/run",
        "--json", "--quiet",
      ], environment: ["EVALKIT_JAIL": jail])
  }

  @Test func aFaultIsNoVerdictAndSparesTheOthers() async throws {
    try await Scratch.withFolder { folder in
      let result = try await score(folder)
      #expect(result.code == 3, "\(result.error)")
      let report = try result.json()
      #expect(report["complete"] == false)
      let benchmark = try #require(report["benchmarks"]?.array?.first)
      #expect(benchmark["samples"] == 3)
      #expect(benchmark["not_judged"]?.array?.map { $0["sample"]?.integer } == [1])
      let task = benchmark["results"]?.array?.first
      #expect(task?["verdicts"]?.array?.map { $0["sample"]?.integer } == [0, 2, 3])
      #expect(result.error.contains("HumanEval/0 sample 1 is not judged"))
      // It has no row, so that the same command tries it again.
      #expect(Scratch.lines("\(folder)/run/verdicts.jsonl").count == 3)
    }
  }

  /// Two hundred samples of one task are work for every slot, and nothing of that is in the report.
  @Test func slotsShareATask() async throws {
    try await Scratch.withFolder { folder in
      let jail = try jail(in: folder, tier: "full")
      let rows = (0..<200).map { #"{"task_id": "HumanEval/0", "solution": "\#($0)"}"# }
      try rows.joined(separator: "\n").write(toFile: "\(folder)/s.jsonl", atomically: true, encoding: .utf8)
      var reports: [Data?] = []
      for jobs in [1, 3] {
        let result = try await Binary.run(
          [
            "score", "\(folder)/s.jsonl", "--benchmark", "humaneval+", "--task", "0", "--quiet", "--output",
            "\(folder)/\(jobs)", "--jobs", "\(jobs)",
          ], environment: ["EVALKIT_JAIL": jail])
        #expect(result.code == 0, "\(result.error)")
        reports.append(Scratch.bytes("\(folder)/\(jobs)/report.json"))
        let judged = Scratch.lines("\(folder)/slots")
        #expect(judged.count == 200 && Set(judged).count == jobs)
        try FileManager.default.removeItem(atPath: "\(folder)/slots")
      }
      #expect(reports[0] != nil && reports[0] == reports[1])
    }
  }

  @Test func aTriedProgramWithoutAVerdictIsNeitherPassedNorFailed() async throws {
    try await Scratch.withFolder { folder in
      try "BREAK".write(toFile: "\(folder)/answer.py", atomically: true, encoding: .utf8)
      let result = try await Binary.run(
        ["try", "HumanEval/0", "\(folder)/answer.py"],
        environment: ["EVALKIT_JAIL": try jail(in: folder, tier: "full")])
      #expect(result.code == 3 && result.error.contains("no verdict"), "\(result.error)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func nothingRunsWhereNothingCanBeConfined() async throws {
    try await Scratch.withFolder { folder in
      let result = try await score(folder, tier: "refuse")
      #expect(result.code == 2 && result.error.contains("cannot confine candidates"), "\(result.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }
}
