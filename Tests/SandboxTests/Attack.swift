import Foundation
import JSON

/// A program that wants a pass it does not deserve, or more than it is given: one file of `Attacks/`,
/// whose README explains the header.
struct Attack: Sendable {
  /// The file's name without its suffix, `57-ptrace`.
  let name: String
  /// Its row of the catalogue, or 100 and up.
  let number: Int
  let task: AttackTask
  /// The reasons that are right for it, in the judge's words.
  let ends: Set<String>
  /// The same without a layer, where that makes a difference.
  let endsWithout: [String: Set<String>]
  /// The layer that stops it.
  let stoppedBy: String
  /// What a verdict's detail must say while that layer is on.
  let says: String?
  /// The system call that a slot with the layer `notify` must name.
  let call: String?
  /// Uses up a whole time limit.
  let isSlow: Bool
  /// The program as a JSON string token: not every program is a Swift string.
  let token: [UInt8]

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Attacks")

  /// What may stand behind `stopped by`.
  static let layers: Set<String> = [
    "judge", "encoder", "wire", "missing values", "no expected value", "output budget", "test limit",
    "total limit", "seccomp", "mountns", "pidns", "rlimits", "descriptors", "environment", "identity",
    "fresh process", "interpreter", "kernel",
  ]
  static let reasons: Set<String> = [
    "wrong answer", "exception", "per-test timeout", "total timeout", "crash", "exited early",
    "out of memory", "output too large", "forbidden system call", "unsupported type", "missing entry point",
    "syntax error",
    "protocol violation",
  ]

  /// Every attack; `witness` is the folder that they know of.
  static func all(witness: String) throws -> [Attack] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".py") }.sorted()
      .map { file in
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        return try Attack(name: String(file.dropLast(3)), text: text, witness: witness)
      }
  }

  private init(name: String, text: String, witness: String) throws {
    var header: [String: String] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("# ") else { break }
      let parts = line.dropFirst(2).split(separator: ":", maxSplits: 1)
      guard let key = parts.first.map(String.init), Attack.isKey(key) else { continue }
      header[key] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    func reasons(_ key: String) throws -> Set<String> {
      let found = Set((header[key] ?? "").components(separatedBy: " | "))
      guard found.isSubset(of: Attack.reasons) else {
        throw Malformed(description: "\(name): '\(key)' names no reason of the judge's: \(found)")
      }
      return found
    }
    guard let number = name.split(separator: "-").first.flatMap({ Int($0) }) else {
      throw Malformed(description: "\(name): no number of the catalogue before the name")
    }
    guard let task = AttackTask.all[header["task"] ?? "int"] else {
      throw Malformed(description: "\(name): no such task")
    }
    guard let layer = header["stopped by"], Attack.layers.contains(layer) else {
      throw Malformed(description: "\(name): 'stopped by' names no layer of Attack.layers")
    }
    self.name = name
    self.number = number
    self.task = task
    stoppedBy = layer
    ends = try reasons("ends")
    var without: [String: Set<String>] = [:]
    for key in header.keys where key.hasPrefix("without ") {
      without[String(key.dropFirst(8).dropLast(5))] = try reasons(key)
    }
    endsWithout = without
    says = header["says"]
    call = header["call"]
    isSlow = header["slow"] != nil
    token =
      try header["source"].map { try Attack.expanded($0, of: name) }
      ?? JSONValue.string(text.replacingOccurrences(of: "@WITNESS@", with: witness)).serialized()
  }

  private static func isKey(_ key: String) -> Bool {
    ["ends", "task", "stopped by", "says", "call", "slow", "source"].contains(key)
      || (key.hasPrefix("without ") && key.hasSuffix(" ends"))
  }

  /// `"(" * 3 + "\ud800"` as one JSON string token; the literals are JSON's.
  private static func expanded(_ expression: String, of name: String) throws -> [UInt8] {
    var token = Array("\"".utf8)
    let literal = #/"((?:[^"\\]|\\.)*)"(?: \* ([0-9]+))?(?: \+ |$)/#
    var rest = expression[...]
    while !rest.isEmpty {
      guard let match = rest.prefixMatch(of: literal), let count = Int(match.2 ?? "1") else {
        throw Malformed(description: "\(name): 'source' is no sum of JSON strings")
      }
      let start = token.count
      let end = start + match.1.utf8.count * count
      if count > 0 { token += Array(match.1.utf8) }
      while token.count < end { token += token[start..<min(token.count, end - token.count + start)] }
      rest = rest[match.range.upperBound...]
    }
    return token + Array("\"".utf8)
  }
}

/// What an attack has to solve instead: different types of outputs are attacked differently.
struct AttackTask: Sendable {
  let name: String
  let dataset: String
  let entryPoint: String
  let reference: String
  let base: String
  let plus: String
  let tolerance: String

  private init(
    _ name: String, returns expression: String, dataset: String = "humaneval", entryPoint: String = "f"
  ) {
    self.name = name
    self.dataset = dataset
    self.entryPoint = entryPoint
    reference = "def \(entryPoint)(x):\n    return \(expression)\n"
    base = "[[1], [2], [3]]"
    plus = "[[4], [5], [6]]"
    tolerance = "0"
  }

  /// HumanEval/32, whose rule looks at the argument after the call.
  private init(root name: String) {
    self.name = name
    dataset = "humaneval"
    entryPoint = "find_zero"
    reference = "def find_zero(xs):\n    return -xs[0] / xs[1]\n"
    base = "[[[-2.0, 1.0]], [[3.0, 4.0]]]"
    plus = "[[[6.0, 3.0]]]"
    tolerance = "0.0001"
  }

  static let all: [String: AttackTask] = Dictionary(
    uniqueKeysWithValues: [
      AttackTask("int", returns: "x * x + 7919"),
      AttackTask("float", returns: "x * 7.919"),
      AttackTask("floats", returns: "[x * 0.37, x + 0.25, 7.919]"),
      AttackTask("single", returns: "[x * 7.919]"),
      AttackTask("wide", returns: "[x * 0.37 + i for i in range(30000)]"),
      AttackTask("str", returns: "'v%d' % (x * x + 7919)"),
      AttackTask("dict", returns: "{'a': x * x, 'b': [x + 7919]}"),
      AttackTask("bool", returns: "x * x % 7 == 2"),
      AttackTask(
        "elements", returns: "(x, x * x + 7919)", dataset: "mbpp", entryPoint: "similar_elements"),
      AttackTask(root: "root"),
    ].map { ($0.name, $0) })

  var referenceToken: [UInt8] { JSONValue.string(reference).serialized() }

  /// The request that opens it, with small limits: half a second a test, three in all, 256 MiB.
  var request: JSONValue {
    [
      "op": "task", "task_id": .string(dataset == "mbpp" ? "Mbpp/2000" : "Test/0"),
      "dataset": .string(dataset), "entry_point": .string(entryPoint), "semantics": "evalplus-head",
      "min_time_limit": 0.5, "time_factor": 4.0, "max_total_time": 1.0, "memory_bytes": .integer(256 << 20),
    ]
  }

  var blobs: [[UInt8]] { [Array(base.utf8), Array(plus.utf8), Array(tolerance.utf8), referenceToken] }
}
