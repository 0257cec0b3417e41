import Foundation
import JSON
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Whatever is killed, the report is the same, and nothing is judged twice or lost.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set"))
struct RecoveryTests {
  /// Forty tasks whose reference programs take no time, three programs each.
  private static let tasks = (0..<45).filter { ![14, 15, 25, 32, 36].contains($0) }.flatMap {
    ["--task", "\($0)"]
  }
  private static let rowCount = 120

  private static func command(in folder: String, output: String) -> [String] {
    [
      "score", "\(folder)/samples.jsonl", "--benchmark", "humaneval+", "--timeout", "1", "--k", "1", "--jobs",
      "2",
      "--quiet", "--output", "\(folder)/\(output)",
    ] + tasks
  }

  /// Ways to fail, put after a right program.
  private static let failures = [
    "raise KeyError(1)", "del globals()['__builtins__']\nimport none", "import os; os.abort()",
    "import os; os._exit(0)", "x = (", "raise SystemExit", "import ctypes; ctypes.string_at(0)",
    replacement("return None"), replacement("raise ValueError(arguments)"), replacement("while True: pass"),
  ]

  /// Makes every function of a program do `body`.
  private static func replacement(_ body: String) -> String {
    """
    def _other(*arguments):
        \(body)
    for _name in [_name for _name, _value in list(globals().items()) if callable(_value) and _name[0] != "_"]:
        globals()[_name] = _other
    """
  }

  /// Writes the samples: of each task a right program and two that fail, each in its way.
  private static func prepare(_ folder: String) async throws {
    let canonical = try await Binary.run(
      ["run", "humaneval+", "--model", "canonical", "--quiet", "--output", "\(folder)/canonical"] + tasks)
    try #require(canonical.code == 0, "\(canonical.error)")
    var rows: [String] = []
    for (index, line) in Scratch.lines("\(folder)/canonical/samples.jsonl").enumerated() {
      let row = try JSONValue(parsing: Array(line.utf8))
      let right = try #require(row["solution"]?.string)
      // Eight of eighty never end.
      let bad = [index, index + 3].map { "\(right)\n\(failures[$0 % failures.count])\n" }
      for program in [bad[0], right, bad[1]] {
        let sample: JSONValue = ["task_id": row["task_id"] ?? .null, "solution": .string(program)]
        rows.append(String(decoding: sample.serialized(), as: UTF8.self))
      }
    }
    try #require(rows.count == rowCount)
    try rows.joined(separator: "\n").write(
      toFile: "\(folder)/samples.jsonl", atomically: true, encoding: .utf8)
  }

  private static func report(_ folder: String, _ output: String) throws -> [String] {
    try ["report.json", "report.md"].map {
      try String(contentsOfFile: "\(folder)/\(output)/\($0)", encoding: .utf8)
    }
  }

  /// Each sample has exactly one row.
  private static func check(journal folder: String) throws {
    for name in ["samples", "verdicts"] {
      let rows = try Scratch.lines("\(folder)/\(name).jsonl").map { try JSONValue(parsing: Array($0.utf8)) }
      let ids = rows.map { "\($0["task_id"]?.string ?? "") \($0["sample"]?.integer ?? -1)" }
      #expect(ids.count == rowCount && Set(ids).count == rowCount, "\(name): \(ids.count) rows")
    }
  }

