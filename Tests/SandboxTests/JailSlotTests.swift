import Glibc
import JSON
import Sandbox
import SystemPackage
import Testing

/// Slots of the real jail on this machine. The judge of the product answers `hello`; what the processes
/// may do is tested in `JailPolicyTests`.
@Suite(.serialized)
struct JailSlotTests {
  let jail: Jail
  let python: PythonEnvironment
  let without: [String]

  init() async throws {
    let program = try await JailProgram.shared.value
    jail = program.jail
    python = program.python
    without = program.report.missingLayers
  }

  @Test func asksTheInterpreterAboutItself() {
    #expect(python.version.hasPrefix("3."))
    #expect(python.executable.hasPrefix("/"))
    #expect(!python.binds.isEmpty)
  }

  @Test func aMissingInterpreterIsNamed() async {
    await #expect(throws: SandboxError.self) { _ = try await PythonEnvironment.find("/nonexistent/python3") }
  }

  @Test func aMissingJailIsNamed() {
    #expect(throws: SandboxError.jailNotFound(searched: ["/nonexistent/evalkit-jail"])) {
      _ = try Jail(executable: "/nonexistent/evalkit-jail")
    }
  }

  @Test func exchangesSayHello() async throws {
    try await jail.withSlot(python: python, number: 901, without: without) { slot in
      for _ in 0..<2 {
        let (reply, _) = try await slot.exchange(["op": "hello"])
        #expect(reply["op"]?.string == "hello")
      }
    }
  }

  @Test func aRequestMayBeLarge() async throws {
    let blob = [UInt8](repeating: UInt8(ascii: "7"), count: 10 << 20)
    try await jail.withSlot(python: python, number: 910, without: without) { slot in
      let (reply, _) = try await slot.exchange(["op": "hello"], blobs: [blob, [], blob])
      #expect(reply["op"]?.string == "hello")
      let (second, _) = try await slot.exchange(["op": "hello"])
      #expect(second["op"]?.string == "hello")
    }
  }

  @Test func nothingIsLeftAfterAReturn() async throws {
    let all = try await jail.withSlot(python: python, number: 902, without: without) { slot in
      _ = try await slot.exchange(["op": "hello"])
      return ProcessTable.slot(902)
    }
    #expect(all.count >= 5)
    #expect(ProcessTable.alive(all).isEmpty)
    #expect(ProcessTable.slot(902).isEmpty)
  }

  @Test func nothingIsLeftAfterAnError() async throws {
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await jail.withSlot(python: python, number: 903, without: without) { _ in throw Stop() }
    }
    #expect(ProcessTable.slot(903).isEmpty)
  }

  /// The body would sleep for ten minutes; the test's own limit is what fails when it is not ended.
  @Test(.timeLimit(.minutes(1)))
  func cancellationEndsASlot() async throws {
    let (started, start) = AsyncStream.makeStream(of: [pid_t].self)
    let task = Task { [jail, python, without] in
      try await jail.withSlot(python: python, number: 904, without: without) { slot in
        _ = try await slot.exchange(["op": "hello"])
        start.yield(ProcessTable.slot(904))
        try await Task.sleep(for: .seconds(600))
      }
    }
    var all: [pid_t] = []
    for await processes in started {
      all = processes
      break
    }
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    #expect(all.count >= 5)
    #expect(ProcessTable.alive(all).isEmpty)
  }

  /// A request of which the judge has read the start only; the exchange hangs until it is cancelled.
  @Test(.timeLimit(.minutes(1)))
  func cancellationEndsAnExchange() async throws {
    let task = Task { [jail, python, without] in
      try await jail.withSlot(python: python, number: 908, without: without) { slot in
        while true { _ = try await slot.exchange(["op": "hello"]) }
      }
    }
    while ProcessTable.slot(908).count < 5 { try await Task.sleep(for: .milliseconds(10)) }
    let all = ProcessTable.slot(908)
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    #expect(ProcessTable.alive(all).isEmpty)
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func aKilledSupervisorTakesEverythingWithItAndIsReported(signal: Int32) async throws {
    await #expect(throws: SandboxError.self) {
      try await jail.withSlot(python: python, number: 905, without: without) { slot in
        _ = try await slot.exchange(["op": "hello"])
        let all = ProcessTable.slot(905)
        #expect(all.count >= 5)
        for process in ProcessTable.supervisors(of: 905) { kill(process, signal) }
        for _ in 0..<500 where !ProcessTable.alive(all).isEmpty {
          try await Task.sleep(for: .milliseconds(10))
        }
        #expect(ProcessTable.alive(all).isEmpty)
        _ = try await slot.exchange(["op": "hello"])
      }
    }
  }

  /// At many moments of the set-up: between the two boxes, before the maps, before the filters.
  @Test(.timeLimit(.minutes(2)))
  func aSupervisorKilledWhileItStartsLeavesNothing() async throws {
    for delay in 0..<30 {
      await #expect(throws: SandboxError.self) {
        try await jail.withSlot(python: python, number: 911, without: without) { slot in
          while ProcessTable.supervisors(of: 911).isEmpty { await Task.yield() }
          try await Task.sleep(for: .microseconds(700 * delay))
          for process in ProcessTable.supervisors(of: 911) { kill(process, SIGKILL) }
          _ = try await slot.exchange(["op": "hello"])
        }
      }
    }
    for _ in 0..<300 where !ProcessTable.calledWith("61822").isEmpty {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(ProcessTable.calledWith("61822").isEmpty)
  }

  @Test func aDeadBoxEndsTheSlotAndIsNamed() async throws {
    do {
      try await jail.withSlot(python: python, number: 909, without: without) { slot in
        _ = try await slot.exchange(["op": "hello"])
        // The boxes' inits are the supervisor's children; Python is theirs.
        let inits = ProcessTable.supervisors(of: 909).flatMap { ProcessTable.children(of: $0) }
        #expect(inits.count == 2)
        for process in inits.prefix(1) { kill(process, SIGKILL) }
        for _ in 0..<100_000 { _ = try await slot.exchange(["op": "hello"]) }
      }
      Issue.record("a slot went on without a box")
    } catch SandboxError.slotDied(let detail) {
      #expect(detail.contains("ended by signal 9"))
    }
    #expect(ProcessTable.slot(909).isEmpty)
  }

  /// As root. Two slots that begin at the same number, as those of two runs do, share no user id, and
  /// neither takes one that is in the list of accounts.
  @Test(.enabled(if: geteuid() == 0, "an ordinary user has one user id, for every box"))
  func everyBoxHasAUserOfItsOwn() async throws {
    try await jail.withSlot(python: python, number: 912, without: without) { first in
      _ = try await first.exchange(["op": "hello"])
      try await jail.withSlot(python: python, number: 912, without: without) { second in
        _ = try await second.exchange(["op": "hello"])
        let boxes = ProcessTable.supervisors(of: 912).map { supervisor in
          Set(ProcessTable.children(of: supervisor).compactMap { ProcessTable.user(of: $0) })
        }
        #expect(boxes.count == 2)
        #expect(boxes.allSatisfy { $0.count == 2 && !$0.contains(0) }, "\(boxes)")
        #expect(boxes.reduce(into: Set()) { $0.formUnion($1) }.count == 4, "\(boxes)")
      }
    }
    // 65534 is nobody's, who is somebody in passwd; the next pair is free.
    try await jail.withSlot(python: python, number: (65534 - 60000) / 2, without: without) { slot in
      _ = try await slot.exchange(["op": "hello"])
      let users = ProcessTable.supervisors(of: (65534 - 60000) / 2).flatMap { ProcessTable.children(of: $0) }
        .compactMap { ProcessTable.user(of: $0) }
      #expect(users.count == 2 && users.allSatisfy { $0 > 65535 }, "\(users)")
    }
  }

  /// Where groups of version 2 can be made, a slot is in one of its own, which goes with it, and takes that
  /// of a dead one along. Elsewhere the probe says what is missing.
  @Test func aSlotHasAControlGroupOrTheReasonIsKnown() async throws {
    let layer = try #require(
      try await JailProgram.shared.value.report.layers.first { $0.name == "cgroup" })
    #expect(!layer.mandatory)
    guard layer.state == .ok else {
      #expect(layer.detail.contains("group") && layer.remedy.contains("Delegate=yes"), "\(layer)")
      return
    }
    func group(of process: pid_t) -> String? {
      (ProcessTable.read("/proc/\(process)/cgroup") ?? "").split(separator: "\n")
        .first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }
    let name = try await jail.withSlot(python: python, number: 913, without: without, memory: 1 << 30) {
      slot in
      _ = try await slot.exchange(["op": "hello"])
      let supervisor = try #require(ProcessTable.supervisors(of: 913).first)
      let groups = Set(ProcessTable.slot(913).filter { $0 != supervisor }.map { group(of: $0) })
      let name = try #require(groups.first ?? nil)
      #expect(groups.count == 1 && name.hasSuffix("-\(supervisor)"), "\(groups)")
      return name
    }
    #expect(ProcessTable.entries(of: "/sys/fs/cgroup\(name)").isEmpty)
  }

  @Test func aSlotThatCannotStartSaysWhy() async throws {
    do {
      try await jail.withSlot(python: python, number: 906, without: ["no_such_layer"]) { slot in
        _ = try await slot.exchange(["op": "hello"])
      }
      Issue.record("a slot started without a layer that does not exist")
    } catch SandboxError.slotDied(let detail) {
      #expect(detail.contains("--without"))
    }
  }

  @Test func exchangesDoNotOverlap() async throws {
    try await jail.withSlot(python: python, number: 907, without: without) { slot in
      let results = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<2 {
          group.addTask { (try? await slot.exchange(["op": "hello"])) != nil }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(results.contains(true))
    }
  }
}

