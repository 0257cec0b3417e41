import Foundation
import JSON
import Testing

/// One program in detail, as somebody who debugs a failing test reads it.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set"))
struct TryTests {
  private func attempt(
    _ program: String, on task: String = "HumanEval/53", _ options: [String] = []
  ) async throws -> Binary.Result {
    try await Scratch.withFolder { folder in
      try program.write(toFile: "\(folder)/answer.py", atomically: true, encoding: .utf8)
      return try await Binary.run(["try", task, "\(folder)/answer.py"] + options)
    }
  }

  @Test func whatPassesExitsZero() async throws {
    let result = try await Binary.run(["try", "HumanEval/53", "--canonical"])
    #expect(result.code == 0, "\(result.error)")
    for word in ["base  pass", "plus  pass", "105 of 105 run, 105 passed", "MiB", "seccomp", "evalplus-head"]
    {
      #expect(result.output.contains(word), "\(word) in \(result.output)")
    }
    #expect(result.error.isEmpty)
  }

  @Test func anExceptionIsShownWithItsLine() async throws {
    let result = try await attempt("def add(x, y):\n    return x + absent\n")
    #expect(result.code == 1, "\(result.error)")
    #expect(result.output.contains("fail: exception"))
    #expect(result.output.contains("NameError: name 'absent' is not defined (line 2)"))
    #expect(result.output.contains("    return x + absent"))
    #expect(result.output.contains("stopped at the first failure"))
  }

  @Test func everyTestIsRunWhenAsked() async throws {
    let result = try await attempt(
      "def add(x, y):\n    return x + y if x < 3 else None\n", on: "HumanEval/53",
      [
        "--all-tests", "--json",
      ])
    #expect(result.code == 1, "\(result.error)")
    let document = try result.json()
    #expect(document["schema"] == "evalkit.try" && document["passed"] == false)
    let base = try #require(document["base"])
    #expect(base["tests"] == 105 && base["tests_run"] == 105)
    let passed = try #require(base["tests_passed"]?.integer)
    #expect(passed > 1 && passed < 104, "\(passed)")
    #expect(document["sandbox"]?["layers"]?.array?.contains("seccomp") == true)
  }

  /// What a program writes is text: it must not steer the terminal of who reads it.
  @Test func outputOfTheProgramCannotSteerTheTerminal() async throws {
    let result = try await attempt(
      "def add(x, y):\n    print('\\x1b[2Jgone\\u202e')\n    raise ValueError('\\x1b]0;title\\x07')\n",
      on: "HumanEval/53", ["--all-tests"])
    #expect(result.output.contains("\\u{1b}[2Jgone\\u{202e}"))
    #expect(!result.output.contains("\u{1B}") && !result.output.contains("\u{202E}"))
  }

  @Test(arguments: [
    ("HumanEval/999", 5, "HumanEval/163"), ("Mbpp/1", 5, "Mbpp/2"), ("humaneval/53", 64, "HumanEval/53"),
    ("53", 64, "HumanEval/53 or Mbpp/53"), ("HumanEvla/53", 64, "HumanEval/53"), ("sorting", 64, "Mbpp/"),
  ])
  func anUnknownTaskNamesTheNearest(id: String, code: Int, says: String) async throws {
    let result = try await Binary.run(["try", id, "--canonical"])
    #expect(result.code == code && result.error.contains(says), "\(result.error)")
  }

  @Test func whatIsNoProgramIsNamed() async throws {
    try await Scratch.withFolder { folder in
      func write(_ name: String, _ bytes: Data) -> String {
        let path = "\(folder)/\(name)"
        #expect(FileManager.default.createFile(atPath: path, contents: bytes))
        return path
      }
      let cases: [(path: String, says: String)] = [
        ("\(folder)/absent.py", "there is no file"), (folder, "is a directory"),
        (write("empty.py", Data(" \n".utf8)), "is empty"),
        (write("latin.py", Data("x = 1\ny = '".utf8) + [0xE9, 0x27]), "is not UTF-8 in line 2"),
        (write("large.py", Data(count: 100 << 20)), "more than 16 MiB"),
      ]
      for entry in cases {
        let result = try await Binary.run(["try", "HumanEval/53", entry.path])
        #expect(result.code == 2 && result.error.contains(entry.says), "\(result.error)")
        #expect(result.error.contains("hint:") && result.output.isEmpty)
      }
    }
    let both = try await Binary.run(["try", "HumanEval/53", "a.py", "--canonical"])
    #expect(both.code == 64)
  }
}