  @Test(.timeLimit(.minutes(15)))
  func tenKillsLeaveTheReportAsItIs() async throws {
    try await Scratch.withFolder { folder in
      try await Self.prepare(folder)
      let calm = try await Binary.run(Self.command(in: folder, output: "calm"))
      #expect(calm.code == 0, "\(calm.error)")
      // One point in each tenth of the journal, so that kills do not all fall on one program.
      var generator = SplitMix(seed: 4)
      let width = Self.rowCount / 10
      let points = (0..<10).map { $0 * width + Int.random(in: 1..<width, using: &generator) }
      let victims = Victim.allCases
      var left = Array(zip(points, (0..<10).map { victims[$0 % victims.count] }))
      let command = Self.command(in: folder, output: "disturbed")
      let journal = "\(folder)/disturbed/verdicts.jsonl"
      var killed: [Victim] = []
      var finished: [String] = []
      var result: Binary.Result
      repeat {
        result = try await Binary.start(command) { runner in
          while let (point, victim) = left.first, isAlive(runner) {
            if Scratch.lines(journal).count >= point,
              let process = victim.process(below: runner, using: &generator)
            {
              kill(process, SIGKILL)
              killed.append(victim)
              left.removeFirst()
              if victim == .runner { return }
            }
            try await Task.sleep(for: .milliseconds(5))
          }
        }
        // What was finished stays, in its place.
        let lines = Scratch.lines(journal)
        #expect(Array(lines.prefix(finished.count)) == finished)
        finished = lines
      } while result.code == 128 + Int(SIGKILL)
      #expect(result.code == 0, "\(result.error)")
      #expect(killed.count == 10, "\(killed)")
      #expect(try Self.report(folder, "disturbed") == Self.report(folder, "calm"))
      try Self.check(journal: "\(folder)/disturbed")
      try await expectNoSlotOf("\(folder)/disturbed")
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func aKillAtTheStartAndATornLineLeaveTheReportAsItIs() async throws {
    try await Scratch.withFolder { folder in
      try await Self.prepare(folder)
      let calm = try await Binary.run(Self.command(in: folder, output: "calm"))
      #expect(calm.code == 0, "\(calm.error)")
      let command = Self.command(in: folder, output: "early")
      for delay in [0, 1, 5, 10, 20, 35, 50] {
        let result = try await Binary.start(command) { runner in
          try await Task.sleep(for: .milliseconds(delay))
          kill(runner, SIGKILL)
        }
        #expect(result.code == 128 + Int(SIGKILL), "\(result.error)")
      }
      // Killed again when there are some rows, and the power failed in the middle of the next.
      let journal = "\(folder)/early/verdicts.jsonl"
      _ = try await Binary.start(command) { runner in
        while isAlive(runner), Scratch.lines(journal).count < 20 {
          try await Task.sleep(for: .milliseconds(5))
        }
        kill(runner, SIGKILL)
      }
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: journal))
      let end = try file.seekToEnd()
      try #require(end > 40)
      try file.truncate(atOffset: end - 17)
      try file.close()
      let result = try await Binary.run(command)
      #expect(result.code == 0, "\(result.error)")
      #expect(try Self.report(folder, "early") == Self.report(folder, "calm"))
      try Self.check(journal: "\(folder)/early")
      try await expectNoSlotOf("\(folder)/early")
    }
  }
}

/// What is killed, found by its place among the runner's descendants:
/// runner > supervisor > two inits > judge, root zygote > task zygote > candidate.
private enum Victim: CaseIterable {
  case judge, rootZygote, taskZygote, zygoteInit, supervisor, runner

  /// A process of this kind in one of the slots; `nil` while there is none.
  func process(below runner: pid_t, using generator: inout SplitMix) -> pid_t? {
    if self == .runner { return runner }
    let supervisors = children(of: runner).filter { name(of: $0) == "evalkit-jail" }
    guard let supervisor = supervisors.randomElement(using: &generator) else { return nil }
    if self == .supervisor { return supervisor }
    // The judge's box was made first. Namespaces do not hide processes from outside.
    let inits = children(of: supervisor).sorted()
    guard inits.count == 2 else { return nil }
    if self == .zygoteInit { return inits[1] }
    guard let python = children(of: inits[self == .judge ? 0 : 1]).first else { return nil }
    guard self == .taskZygote else { return python }
    // A program that is judged alone is a child of the root zygote too: it has no children, and its end is a verdict.
    return children(of: python).first { !children(of: $0).isEmpty }
  }
}

/// Every process, whatever thread started it. Not every kernel has `/proc/PID/task/TID/children`.
private func children(of process: pid_t) -> [pid_t] {
  let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return processes.compactMap { pid_t($0) }.filter { status(of: $0)?.parent == process }
}

/// State and parent out of `/proc/PID/stat`; the name before them may hold anything.
private func status(of process: pid_t) -> (state: Substring, parent: pid_t)? {
  let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
  guard let end = text.lastIndex(of: ")") else { return nil }
  let fields = text[text.index(after: end)...].split(separator: " ")
  guard fields.count > 2, let parent = pid_t(fields[1]) else { return nil }
  return (fields[0], parent)
}

private func name(of process: pid_t) -> String {
  let text = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? ""
  return String(text.prefix { $0 != "\n" })
}

/// Neither gone nor a zombie.
private func isAlive(_ process: pid_t) -> Bool {
  status(of: process).map { $0.state != "Z" } ?? false
}

/// Nothing of a slot is left when its runner has gone; the kernel may need a moment.
private func expectNoSlotOf(_ output: String) async throws {
  func slots() -> [pid_t] {
    let processes =
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
    return processes.filter { process in
      guard let arguments = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
        return false
      }
      return arguments.starts(with: Array("\(Binary.folder)/evalkit-jail".utf8)) && isAlive(process)
    }
  }
  for _ in 0..<200 where !slots().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
  #expect(slots().isEmpty, "\(output)")
}

/// The same numbers for the same seed, everywhere (Steele, Lea, Flood 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
