public import ArgumentParser
public import EvalKit
import Sandbox

/// What decides a verdict, and where its data and its interpreter are: options of every command that runs
/// candidates.
struct JudgingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Least time limit of one test (default: 4, or 1 with evalplus-0.3.1).", valueName: "seconds"))
  var timeout: Double?

  @Option(help: "Whose rules decide: evalplus-head or evalplus-0.3.1.")
  var semantics: JudgingLimits.Semantics = .evalplusHead

  @Option(help: ArgumentHelp("Folder with the task files.", valueName: "dir"), completion: .directory)
  var data: String?

  @Flag(help: "Never download task files.")
  var offline = false

  @Option(
    help: ArgumentHelp(
      "Interpreter for candidates (default: $EVALKIT_PYTHON, /usr/bin/python3, python3).", valueName: "exe"),
    completion: .file())
  var python: String?

  @Flag(help: "Run the reference programs again instead of using what is kept of earlier runs.")
  var refresh = false

  // Only typed: neither an environment variable nor a file may decide this.
  @Flag(help: "Run candidates even where nothing can confine them.")
  var insecureSandbox = false

  func validate() throws {
    if let timeout, !(timeout > 0 && timeout <= 3600) {
      throw ValidationError("--timeout must be more than 0 and at most 3600 seconds")
    }
  }

  var limits: JudgingLimits {
    var limits = JudgingLimits(semantics: semantics)
    if let timeout { limits.minimumSeconds = timeout }
    return limits
  }

  /// The whole benchmark, fetched if need be.
  func file(of benchmark: Benchmark) async throws -> TaskFile {
    let path = try await DataCommand.find(benchmark, in: data, offline: offline)
    return try TaskFile.load(benchmark: benchmark, at: path, verifyHash: true)
  }

  /// Everything that runs candidates, or an error if this machine must not.
  func executor(jobs: Int?) async throws -> Executor {
    let cache = DataCommand.locator(data).cacheDirectory.map { $0 + "/expected" }
    let executor = try await Executor.prepare(
      python: python, limits: limits, jobs: jobs, insecure: insecureSandbox, cache: cache, refresh: refresh)
    if insecureSandbox {
      Console.alarm(
        executor.isInsecure
          ? Insecurity.sentence(executor.report)
          : "--insecure-sandbox has no effect here: every layer that is needed holds")
    }
    if executor.report.tier == .reduced {
      let missing = executor.report.missingLayers.joined(separator: ", ")
      Console.warning("the sandbox is reduced on this machine: no \(missing); see 'evalkit doctor'")
    }
    return executor
  }
}

/// What is said wherever a result is shown that was made without a sandbox.
enum Insecurity {
  static func sentence(_ report: SandboxReport) -> String {
    let missing = report.layers.filter { $0.mandatory && $0.state != .ok }.map(\.name)
    return "INSECURE: candidates run unconfined (no \(missing.joined(separator: ", ")))"
  }
}

extension JudgingLimits.Semantics: ExpressibleByArgument {}
