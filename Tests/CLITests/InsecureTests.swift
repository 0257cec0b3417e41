import Foundation
import JSON
import Testing

/// `--insecure-sandbox`, on a machine that cannot confine candidates; a stand-in for `evalkit-jail` says so.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set"))
struct InsecureTests {
  /// Claims that this machine has no seccomp, writes down what slots it is asked for, and hands the request on.
  private static let standIn = """
    #!/usr/bin/python3
    import json, os, sys
    if sys.argv[1] == "probe":
        layers = [
            {"name": "no_new_privs", "state": "ok", "mandatory": True, "detail": "", "remedy": ""},
            {"name": "seccomp", "state": "TIER", "mandatory": True, "detail": "", "remedy": "another kernel"},
            {"name": "netns", "state": "missing", "mandatory": False, "detail": "", "remedy": ""},
            {"name": "cgroup", "state": "missing", "mandatory": False, "detail": "", "remedy": ""}]
        tier = {"missing": "refuse", "ok": "reduced"}["TIER"]
        print(json.dumps({"layers": layers, "tier": tier, "policy_fnv1a64": "0"}))
        sys.exit()
    with open(os.path.dirname(os.path.abspath(__file__)) + "/slots", "a") as slots:
        slots.write(" ".join(sys.argv[1:]) + "\\n")
    os.execv("JAIL", ["JAIL"] + sys.argv[1:])
    """

  private func evalkit(
    _ arguments: [String], in folder: String, seccomp: String = "missing", environment: [String: String] = [:]
  ) async throws -> Binary.Result {
    let jail = "\(folder)/evalkit-jail"
    try Self.standIn.replacing("TIER", with: seccomp).replacing("JAIL", with: "\(Binary.folder)/evalkit-jail")
      .write(toFile: jail, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: jail)
    return try await Binary.run(
      arguments, environment: environment.merging(["EVALKIT_JAIL": jail]) { first, _ in first })
  }

  private func run(_ folder: String) -> [String] {
    ["run", "humaneval+", "--model", "canonical", "--task", "53", "--output", "\(folder)/run"]
  }

  @Test func itIsSaidEverywhere() async throws {
    try await Scratch.withFolder { folder in
      let result = try await evalkit(run(folder) + ["--insecure-sandbox"], in: folder)
      #expect(result.code == 0, "\(result.error)")
      #expect(result.error.contains("INSECURE: candidates run unconfined (no seccomp)"))
      #expect(result.output.contains("INSECURE"))
      let report = try JSONValue(parsing: Array(try #require(Scratch.bytes("\(folder)/run/report.json"))))
      #expect(report["insecure"] == true)
      #expect(report["identity"]?["scoring"]?["sandbox"]?["insecure"] == true)
      #expect(Scratch.lines("\(folder)/run/report.md").first?.contains("INSECURE") == true)
      for slot in Scratch.lines("\(folder)/slots") {
        #expect(slot.contains("--insecure") && slot.contains("--without seccomp"))
        #expect(slot.contains("--without netns") && !slot.contains("--without no_new_privs"))
      }
      // It is another run than one without the flag could be.
      let attempt = try await evalkit(
        ["try", "HumanEval/53", "--canonical", "--json", "--insecure-sandbox"], in: folder)
      #expect(attempt.code == 0 && attempt.error.contains("INSECURE"))
      #expect(try attempt.json()["sandbox"]?["insecure"] == true)
    }
  }

  @Test func withoutItNothingRunsAndTheHintNamesIt() async throws {
    try await Scratch.withFolder { folder in
      let result = try await evalkit(
        run(folder), in: folder,
        environment: ["EVALKIT_INSECURE_SANDBOX": "1", "INSECURE_SANDBOX": "1"])
      #expect(result.code == 2 && result.error.contains("another kernel"), "\(result.error)")
      #expect(result.error.contains("last resort") && result.error.contains("--insecure-sandbox"))
      #expect(Scratch.lines("\(folder)/slots").isEmpty)
    }
  }

  @Test func whereTheLayersHoldItHasNoEffect() async throws {
    try await Scratch.withFolder { folder in
      let result = try await evalkit(run(folder) + ["--insecure-sandbox"], in: folder, seccomp: "ok")
      #expect(result.code == 0 && result.error.contains("has no effect"), "\(result.error)")
      #expect(!result.output.contains("INSECURE"))
      let report = try JSONValue(parsing: Array(try #require(Scratch.bytes("\(folder)/run/report.json"))))
      #expect(report["insecure"] == nil && report["identity"]?["scoring"]?["sandbox"]?["insecure"] == nil)
      #expect(Scratch.lines("\(folder)/slots").allSatisfy { !$0.contains("--insecure") })
      // The same run, so that the command without the flag goes on from there.
      #expect(try await evalkit(run(folder), in: folder, seccomp: "ok").code == 0)
    }
  }
}
