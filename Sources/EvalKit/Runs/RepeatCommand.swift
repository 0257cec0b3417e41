import JSON

/// The command line that repeats a run, as far as its identity tells: files are named by their hashes.
struct RepeatCommand {
  let text: String

  /// The sampler's keys and the options that set them.
  private static let sampler = [
    ("algorithm", "--alg"), ("temperature", "--temperature"), ("top_p", "--top-p"),
    ("alg_temp", "--alg-temp"),
    ("max_new_tokens", "--max-new-tokens"), ("steps", "--steps"), ("seed", "--seed"),
  ]

  init(_ identity: RunIdentity) {
    let document = JSONValue.object(identity.json)
    let benchmarks = document["benchmarks"]?.array ?? []
    if let results = document["results"] {
      let (format, hash) = (results["format"]?.string ?? "", results["sha256"]?.string ?? "")
      text = "not recorded: a result file of \(format), sha256:\(hash)"
      return
    }
    let names = benchmarks.compactMap { $0["name"]?.string }
    let source = document["source"]
    let hash = source?["sha256"]?.string ?? "unknown"
    var words = ["evalkit"]
    switch source?["kind"]?.string {
    case "samples": words += ["score", "SAMPLES(sha256:\(hash))", "--benchmark"] + names
    case "canonical": words += ["run"] + names + ["--model", "canonical"]
    default:
      words += ["run"] + names + ["--model", "CHECKPOINT(sha256:\(hash))"]
      if let precision = source?["precision"]?.string?.split(separator: "/").first {
        words += ["--precision", String(precision)]
      }
      if let style = source?["prompt_style"]?.string { words += ["--prompt-style", style] }
      for (key, option) in Self.sampler {
        if let value = source?["sampler"]?[key] { words += [option, Self.word(value)] }
      }
    }
    if let count = source?["samples_per_task"]?.integer, count != 1 { words += ["-n", "\(count)"] }
    for benchmark in benchmarks {
      for task in benchmark["tasks"]?.array ?? [] { words += ["--task", Self.word(task)] }
    }
    if let scoring = document["scoring"] {
      if let semantics = scoring["semantics"]?.string { words += ["--semantics", semantics] }
      if let seconds = scoring["min_time_limit"] { words += ["--timeout", Self.word(seconds)] }
    }
    text = words.joined(separator: " ")
  }

  private static func word(_ value: JSONValue) -> String {
    value.string ?? String(decoding: value.serialized(), as: UTF8.self)
  }
}
