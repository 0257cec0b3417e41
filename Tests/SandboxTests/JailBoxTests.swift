import Glibc
import JSON
import Sandbox
import Subprocess
import SystemPackage
import Testing

/// What Python sees in a box, with all layers and with one of them left out.
@Suite(.serialized)
struct JailBoxTests {
  static let namespaces = ["userns", "mountns", "pidns", "netns", "ipcns", "utsns", "cgroupns"]
  static let everyLayerAndNone = [[]] + Jail.optionalLayers.sorted().map { [$0] } + [namespaces]

  /// Each line must print `yes`.
  static let walls = """
    import os
    def refused(action):
        try:
            action()
        except OSError:
            return "yes"
        return "no"
    print("passwd", refused(lambda: open("/etc/passwd")))
    print("shadow", refused(lambda: open("/etc/shadow")))
    print("home", refused(lambda: os.listdir("/home")))
    print("root", refused(lambda: os.listdir("/root")))
    print("proc", refused(lambda: open("/proc/self/environ")))
    print("parent", refused(lambda: open("/proc/%d/mem" % os.getppid())))
    print("sys", refused(lambda: os.listdir("/sys")))
    print("tmp", refused(lambda: os.listdir("/tmp")))
    print("write", refused(lambda: open("/scratch/x", "w")))
    print("write_library", refused(lambda: open(os.__file__, "a")))
    print("write_raw", refused(lambda: os.open("/tmp/x", os.O_WRONLY | os.O_CREAT)))
    print("mkdir", refused(lambda: os.mkdir("/scratch/x")))
    print("device", refused(lambda: os.open("/dev/kmsg", os.O_RDONLY)))
    print("not_root", "yes" if os.getuid() else "no")
    print("become_root", refused(lambda: os.setuid(0)))
    print("read_own_library", "yes" if open(os.__file__).read(1) else "no")
    """

  @Test(arguments: everyLayerAndNone)
  func theHostIsOutOfReach(without: [String]) async throws {
    let program = try await JailProgram.shared.value
    var all = Set(without + program.report.missingLayers)
    // Only root makes the other namespaces without one of users.
    if geteuid() != 0, all.contains("userns") { all.formUnion(Self.namespaces) }
    // One of the two walls for files is mandatory.
    guard !all.isSuperset(of: ["mountns", "landlock"]) else { return }
    let outcome = try await program.python("zygote", Self.walls, without: all.sorted())
    #expect(outcome.status.isSuccess, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 16)
    for line in lines { #expect(line.hasSuffix(" yes"), "\(line) without \(without)") }
  }

  @Test func aBoxWithoutAWallForFilesIsRefused() async throws {
    let program = try await JailProgram.shared.value
    let outcome = try await program.python("zygote", "print(1)", without: ["mountns", "landlock"])
    #expect(outcome.status == .exited(2))
    #expect(outcome.output.isEmpty)
  }

  @Test(arguments: Jail.insecureLayers.sorted() + ["descriptors", "nonsense"])
  func theFloorCannotBeLeftOut(layer: String) async throws {
    let program = try await JailProgram.shared.value
    let outcome = try await program.python("zygote", "print(1)", without: [layer])
    #expect(outcome.status == .exited(2))
    #expect(outcome.errors.contains("mandatory"))
  }

  /// Somebody who says so gets less, but never a box that shares descriptors or root's identity.
  @Test(arguments: [["descriptors"], ["identity"], ["no_new_privs"]])
  func evenAnInsecureBoxHasAFloor(without: [String]) async throws {
    let program = try await JailProgram.shared.value
    let outcome = try await program.call(
      "try-python", ["--insecure", "zygote", "print(1)"], without: without, withPython: true)
    #expect(outcome.status == .exited(2) && outcome.output.isEmpty, "\(outcome.errors)")
  }

  @Test func aProbeWithoutAMandatoryLayerRefuses() async throws {
    let program = try await JailProgram.shared.value
    let all = program.report.missingLayers + ["seccomp"]
    let outcome = try await program.call("probe", ["--insecure"], without: all)
    let document = try JSONValue(parsing: Array(outcome.output.utf8))
    #expect(document["tier"] == "refuse")
    let states = (document["layers"]?.array ?? []).filter { $0["name"] == "seccomp" }.map { $0["state"] }
    #expect(states == ["missing"])
  }

  @Test func theEnvironmentIsExactlyOurs() async throws {
    let program = try await JailProgram.shared.value
    let outcome = try await program.python("judge", "import os; print(sorted(os.environb.items()))")
    let expected = [
      "HOME=/scratch", "LC_ALL=C.UTF-8", "LD_BIND_NOW=1", "MKL_NUM_THREADS=1", "OMP_NUM_THREADS=1",
      "OPENBLAS_NUM_THREADS=1",
      "PATH=", "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0", "TMPDIR=/scratch", "TZ=UTC",
    ].map { entry in
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return "(b'\(parts[0])', b'\(parts[1])')"
    }
    #expect(outcome.output == "[\(expected.joined(separator: ", "))]\n")
  }

  @Test func onlyTheDescriptorsOfTheContractAreOpen() async throws {
    let program = try await JailProgram.shared.value
    let source = """
      import os
      def is_open(file):
          try:
              os.fstat(file)
          except OSError:
              return False
          return True
      print([file for file in range(1024) if is_open(file)])
      """
    #expect(try await program.python("zygote", source).output == "[0, 1, 2, 4]\n")
  }

  @Test func limitsAndIdentityReadBack() async throws {
    let program = try await JailProgram.shared.value
    let source = """
      import os, resource as r
      print([r.getrlimit(k)[1] for k in (r.RLIMIT_CORE, r.RLIMIT_MSGQUEUE, r.RLIMIT_NICE, r.RLIMIT_RTPRIO)],
            r.getrlimit(r.RLIMIT_NOFILE)[1] <= 64, r.getrlimit(r.RLIMIT_FSIZE)[1] <= 1 << 20,
            os.umask(0) == 0o77, os.getsid(0) != 0 or os.getpid() == 2)
      """
    #expect(try await program.python("zygote", source).output == "[0, 0, 0, 0] True True True True\n")
  }

  /// What the candidate's set-up does: the filter from descriptor 4, the own id in its place.
  static let enterStrict = """
    import ctypes, os, struct
    code = bytearray(os.read(4, 1 << 16))
    os.close(4)
    for at in range(0, len(code), 8):
        if struct.unpack_from("<I", code, at + 4)[0] == 0x7E11DEAD:
            struct.pack_into("<I", code, at + 4, os.getpid())
    held = ctypes.create_string_buffer(bytes(code), len(code))
    program = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(held))
    assert ctypes.CDLL(None).prctl(22, 2, program) == 0

    """

  @Test func aStrictProgramComputesAndNothingElse() async throws {
    let program = try await JailProgram.shared.value
    let source =
      Self.enterStrict + """
        import asyncio, json, math, random, re, signal, socket, threading, time
        def refused(action):
            try:
                action()
            except PermissionError:
                return "refused"
            return "allowed"
        seen = []
        thread = threading.Thread(target=lambda: seen.append(math.sqrt(4)))
        thread.start(); thread.join()
        async def wait(): await asyncio.sleep(0)
        asyncio.run(wait())
        signal.signal(signal.SIGALRM, lambda *_: seen.append("alarm"))
        signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(0.05)
        print(seen, refused(os.fork), refused(lambda: os.system("true") or True),
              refused(lambda: open("/scratch/x", "w")),
              refused(lambda: socket.create_connection(("127.0.0.1", 1), 1)),
              refused(lambda: os.kill(os.getppid(), 9)), refused(lambda: os.kill(os.getpid(), 0)))
        """
    let outcome = try await program.python("zygote", source)
    // os.system swallows the refusal of its fork and reports it as a status.
    #expect(
      outcome.output == "[2.0, 'alarm'] refused allowed refused refused refused allowed\n",
      "\(outcome.errors)")
  }

