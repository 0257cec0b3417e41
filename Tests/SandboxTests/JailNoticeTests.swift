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

  private static let honest = "def f(x): return x + 1"

  private static func calling(_ call: String) -> String {
    "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\ndef f(x): return c.\(call)"
  }

  private func withTask<R: Sendable>(
    number: Int, without: [String], _ body: (Slot) async throws -> R
  ) async throws -> R {
    try await program.jail.withSlot(python: program.python, number: number, without: without) { slot in
      let (reply, _) = try await slot.exchange(
        [
          "op": "task", "task_id": "Test/0", "dataset": "humaneval", "entry_point": "f",
          "semantics": "evalplus-head", "min_time_limit": 1.0, "time_factor": 4.0, "max_total_time": 5.0,
          "memory_bytes": .integer(512 << 20),
        ],
        blobs: [Array("[[1]]".utf8), Array("[[2]]".utf8), Array("0".utf8), token(Self.honest)])
      try #require(reply["reference"] == "ok", "\(reply)")
      return try await body(slot)
    }
  }

  private func token(_ text: String) -> [UInt8] { JSONValue.string(text).serialized() }

  private func judge(_ source: String, in slot: Slot) async throws -> JSONValue? {
    try await slot.exchange(
      ["op": "candidate", "halves": ["base"], "fast": true], blobs: [token(source)]
    ).0["base"]
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
    try await withTask(number: 920, without: without) { slot in
      for (source, name) in Self.attacks {
        let verdict = try await judge(source, in: slot)
        #expect(verdict?["reason"] == "forbidden system call", "\(name): \(verdict ?? .null)")
        #expect(verdict?["detail"] == .string(listens ? name : "SIGSYS"), "\(name): \(verdict ?? .null)")
        // Nothing of it is laid at the next one's door.
        let crash = try await judge("import os, posix\ndef f(x): posix.kill(os.getpid(), 9)", in: slot)
        #expect(crash?["reason"] == "crash", "after \(name): \(crash ?? .null)")
        #expect(try await judge(Self.honest, in: slot)?["status"] == "pass", "after \(name)")
      }
    }
  }

  @Test func withoutAListenerTheCallStillKills() async throws {
    try await withTask(number: 921, without: Set(without + ["notify"]).sorted()) { slot in
      for (source, name) in Self.attacks {
        let verdict = try await judge(source, in: slot)
        #expect(verdict?["reason"] == "forbidden system call", "\(name): \(verdict ?? .null)")
        #expect(verdict?["detail"] == "SIGSYS")
        #expect(try await judge(Self.honest, in: slot)?["status"] == "pass", "after \(name)")
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
      try await withTask(number: 922, without: without) { slot in
        let verdict = try await judge(source, in: slot)
        #expect(verdict?["reason"] == "forbidden system call", "\(verdict ?? .null)")
        #expect(verdict?["detail"] == (listens ? "foreign architecture" : "SIGSYS"))
      }
    }
  #endif

  @Test(.timeLimit(.minutes(5)))
  func aThousandAttacksLeaveNoDescriptor() async throws {
    try await withTask(number: 923, without: without) { slot in
      let attack = Self.calling("ptrace(16, 1, 0, 0)")
      _ = try await judge(attack, in: slot)
      let before = descriptors(of: 923)
      #expect(before.count >= 5)
      for _ in 0..<1000 {
        let verdict = try await judge(attack, in: slot)
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
