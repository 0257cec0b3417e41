import JSON
import Sandbox
import Testing

/// Slots of somebody who asked for no sandbox in so many words.
@Suite(.serialized)
struct JailInsecureTests {
  static let reading = "import io\ndef f(x): return io.open('/proc/self/status').read() and x + 1"
  static let tracing = "import ctypes\ndef f(x): return ctypes.CDLL(None).ptrace(0, 0, 0, 0) or x + 1"

  @Test func whatIsLeftOutIsNotThere() async throws {
    let program = try await JailProgram.shared.value
    let walls = ["mountns", "landlock"]
    let without = Set(program.report.missingLayers + Jail.insecureLayers + walls).sorted()
    try await program.withTask(number: 930, without: without, insecure: true) { task in
      // The harmless attacks succeed.
      for source in [JudgedTask.honest, Self.reading, Self.tracing] {
        let verdict = try await task.judge(source)
        #expect(verdict?["status"] == "pass", "\(source): \(verdict ?? .null)")
      }
      for process in ProcessTable.slot(930) {
        let status = ProcessTable.read("/proc/\(process)/status") ?? ""
        #expect(status.contains("Seccomp:\t0") && status.contains("NoNewPrivs:\t0"), "\(status)")
      }
    }
  }

  @Test func whatIsNotLeftOutHolds() async throws {
    let program = try await JailProgram.shared.value
    try await program.withTask(number: 931, without: program.report.missingLayers, insecure: true) { task in
      let reasons = [
        (JudgedTask.honest, "passed"), (Self.reading, "exception"), (Self.tracing, "forbidden system call"),
      ]
      for (source, reason) in reasons {
        let verdict = try await task.judge(source)
        #expect(verdict?["reason"]?.string == reason, "\(source): \(verdict ?? .null)")
      }
    }
  }

  @Test(arguments: [["seccomp"], ["rlimits"], ["mountns", "landlock"]])
  func withoutTheWordItIsRefused(without: [String]) async throws {
    let program = try await JailProgram.shared.value
    do {
      try await program.withTask(number: 932, without: without) { _ in }
      Issue.record("a slot started")
    } catch SandboxError.slotDied(let detail) {
      #expect(detail.contains("--insecure"))
    }
  }
}
