public import JSON
public import Sandbox

#if canImport(Glibc)
  import Glibc
#endif

/// Programs in, verdicts out, several slots at once.
public struct Executor: Sendable {
  public let jail: Jail
  public let python: PythonEnvironment
  /// What the sandbox can do on this machine. Every slot of a run has the layers that are there.
  public let report: SandboxReport
  public let limits: JudgingLimits
  /// Whether candidates are run although this machine cannot confine them, as somebody asked for.
  public let isInsecure: Bool
  /// How many slots work side by side, at least 1.
  public let jobs: Int
  /// What the reference programs returned in earlier runs.
  public let expected: ExpectedCache
  /// How busy the machine is when a program has run out of time.
  var load: @Sendable () -> MachineLoad = { .current }

  /// Probes this machine.
  ///
  /// - Parameters:
  ///   - python: the interpreter of judge and candidates; `nil` looks for one.
  ///   - jobs: `nil` takes one slot a core.
  ///   - insecure: run candidates with whatever layers hold, where the mandatory ones do not.
  ///   - cache: the folder of expected values; `nil` makes them in every run.
  ///   - refresh: makes them again although they are kept.
  /// - Throws: ``EvalKitError`` when candidates must not be run here, or could not be judged.
  public static func prepare(
    python: String?, limits: JudgingLimits, jobs: Int?, insecure: Bool = false, cache: String?,
    refresh: Bool = false
  ) async throws -> Executor {
    let jail = try Jail()
    let python = try await PythonEnvironment.find(python)
    let report = try await jail.probe(python: python, isQuick: true)
    if let obstacle = obstacle(python: python, report: report, insecure: insecure) { throw obstacle }
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return Executor(
      jail: jail, python: python, report: report, limits: limits,
      isInsecure: insecure && report.tier == .refuse, jobs: jobs ?? cores,
      expected: ExpectedCache(folder: cache, refresh: refresh, python: python, report: report))
  }

  /// Why candidates must not be run here, or could not be judged; `nil` when nothing is in the way.
  public static func obstacle(
    python: PythonEnvironment, report: SandboxReport, insecure: Bool = false
  ) -> EvalKitError? {
    // Without it floats could not be compared, and right answers would fail.
    if python.numpyVersion == nil {
      return EvalKitError(
        .environment, "\(python.executable) has no numpy, which the judge compares floats with",
        hint: "apt install python3-numpy, or another --python")
    }
    if report.tier == .refuse, !insecure {
      let missing = report.layers.filter { $0.mandatory && $0.state != .ok }
      return EvalKitError(
        .environment, "this machine cannot confine candidates, so none is run",
        cause: missing.map { "\($0.name): \($0.detail)" }.joined(separator: "; "),
        hint: (missing.first { !$0.remedy.isEmpty }?.remedy ?? "run 'evalkit doctor'")
          + "; the last resort, for programs that you would run by hand: --insecure-sandbox")
    }
    return nil
  }

  /// Tier and layers that the slots have, as in a run's identity.
  public var sandboxDocument: JSONValue {
    var document: JSONObject = [
      "tier": .string(report.tier.rawValue), "policy": .string(report.policyHash),
      "layers": .array(report.layers.filter { $0.state == .ok }.map { .string($0.name) }),
    ]
    if isInsecure { document["insecure"] = true }
    return .object(document)
  }

  /// What a slot must do without.
  private var missingLayers: [String] {
    guard isInsecure else { return report.missingLayers }
    let removable = Jail.optionalLayers.union(Jail.insecureLayers)
    var names = Set(report.layers.filter { $0.state != .ok && removable.contains($0.name) }.map(\.name))
    // The kernel takes neither from a process that may gain privileges.
    if names.contains("no_new_privs") { names.formUnion(["seccomp", "landlock"]) }
    return names.sorted()
  }

  /// Opens a slot and talks to the judge in it.
  func withJudge<R: Sendable>(
    number: Int, _ body: (Judge) async throws -> R
  ) async throws -> R {
    try await jail.withSlot(
      python: python, number: number, without: missingLayers, memory: limits.memoryBytes,
      insecure: isInsecure
    ) { slot in
      try await body(Judge(slot: slot, expected: expected))
    }
  }
}