  @Test func abortUnderStrictIsAnAbort() async throws {
    let program = try await JailProgram.shared.value
    let outcome = try await program.python("zygote", Self.enterStrict + "import os\nos.abort()\n")
    #expect(outcome.status == .exited(128 + SIGABRT))
  }

  @Test func theFloorAndTheTierAreReported() async throws {
    let report = try await JailProgram.shared.value.report
    #expect(report.tier != .refuse)
    for layer in report.layers where layer.mandatory {
      #expect(layer.state == .ok, "\(layer.name): \(layer.detail)")
    }
    for name in ["no_new_privs", "seccomp", "rlimits", "descriptors", "identity", "python"] {
      #expect(report.layers.contains { $0.name == name && $0.mandatory })
    }
    for layer in report.layers { #expect(layer.state != .broken, "\(layer.name): \(layer.detail)") }
    #expect(report.policyHash.count == 16)
  }

  @Test(arguments: Jail.optionalLayers.subtracting(Jail.supplementaryLayers).sorted())
  func aMissingLayerReducesTheTier(layer: String) async throws {
    let program = try await JailProgram.shared.value
    let all = Set(program.report.missingLayers + [layer])
    guard !all.isSuperset(of: ["mountns", "landlock"]) else { return }
    let outcome = try await program.call("probe", without: all.sorted(), withPython: true)
    let document = try JSONValue(parsing: Array(outcome.output.utf8))
    #expect(document["tier"]?.string == "reduced")
  }

  @Test(
    .enabled(
      if: geteuid() == 0,
      "an ordinary user's boxes are tested by root only; this run is one of an ordinary user"))
  func anOrdinaryUserHasTheSameBox() async throws {
    let program = try await JailProgram.shared.value
    let installed = try await InstalledJail(program.path)
    defer { installed.remove() }
    let copy = installed.copy
    let probe = try await program.call("probe", without: [], withPython: true, asUser: 4321, program: copy)
    let document = try JSONValue(parsing: Array(probe.output.utf8))
    #expect(document["tier"]?.string != "refuse")
    let missing = (document["layers"]?.array ?? []).filter { $0["state"]?.string != "ok" }
      .compactMap { $0["name"]?.string }.filter { Jail.optionalLayers.contains($0) }
    let walls = try await program.call(
      "try-python", ["zygote", Self.walls], without: missing, withPython: true, asUser: 4321, program: copy)
    #expect(walls.output.split(separator: "\n").count == 16, "\(walls.errors)")
    for line in walls.output.split(separator: "\n") { #expect(line.hasSuffix(" yes"), "\(line)") }
    let fork = try await program.call(
      "try-syscall", ["strict", "clone", "17"], without: missing, asUser: 4321, program: copy)
    #expect(fork.output == "errno EPERM\n")
  }
}
