import Foundation
import JSON
import Testing

@testable import EvalKit

@Suite struct TaskFileTests {
  // MARK: the published files

  @Test(.enabled(if: DataFolder.path != nil, DataFolder.missing), arguments: Benchmark.all)
  func thePublishedFileIsRead(benchmark: Benchmark) throws {
    let path = try DataFolder.file(of: benchmark)
    let file = try TaskFile.load(benchmark: benchmark, at: path)
    #expect(file.tasks.count == benchmark.taskCount)
    #expect(file.sha256 == benchmark.sha256)
    // For these bytes it is taken from the manifest.
    let md5 = try python(
      "import gzip, hashlib, sys; print(hashlib.md5(gzip.open(sys.argv[1]).read()).hexdigest(), end='')", path
    )
    #expect(file.md5 == String(decoding: md5, as: UTF8.self))
    #expect(file.tasks.map(\.line) == Array(1...benchmark.taskCount))
  }

  /// Python cuts the same lines; every raw field must mean to it what the whole line meant, digit for digit.
  @Test(.enabled(if: DataFolder.path != nil, DataFolder.missing), arguments: Benchmark.all)
  func pythonReadsTheSlicesAsItReadsTheLine(benchmark: Benchmark) throws {
    let path = try DataFolder.file(of: benchmark)
    let file = try TaskFile.load(benchmark: benchmark, at: path)
    var slices: [UInt8] = []
    for task in file.tasks {
      for raw in [
        task.rawPrompt, task.rawCanonicalSolution, task.rawBaseInput, task.rawPlusInput, task.rawAtol,
        task.referenceProgram(),
      ] {
        slices += raw + [0x0A]
      }
    }
    let verdict = try python(
      """
      import gzip, json, sys
      tasks = [json.loads(line) for line in gzip.open(sys.argv[1])]
      lines = sys.stdin.buffer.read().split(b"\\n")[:-1]
      assert len(lines) == 6 * len(tasks), len(lines)
      for i, task in enumerate(tasks):
          prompt, solution, base, plus, atol, program = lines[6 * i : 6 * i + 6]
          for name, raw in (("prompt", prompt), ("canonical_solution", solution),
                            ("base_input", base), ("plus_input", plus), ("atol", atol)):
              assert repr(json.loads(raw)) == repr(task[name]), (task["task_id"], name)
          assert json.loads(program) == task["prompt"] + task["canonical_solution"]
      print("same", len(tasks))
      """, path, input: slices)
    #expect(String(decoding: verdict, as: UTF8.self) == "same \(benchmark.taskCount)\n")
  }

  @Test(.enabled(if: DataFolder.path != nil, DataFolder.missing))
  func plainTextAndAnotherContainerAreTheSameFile() throws {
    let benchmark = try Benchmark.named("mbpp+")
    let original = try DataFolder.file(of: benchmark)
    let folder = try TemporaryFolder()
    let plain = try python(
      "import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())", original)
    let rezipped = try python(
      "import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), 1))", input: plain)
    for (name, bytes) in [("a.jsonl", plain), ("b.jsonl.gz", rezipped)] {
      let file = try TaskFile.load(benchmark: benchmark, at: folder.write(name, bytes))
      #expect(file.md5 == benchmark.unzippedMD5)
      #expect(file.sha256 != benchmark.sha256)
    }
  }

