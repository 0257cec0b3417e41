import Foundation
import Glibc
import JSON
import Sandbox
import Testing

/// Slots where the surroundings refuse what a bare machine allows.
///
/// `imitate_container.py` says what is imitated and what is not.
@Suite(
  .serialized,
  .enabled(if: geteuid() == 0, "only root can put the restrictions in force; this run is an ordinary user's"))
struct JailContainerTests {
  enum Surroundings: String, CaseIterable {
    case containerOfRoot = "root"
    case containerOfFewUsers = "few"
    case containerOfAUser = "12345"
    case containerWithAListener = "listened"
    case user

    var starter: [String] {
      guard self != .user else {
        return ["/usr/bin/setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
      }
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("imitate_container.py").path
      return ["/usr/bin/python3", "-B", script, rawValue]
    }
  }

  /// Programs, and the reasons that are right for them.
  static let programs: [(source: String, reasons: Set<String>)] = [
    (JudgedTask.honest, ["passed"]),
    (
      "import numpy, threading\nthreading.Thread(target=len, args=('',)).start()\n" + JudgedTask.honest,
      ["passed"]
    ),
    ("import ctypes\ndef f(x): return ctypes.CDLL(None).ptrace(16, 1, 0, 0)", ["forbidden system call"]),
    // The container answers this one before us, with EPERM.
    (
      "import ctypes\ndef f(x): return ctypes.CDLL(None).unshare(0x10000000)",
      ["forbidden system call", "wrong answer"]
    ),
    ("import io\ndef f(x): return io.open('/etc/passwd').read() and x + 1", ["exception"]),
    ("import io\ndef f(x): return io.open('/tmp/left', 'w') and x + 1", ["exception"]),
    ("import posix\ndef f(x):\n    posix.fork()\n    return x + 1", ["exception"]),
    ("import posix\ndef f(x):\n    posix.kill(-1, 9)\n    return x + 1", ["exception"]),
    ("import posix\ndef f(x):\n    posix.kill(posix.getppid(), 9)\n    return x + 1", ["exception"]),
    (
      "import socket\ndef f(x): return socket.create_connection(('127.0.0.1', 1), 1) and x + 1", ["exception"]
    ),
    ("def f(x): return [0] * 10**12", ["out of memory"]),
    (JudgedTask.honest, ["passed"]),
  ]

  @Test(arguments: Surroundings.allCases)
  func whatIsMissingIsNamedAndTheRestHolds(surroundings: Surroundings) async throws {
    let program = try await JailProgram.shared.value
    let installed = try await InstalledJail(program.path, startedBy: surroundings.starter)
    defer { installed.remove() }
    let jail = try Jail(executable: installed.starter)
    let report = try await jail.probe(python: program.python)
    for layer in report.layers where layer.mandatory { #expect(layer.state == .ok, "\(layer)") }
    for layer in report.layers where layer.state != .ok {
      #expect(!layer.detail.isEmpty && !layer.remedy.isEmpty, "\(layer)")
    }
    let missing = report.missingLayers
    if surroundings == .user {
      #expect(report.tier == program.report.tier)
      #expect(Set(missing).symmetricDifference(program.report.missingLayers).subtracting(["cgroup"]).isEmpty)
    } else {
      #expect(report.tier == .reduced)
      #expect(surroundings != .containerWithAListener || missing.contains("notify"))
      #expect(Set(JailBoxTests.namespaces).isSubset(of: missing))
    }
    let inside = JailProgram(program, jail: jail, report: report)
    try await inside.withTask(number: 940, without: missing) { task in
      let names: Set<String> = missing.contains("notify") ? ["SIGSYS"] : ["ptrace"]
      for (source, reasons) in Self.programs {
        let verdict = try await task.judge(source)
        #expect(reasons.contains(verdict?["reason"]?.string ?? ""), "\(source): \(verdict ?? .null)")
        if source.contains("ptrace") { #expect(names.contains(verdict?["detail"]?.string ?? "")) }
      }
      let all = ProcessTable.slot(940)
      #expect(all.count >= 5)
      let users = Set(all.compactMap { ProcessTable.user(of: $0) })
      switch surroundings {
      case .containerOfRoot, .containerWithAListener:
        #expect(users.count == 3 && users.contains(0), "\(users)")
      case .containerOfFewUsers: #expect(users == [0, 65534])
      case .containerOfAUser, .user: #expect(users == [12345])
      }
    }
    for _ in 0..<300 where !ProcessTable.slot(940).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    #expect(ProcessTable.slot(940).isEmpty)
    #expect(access("/tmp/left", F_OK) != 0)
  }
}
