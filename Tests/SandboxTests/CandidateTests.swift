import Foundation
import JSON
import Sandbox
import Testing

/// What a program may see and do in a slot, as in the reference.
@Suite(.serialized)
struct CandidateTests {
  private static let honest = "def f(x):\n    return x * x + 7919\n"

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