  @Test(.enabled(if: DataFolder.path != nil, DataFolder.missing))
  func anotherBenchmarksFileIsRefusedByItsHash() throws {
    let path = try DataFolder.file(of: Benchmark.named("mbpp+"))
    let benchmark = try Benchmark.named("humaneval+")
    let error = try #require(throws: EvalKitError.self) {
      try TaskFile.load(benchmark: benchmark, at: path)
    }
    #expect(error.message == "\(path) is not HumanEval+ v0.1.10")
    #expect(
      error.cause
        == "SHA-256 should be \(benchmark.sha256), found \(try Benchmark.named("mbpp+").sha256)")
    #expect(error.hint == "evalkit data pull humaneval+")
  }

  // MARK: files of three lines

  /// A benchmark of three tasks, so that whole files fit into a test.
  private static let small = """
    {"format": 1, "benchmarks": [{"name": "small", "aliases": [], "title": "Small", "version": "v1",
    "dataset": "mbpp", "tasks": 3, "id_prefix": "Mbpp/", "file": "Small-v1.jsonl.gz", "url": "https://h/s",
    "bytes": 1, "sha256": "00", "unzipped_sha256": "01", "unzipped_md5": "02", "licence": "none"}]}
    """

  private func benchmark() throws -> Benchmark {
    try #require(Benchmark.decode(Array(Self.small.utf8)).first)
  }

  private func line(_ number: Int, changing changes: [String: String] = [:], without absent: String? = nil)
    -> String
  {
    var fields = [
      "task_id": "\"Mbpp/\(number)\"", "prompt": #""p\n""#, "entry_point": #""f""#,
      "canonical_solution": #""def f(): pass""#, "base_input": "[[1]]", "plus_input": "[[2]]", "atol": "0",
    ]
    fields.merge(changes) { $1 }
    if let absent { fields[absent] = nil }
    return "{"
      + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
      + "}\n"
  }

  private func load(_ text: some Sequence<UInt8>) throws -> TaskFile {
    let folder = try TemporaryFolder()
    return try TaskFile.load(benchmark: benchmark(), at: folder.write("t.jsonl", text), verifyHash: false)
  }

  private func refusal(_ text: some Sequence<UInt8>) throws -> EvalKitError {
    try #require(throws: EvalKitError.self) { try load(text) }
  }

  @Test func inputsOfAnySizeAndDepthKeepTheirBytes() throws {
    let digits = String(repeating: "9", count: 5000)
    let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
    let wide = "[[" + (0..<300_000).map { "\($0)" }.joined(separator: ", ") + "]]"
    let odd = #"[ [-0.0,1.0,1,1e400,-Infinity , NaN], [{"k" :"\u0000\ud800é"}]  ,[-\#(digits)]]"#
    let text =
      line(1, changing: ["base_input": odd, "plus_input": "{}"]) + line(2, changing: ["plus_input": deep])
      + line(3, changing: ["plus_input": wide, "atol": "1E-6"])
    let tasks = try load(text.utf8).tasks
    #expect(tasks.map(\.rawBaseInput) == [Array(odd.utf8), Array("[[1]]".utf8), Array("[[1]]".utf8)])
    #expect(tasks.map(\.rawPlusInput) == [Array("{}".utf8), Array(deep.utf8), Array(wide.utf8)])
    #expect(tasks[2].rawAtol == Array("1E-6".utf8))
    #expect(String(decoding: tasks[0].referenceProgram(), as: UTF8.self) == #""p\ndef f(): pass""#)
    #expect(tasks[0].prompt == "p\n")
  }

  @Test func blankLinesAndCarriageReturnsAreNoTasks() throws {
    let text = line(1) + "\n" + line(2).dropLast() + "\r\n \t\n" + line(3).dropLast()
    #expect(try load(text.utf8).tasks.map(\.line) == [1, 3, 5])
  }

  @Test(arguments: [
    "task_id", "prompt", "entry_point", "canonical_solution", "base_input", "plus_input", "atol",
  ])
  func anAbsentFieldIsNamed(name: String) throws {
    let error = try refusal((line(1) + line(2, without: name) + line(3)).utf8)
    let id = name == "task_id" ? "" : " (Mbpp/2)"
    #expect(error.message.hasSuffix("t.jsonl, line 2\(id): field '\(name)' is missing"))
    #expect(error.code == .data)
  }

  @Test(arguments: [
    ("task_id", "7", "not a string"), ("task_id", #""HumanEval/2""#, "not Mbpp/ and a number"),
    ("task_id", #""Mbpp/x""#, "not Mbpp/ and a number"), ("prompt", "null", "not a string"),
    ("entry_point", #""""#, "is empty"), ("canonical_solution", "[]", "not a string"),
    ("base_input", #""[]""#, "not a list of tests"), ("plus_input", #"{"a": 1}"#, "not a list of tests"),
    ("atol", #""0""#, "not a number"), ("atol", "-1", "not a finite number"),
    ("atol", "-Infinity", "not a finite number"), ("prompt", #""\ud800""#, "'prompt'"),
  ])
  func aFieldOfAnotherKindIsNamed(name: String, value: String, complaint: String) throws {
    let error = try refusal((line(1) + line(2, changing: [name: value]) + line(3)).utf8)
    #expect(error.message.contains("t.jsonl, line 2"))
    #expect(error.message.contains("field '\(name)'"))
    #expect(error.message.contains(complaint))
  }

  @Test func brokenTextIsPlacedByLineAndByte() throws {
    #expect(
      try refusal((line(1) + "{\"task_id\": 'x'}\n").utf8).message.contains(
        "line 2: expected a value at byte 12"))
    let latin =
      Array(line(1).utf8) + Array(#"{"task_id": "Mbpp/2", "prompt": ""#.utf8) + [0xE9] + Array("\"}\n".utf8)
    #expect(try refusal(latin).message.contains("line 2: text that is not UTF-8"))
    #expect(try refusal(line(1).utf8.dropLast(5)).message.contains("line 1: "))
  }

  @Test func aRepeatedTaskAndAWrongCountAreErrors() throws {
    let repeated = try refusal((line(1) + line(2) + line(1)).utf8)
    #expect(repeated.message.hasSuffix("line 3: task Mbpp/1 is there already, on line 1"))
    #expect(try refusal((line(1) + line(2)).utf8).message.contains("has 2 tasks, Small v1 has 3"))
  }

  @Test func whatIsNoTaskFileIsSaidPlainly() throws {
    let folder = try TemporaryFolder()
    let benchmark = try benchmark()
    func message(_ path: String) throws -> String {
      let error = try #require(throws: EvalKitError.self) {
        try TaskFile.load(benchmark: benchmark, at: path, verifyHash: false)
      }
      #expect(error.message.contains(path))
      #expect(error.hint != nil)
      return error.message
    }
    #expect(try message(folder.write("empty.jsonl", [])).contains("is empty"))
    #expect(try message(folder.path).contains("is a directory"))
    #expect(try message(folder.path + "/none").contains("there is no file"))
    #expect(try message("/dev/null").contains("is not a regular file"))
    #expect(try message(folder.write("cut.gz", [0x1F, 0x8B, 8, 0])).contains("is not a whole gzip file"))
    if getuid() != 0 {
      let secret = try folder.write("secret.jsonl", line(1).utf8)
      chmod(secret, 0)
      #expect(try message(secret).contains("no permission to read"))
    }
  }
}