/// What runs on this machine, read from `/proc`.
enum ProcessTable {
  /// The names in a folder, without `.` and `..`.
  static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      found.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return found.filter { $0 != "." && $0 != ".." }
  }

  static func children(of parent: pid_t) -> [pid_t] {
    entries(of: "/proc/\(parent)/task").flatMap { thread in
      (read("/proc/\(parent)/task/\(thread)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
  }

  /// The effective user of a process, as this process sees it.
  static func user(of process: pid_t) -> uid_t? {
    let lines = (read("/proc/\(process)/status") ?? "").split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("Uid:") }) else { return nil }
    let numbers = line.split(whereSeparator: \.isWhitespace)
    return numbers.count > 2 ? uid_t(numbers[2]) : nil
  }

  /// The supervisors of slot `number` that this process started.
  static func supervisors(of number: Int) -> [pid_t] {
    alive(children(of: getpid())).filter { process in
      let words = (read("/proc/\(process)/cmdline") ?? "").split(separator: "\0")
      return words.dropFirst().first == "slot" && words.contains("\(60000 + 2 * number)")
    }
  }

  /// Every living process of this machine that has `word` in its command line.
  static func calledWith(_ word: String) -> [pid_t] {
    let processes = entries(of: "/proc").compactMap { pid_t($0) }
    return alive(
      processes.filter { process in
        (read("/proc/\(process)/cmdline") ?? "").split(separator: "\0").contains(Substring(word))
      })
  }

  /// Every living process of slot `number`: the supervisor and all below it.
  static func slot(_ number: Int) -> [pid_t] {
    var all: [pid_t] = []
    var queue = supervisors(of: number)
    while let process = queue.popLast() {
      all.append(process)
      queue += children(of: process)
    }
    return alive(all)
  }

  /// Those of `processes` that are neither gone nor waiting for a parent to take note of their end.
  static func alive(_ processes: [pid_t]) -> [pid_t] {
    processes.filter { process in
      guard let status = read("/proc/\(process)/stat"), let name = status.lastIndex(of: ")") else {
        return false
      }
      let state = status[name...].dropFirst(2).first
      return state != "Z" && state != "X"
    }
  }

  static func read(_ path: String) -> String? {
    guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
