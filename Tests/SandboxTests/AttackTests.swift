import Foundation
import JSON
import Testing

@testable import Sandbox

/// Programs that want a pass they do not deserve, or more than they are given, in a real slot.
///
/// One slot serves them all, one after the other, so an attack that harms its neighbours shows up in the
/// honest program that follows it.
@Suite(.serialized)
struct AttackTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let program: String
    /// The reasons that are right for it, in the judge's words; none of them is "passed".
    let ends: Set<String>

    var testDescription: String { name }
  }

  static let honest = "def f(x):\n    return x * x + 7919\n"

  static let attacks: [Attack] = [
    Attack(
      name: "equal to everything",
      program: """
        class E:
            __eq__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = lambda self: 0
        def f(x): return E()
        """, ends: ["unsupported type"]),
    Attack(
      name: "an int that is equal to everything",
      program: """
        class I(int):
            __eq__ = lambda self, other: True
        def f(x): return I(0)
        """, ends: ["unsupported type", "wrong answer"]),
    Attack(
      name: "expected values in the callers' frames",
      program: """
        import sys
        def f(x):
            frame = sys._getframe()
            while frame:
                for scope in (frame.f_locals, frame.f_globals):
                    for value in list(scope.values()):
                        if isinstance(value, (list, tuple)) and x * x + 7919 in value: return x * x + 7919
                frame = frame.f_back
        """, ends: ["wrong answer"]),
    Attack(
      name: "expected values on the heap",
      program: """
        import gc
        def f(x):
            wanted = x * x + 7919
            for thing in gc.get_objects():
                if type(thing) in (list, tuple) and wanted in [v for v in thing if type(v) is int]: return wanted
        """, ends: ["wrong answer", "exception", "per-test timeout"]),
    Attack(name: "leave at once", program: "import os\nos._exit(0)", ends: ["exited early"]),
    Attack(
      name: "leave in the call", program: "import os\ndef f(x): os._exit(0)", ends: ["exited early"]),
    Attack(name: "sys.exit", program: "import sys\ndef f(x): sys.exit(0)", ends: ["exception"]),
    Attack(
      name: "write results by hand",
      program: """
        import posix
        def f(x):
            for fd in range(3, 64):
                try: posix.write(fd, bytes(range(256)) * 16)
                except OSError: pass
            return 0
        """, ends: ["protocol violation"]),
    Attack(
      name: "patch what the host might use",
      program: """
        import builtins, json, struct, os, posix
        builtins.len = lambda x: 0
        builtins.isinstance = lambda *x: True
        builtins.type = lambda x: int
        struct.pack = lambda *x: b""
        posix.write = os.write = lambda *x: 0
        def f(x): return 0
        """, ends: ["wrong answer"]),
    Attack(
      name: "the account file", program: "import io\ndef f(x): return io.open('/etc/passwd').read()",
      ends: ["exception"]),
    Attack(
      name: "the disk",
      program: """
        import io
        def f(x):
            for folder in ("/scratch", "/tmp", "/dev/shm", ".", "/usr/lib", "/"):
                try:
                    io.open(folder + "/left", "w").write("x")
                    return x * x + 7919
                except OSError: pass
            raise OSError("nowhere")
        """, ends: ["exception"]),
    Attack(
      name: "the network",
      program: """
        import socket
        def f(x):
            s = socket.socket()
            s.settimeout(0.5)
            s.connect(("127.0.0.1", 22))
            return x * x + 7919
        """, ends: ["exception"]),
    Attack(
      name: "a child", program: "import posix\ndef f(x):\n    posix.fork()\n    return x * x + 7919",
      ends: ["exception"]),
    Attack(
      name: "a fork bomb",
      program:
        "import ctypes\ndef f(x):\n    while True:\n        if ctypes.CDLL(None).fork() < 0: raise OSError()",
      ends: ["exception"]),
    Attack(
      name: "kill everybody", program: "import posix\ndef f(x):\n    posix.kill(-1, 9)\n    return 0",
      ends: ["exception"]),
    Attack(
      name: "trace the parent",
      program: "import ctypes, os\ndef f(x): return ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)",
      ends: ["forbidden system call"]),
    Attack(
      name: "a namespace of its own",
      program: "import ctypes\ndef f(x): return ctypes.CDLL(None).unshare(0x10000000)",
      ends: ["forbidden system call"]),
    Attack(
      name: "all the memory", program: "def f(x): return [0] * 10**12", ends: ["out of memory"]),
    Attack(
      name: "all the memory, shared",
      program: "import mmap\ndef f(x):\n    m = mmap.mmap(-1, 64 << 30)\n    return 0",
      ends: ["out of memory", "exception"]),
    Attack(
      name: "a flood on standard output",
      program: "def f(x):\n    while True: print('x' * 10**6)",
      ends: ["per-test timeout", "total timeout", "output too large", "out of memory"]),
    Attack(
      name: "a result of gigabytes", program: "def f(x): return 'x' * (1 << 30)",
      ends: ["output too large", "out of memory"]),
    Attack(
      name: "a result without end", program: "def f(x):\n    a = []\n    a.append(a)\n    return a",
      ends: ["unsupported type"]),
    Attack(
      name: "the stack",
      program: """
        import sys
        sys.setrecursionlimit(10**9)
        def f(x): return f(x + 1)
        """, ends: ["crash", "out of memory", "exception", "total timeout"]),
    Attack(
      name: "deaf to the alarm",
      program: """
        def f(x):
            while True:
                try:
                    while True: pass
                except BaseException: pass
        """, ends: ["total timeout", "per-test timeout"]),
    Attack(
      name: "without the alarm",
      program: """
        import signal
        def f(x):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            while True: pass
        """, ends: ["total timeout"]),
    Attack(
      name: "stopped", program: "import posix, os\ndef f(x): posix.kill(os.getpid(), 19)",
      ends: ["total timeout", "exception"]),
    Attack(
      name: "the privileged file descriptors",
      program: """
        import os, posix
        def f(x):
            return [fd for fd in range(256) if not posix.isatty(fd) and _open(fd)]
        def _open(fd):
            try: posix.fstat(fd); return fd > 3
            except OSError: return False
        """, ends: ["wrong answer"]),
  ]

  private func token(_ text: String) -> [UInt8] { JSONValue.string(text).serialized() }

  private func open(_ slot: Slot) async throws {
    let (reply, _) = try await slot.exchange(
      [
        "op": "task", "task_id": "Test/0", "dataset": "humaneval", "entry_point": "f",
        "semantics": "evalplus-head", "min_time_limit": 0.5, "time_factor": 4.0, "max_total_time": 3.0,
        "memory_bytes": .integer(512 << 20),
      ],
      blobs: [Array("[[1], [2], [3]]".utf8), Array("[[4]]".utf8), Array("0".utf8), token(Self.honest)])
    #expect(reply["reference"] == "ok", "\(reply)")
  }

  private func judge(_ program: String, in slot: Slot) async throws -> JSONValue {
    try await slot.exchange(
      ["op": "candidate", "halves": ["base", "plus"], "fast": true], blobs: [token(program)]
    ).0
  }

  @Test func noAttackPassesAndNoneHarmsTheNext() async throws {
    let python = try await PythonEnvironment.find(nil)
    let jail = try Jail()
    let missing = try await jail.probe(python: python).missingLayers
    try await jail.withSlot(python: python, number: 40, without: missing) { slot in
      try await open(slot)
      for attack in Self.attacks {
        let verdict = try await judge(attack.program, in: slot)
        let base = verdict["base"]
        #expect(
          base?["status"] != "pass" && verdict["plus"]?["status"] != "pass", "\(attack.name): \(verdict)")
        #expect(attack.ends.contains(base?["reason"]?.string ?? "none"), "\(attack.name): \(verdict)")
        let after = try await judge(Self.honest, in: slot)
        #expect(
          after["base"]?["status"] == "pass" && after["plus"]?["status"] == "pass", "after \(attack.name)")
      }
    }
  }

  /// What a candidate says in an exception is all that gets out; its environment holds nothing of ours.
  @Test func theEnvironmentIsEmptyOfSecrets() async throws {
    setenv("EVALKIT_TEST_SECRET", "s3cret", 1)
    let python = try await PythonEnvironment.find(nil)
    let jail = try Jail()
    let missing = try await jail.probe(python: python).missingLayers
    try await jail.withSlot(python: python, number: 41, without: missing) { slot in
      try await open(slot)
      let verdict = try await judge(
        "import os\ndef f(x): raise ValueError(str(sorted(os.environ)))", in: slot)
      let detail = try #require(verdict["base"]?["detail"]?.string)
      #expect(detail.contains("PYTHONHASHSEED") && !detail.contains("SECRET"), "\(detail)")
    }
  }

  /// Else a program whose output hangs on it would pass in one run and fail in the next.
  @Test func theOrderOfASetIsTheSameInEverySlot() async throws {
    let python = try await PythonEnvironment.find(nil)
    let jail = try Jail()
    let missing = try await jail.probe(python: python).missingLayers
    var orders: Set<String> = []
    for _ in 0..<3 {
      let order = try await jail.withSlot(python: python, number: 43, without: missing) { slot in
        try await open(slot)
        let verdict = try await judge("def f(x): raise ValueError(str(set('abcdefgh')))", in: slot)
        return verdict["base"]?["detail"]?.string
      }
      orders.insert(try #require(order))
    }
    #expect(orders.count == 1, "\(orders)")
  }

  /// A thread that outlives the call, and standard streams as the reference has them, are no crime.
  @Test(arguments: [
    "import threading, time\nthreading.Thread(target=time.sleep, args=(30,)).start()\n" + honest,
    "print('hello')\n" + honest,
    "import socket\nsocket.socket()\n" + honest,
    "import numpy\n" + honest,
  ])
  func harmlessProgramsPass(program: String) async throws {
    let python = try await PythonEnvironment.find(nil)
    let jail = try Jail()
    let missing = try await jail.probe(python: python).missingLayers
    try await jail.withSlot(python: python, number: 42, without: missing) { slot in
      try await open(slot)
      let verdict = try await judge(program, in: slot)
      #expect(verdict["base"]?["status"] == "pass" && verdict["plus"]?["status"] == "pass", "\(verdict)")
    }
  }
}
