import Glibc
import JSON
import Sandbox
import Testing

/// Forbidden calls, from a candidate in a real slot to the words of its verdict.
@Suite(.serialized)
struct JailNoticeTests {
  let program: JailProgram
  let without: [String]
  let listens: Bool

  init() async throws {
    program = try await JailProgram.shared.value
    without = program.report.missingLayers
    listens = !without.contains("notify")
  }

  private static func calling(_ call: String) -> String {
    "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\ndef f(x): return c.\(call)"
  }

  static let attacks = [
    (calling("ptrace(16, 1, 0, 0)"), "ptrace"),
    (calling("unshare(0x10000000)"), "unshare"),
    (calling("mount(b'x', b'/', b'tmpfs', 0, None)"), "mount"),
    (calling("socket(40, 1, 0)"), "socket AF_VSOCK"),
    (calling("ioctl(0, 0x100005412, b'x')"), "ioctl TIOCSTI"),
    ("import posix\ndef f(x): return posix.chroot('/')", "chroot"),
    // From a second thread, while the first waits for it.
    (
      calling("x")
        + "\nimport threading\ndef f(x):\n    t = threading.Thread(target=lambda: c.personality(0))\n"
        + "    t.start()\n    t.join()\n    return x + 1", "personality"
    ),
    // While it is loaded.
    ("import ctypes\nctypes.CDLL(None).swapoff(b'/')", "swapoff"),
    // Alarms interrupt the call, which asks again.
    (
      calling("x")
        + "\nimport signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\n"
        + "signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)\ndef f(x):\n    while True: c.acct(None)", "acct"
    ),
  ]

  @Test func theVerdictNamesTheCall() async throws {
    try await program.withTask(number: 920, without: without) { task in
      for (source, name) in Self.attacks {
        let verdict = try await task.judge(source)
        #expect(verdict?["reason"] == "forbidden system call", "\(name): \(verdict ?? .null)")
        #expect(verdict?["detail"] == .string(listens ? name : "SIGSYS"), "\(name): \(verdict ?? .null)")
        // Nothing of it is laid at the next one's door.
        let crash = try await task.judge("import os, posix\ndef f(x): posix.kill(os.getpid(), 9)")
        #expect(crash?["reason"] == "crash", "after \(name): \(crash ?? .null)")
        #expect(try await task.judge(JudgedTask.honest)?["status"] == "pass", "after \(name)")
      }
    }
  }

  @Test func withoutAListenerTheCallStillKills() async throws {
    try await program.withTask(number: 921, without: Set(without + ["notify"]).sorted()) { task in
      for (source, name) in Self.attacks {
        let verdict = try await task.judge(source)
        #expect(verdict?["reason"] == "forbidden system call", "\(name): \(verdict ?? .null)")
        #expect(verdict?["detail"] == "SIGSYS")
        #expect(try await task.judge(JudgedTask.honest)?["status"] == "pass", "after \(name)")
      }
    }
  }

  #if arch(x86_64)
    /// `mov eax, 20; int 0x80; ret`, and getpid by its number in the x32 table.
    @Test(arguments: [
      "import ctypes, mmap\nm = mmap.mmap(-1, 4096, prot=7)\nm.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')\n"
        + "g = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\n"
        + "def f(x): return g()",
      calling("syscall(0x40000027)"),
    ])
    func aForeignEntryIsToldFromACall(source: String) async throws {
      try await program.withTask(number: 922, without: without) { task in
        let verdict = try await task.judge(source)
        #expect(verdict?["reason"] == "forbidden system call", "\(verdict ?? .null)")
        #expect(verdict?["detail"] == (listens ? "foreign architecture" : "SIGSYS"))
      }
    }
  #endif

  @Test(.timeLimit(.minutes(5)))
  func aThousandAttacksLeaveNoDescriptor() async throws {
    try await program.withTask(number: 923, without: without) { task in
      let attack = Self.calling("ptrace(16, 1, 0, 0)")
      // From the second program on there is a process that has parsed the task's inputs.
      for _ in 0..<2 { _ = try await task.judge(attack) }
      let before = descriptors(of: 923)
      #expect(before.count >= 5)
      for _ in 0..<1000 {
        let verdict = try await task.judge(attack)
        try #require(verdict?["reason"] == "forbidden system call")
        try #require(!listens || verdict?["detail"] == "ptrace")
      }
      #expect(descriptors(of: 923) == before)
    }
  }

  /// How many descriptors each process of a slot has open; root sees those of the boxes as well.
  private func descriptors(of number: Int) -> [pid_t: Int] {
    var counts: [pid_t: Int] = [:]
    for process in ProcessTable.slot(number) {
      counts[process] = ProcessTable.entries(of: "/proc/\(process)/fd").count
    }
    return counts
  }
}
