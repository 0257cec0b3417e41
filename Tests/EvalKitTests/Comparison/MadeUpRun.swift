import EvalKit
import JSON

/// A run without files: verdicts as a test wants them.
enum MadeUpRun {
  /// - Parameters:
  ///   - tasks: of each benchmark, each sample right or wrong.
  ///   - changes: leaves of the identity in other values, by dotted key.
  static func run(
    _ name: String = "run", _ tasks: [String: [[Bool]]], changes: [String: JSONValue] = [:],
    isComplete: Bool = true, isInsecure: Bool = false, missing: [String] = []
  ) -> RecordedRun {
    let names = tasks.keys.sorted()
    var identity = JSONValue.object([
      "schema": "evalkit.identity", "evalkit": "0.1.0",
      "benchmarks": .array(names.map { ["name": .string($0), "sha256": "d", "tasks": "all"] }),
      "source": [
        "kind": "model", "sha256": "m", "precision": "fp32", "prompt_style": "chat", "samples_per_task": 1,
        "sampler": ["steps": 512, "seed": "0"],
      ],
      "scoring": ["semantics": "evalplus-head", "python": "3.11.2", "sandbox": ["tier": "full"]],
    ])
    for (key, value) in changes {
      identity = set(identity, key.split(separator: ".").map { String($0) }, value)
    }
    let benchmarks = names.map { name in
      RecordedBenchmark(
        name: name,
        tasks: (tasks[name] ?? []).enumerated().map { index, samples in
          RecordedTask(
            task: "\(name)/\(index)",
            samples: samples.enumerated().map {
              .init(number: $0.offset, passedBase: true, passedPlus: $0.element)
            })
        }, ks: [1], missing: missing, notJudged: isComplete ? [] : ["\(name)/0 #0"])
    }
    return RecordedRun(
      path: "Results/\(name)", identity: RunIdentity(identity.object ?? [:]), isComplete: isComplete,
      isInsecure: isInsecure, benchmarks: benchmarks)
  }

  /// One sample a task: `right` right ones, `wrong` wrong ones, in the order given.
  static func answers(_ counts: (right: Int, wrong: Int)...) -> [[Bool]] {
    counts.flatMap {
      Array(repeating: [true], count: $0.right) + Array(repeating: [false], count: $0.wrong)
    }
  }

  private static func set(_ value: JSONValue, _ path: [String], _ new: JSONValue) -> JSONValue {
    guard let first = path.first else { return new }
    var object = value.object ?? [:]
    object[first] = set(object[first] ?? .null, Array(path.dropFirst()), new)
    return .object(object)
  }
}
