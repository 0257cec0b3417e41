import JSON

/// Reads the tasks and rows of a ``ResultFile``.
struct ResultRows {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The format that a task's value shows.
  func format(of task: JSONSlices.Member) throws(JSONError) -> ResultFile.Format {
    if kind(task.value) == .object { return .evalplusLists }
    guard kind(task.value) == .array else { throw JSONError("task '\(task.name)' has no list of samples") }
    guard let first = try JSONSlices.elements(of: bytes, in: task.value).first, kind(first) == .object else {
      throw JSONError("task '\(task.name)' has no sample")
    }
    let row = try JSONSlices(of: bytes, in: first)
    if row["base_status"] != nil { return .evalplus }
    if row["status"] != nil { return .bigcodebench }
    throw JSONError("task '\(task.name)' #0 has neither 'base_status' (evalplus) nor 'status' (bigcodebench)")
  }

  /// The samples of one task, in order.
  func samples(
    of task: JSONSlices.Member, _ format: ResultFile.Format
  ) throws(JSONError) -> [ResultFile.Sample] {
    if format == .evalplusLists {
      return try located(task.name) { () throws(JSONError) in try lists(of: task) }
    }
    guard kind(task.value) == .array else { throw JSONError("task '\(task.name)' has no list of samples") }
    let rows = try JSONSlices.elements(of: bytes, in: task.value)
    if rows.isEmpty { throw JSONError("task '\(task.name)' has no sample") }
    var samples: [ResultFile.Sample] = []
    for (index, row) in rows.enumerated() {
      samples.append(
        try located("\(task.name)", index) { () throws(JSONError) in
          guard kind(row) == .object else { throw JSONError("the sample is no object") }
          let fields = try JSONSlices(of: bytes, in: row)
          if let id = try text("task_id", of: fields), id != task.name {
            throw JSONError("field 'task_id' is '\(id)'")
          }
          return try format == .evalplus ? evalplus(fields) : bigcodebench(fields)
        })
    }
    return samples
  }

  /// A text, or `nil` where there is none.
  func text(_ name: String, of fields: JSONSlices) throws(JSONError) -> String? {
    guard let token = token(name, of: fields) else { return nil }
    guard kind(token) == .string, let text = try JSONValue(parsing: Array(bytes[token])).string else {
      throw JSONError("field '\(name)' is not text")
    }
    return text
  }

  /// Compares evalplus' own `pass_at_k` with what the rows give.
  func check(_ claims: Range<Int>, against tasks: [ResultFile.Task]) throws(JSONError) {
    let document = try JSONValue(parsing: Array(bytes[claims]))
    for half in Half.allCases {
      guard case .object(let claims)? = document[half.rawValue] else { continue }
      for claim in claims.members {
        guard claim.name.hasPrefix("pass@"), let k = Int(claim.name.dropFirst(5)), k >= 1,
          let value = claim.value.double
        else { throw JSONError("field 'pass_at_k.\(half.rawValue)': '\(claim.name)' is no pass@k") }
        guard tasks.allSatisfy({ $0.samples.count >= k }) else {
          throw JSONError(
            "field 'pass_at_k.\(half.rawValue)' has pass@\(k), but not every task has \(k) samples")
        }
        let mean = tasks.meanPass(at: k, half)
        guard abs(mean - value) < 1e-9 else {
          throw JSONError(
            "field 'pass_at_k.\(half.rawValue).pass@\(k)' is \(value), the rows give \(mean): one of them was edited"
          )
        }
      }
    }
  }

  // MARK: The three formats

  private func evalplus(_ fields: JSONSlices) throws(JSONError) -> ResultFile.Sample {
    func half(_ name: String) throws(JSONError) -> HalfVerdict? {
      guard let status = try text("\(name)_status", of: fields) else { return nil }
      var detail: JSONObject = [:]
      if let failing = token("\(name)_fail_tests", of: fields) {
        guard kind(failing) == .array else { throw JSONError("field '\(name)_fail_tests' is not a list") }
        detail = try Self.failing(failing, in: bytes)
      }
      return try verdict(status, "\(name)_status", detail)
    }
    guard let base = try half("base") else { throw JSONError("field 'base_status' is missing") }
    return ResultFile.Sample(program: try program(fields), base: base, plus: try half("plus"))
  }

  private func bigcodebench(_ fields: JSONSlices) throws(JSONError) -> ResultFile.Sample {
    guard let status = try text("status", of: fields) else { throw JSONError("field 'status' is missing") }
    var detail: JSONObject = [:]
    if let details = token("details", of: fields) {
      guard kind(details) == .object else { throw JSONError("field 'details' is not an object") }
      let members = try JSONSlices(of: bytes, in: details).members
      detail["details"] = .raw(Array(bytes[details]))
      // A test's name and the end of its traceback.
      if let first = members.first, kind(first.value) == .string {
        let text = (try? JSONValue(parsing: Array(bytes[first.value])))?.string ?? ""
        let last = text.split(separator: "\n").last { $0.contains { !$0.isWhitespace } }
        detail["detail"] = .string("\(first.name): \((last ?? "").prefix(400))")
      }
    }
    return ResultFile.Sample(
      program: try program(fields), base: try verdict(status, "status", detail), plus: nil)
  }

  /// The generation that has a list of statuses a half, and no programs.
  private func lists(of task: JSONSlices.Member) throws(JSONError) -> [ResultFile.Sample] {
    guard kind(task.value) == .object else { throw JSONError("there are no 'base' and 'plus'") }
    let fields = try JSONSlices(of: bytes, in: task.value)
    func half(_ name: String) throws(JSONError) -> [HalfVerdict] {
      guard let list = token(name, of: fields) else { return [] }
      guard kind(list) == .array else { throw JSONError("field '\(name)' is not a list") }
      var verdicts: [HalfVerdict] = []
      for (index, pair) in try JSONSlices.elements(of: bytes, in: list).enumerated() {
        let place = "\(name)[\(index)]"
        guard kind(pair) == .array else { throw JSONError("'\(place)' is no pair of status and details") }
        let parts = try JSONSlices.elements(of: bytes, in: pair)
        guard let first = parts.first, kind(first) == .string,
          let status = try JSONValue(parsing: Array(bytes[first])).string
        else { throw JSONError("'\(place)' has no status") }
        var detail: JSONObject = [:]
        // One truth value a test, up to where it stopped.
        if parts.count > 1, let tests = try JSONValue(parsing: Array(bytes[parts[1]])).array {
          detail["tests_run"] = JSONValue(tests.count)
          if let failed = tests.firstIndex(where: { $0.bool == false || $0.integer == 0 }) {
            detail["test"] = JSONValue(failed)
          }
        }
        verdicts.append(try verdict(status, place, detail))
      }
      return verdicts
    }
    let (base, plus) = (try half("base"), try half("plus"))
    if base.isEmpty { throw JSONError("field 'base' is missing or empty") }
    guard plus.isEmpty || plus.count == base.count else {
      throw JSONError("'base' has \(base.count) samples and 'plus' \(plus.count)")
    }
    if let count = token("nfiles", of: fields),
      try JSONValue(parsing: Array(bytes[count])).integer != base.count
    {
      throw JSONError("field 'nfiles' is not the number of its samples, \(base.count)")
    }
    return base.indices.map {
      ResultFile.Sample(program: nil, base: base[$0], plus: plus.isEmpty ? nil : plus[$0])
    }
  }

  // MARK: Fields

  private func kind(_ value: Range<Int>) -> JSONKind? {
    value.isEmpty ? nil : JSONKind(firstByte: bytes[value.lowerBound])
  }

  /// Where the value of `name` lies; `nil` for none and for `null`.
  private func token(_ name: String, of fields: JSONSlices) -> Range<Int>? {
    fields[name].flatMap { bytes[$0].elementsEqual("null".utf8) ? nil : $0 }
  }

  private func program(_ fields: JSONSlices) throws(JSONError) -> Program? {
    guard let solution = token("solution", of: fields) else { return nil }
    guard kind(solution) == .string else { throw JSONError("field 'solution' is not text") }
    return Program(token: Array(bytes[solution]))
  }

  private func verdict(
    _ word: String, _ field: String, _ detail: JSONObject
  ) throws(JSONError) -> HalfVerdict {
    switch word {
    case "pass", "success": HalfVerdict(status: .pass, reason: "passed")
    // Why, no file says.
    case "fail", "failed": HalfVerdict(status: .fail, reason: "failed", detail: detail)
    case "timeout", "timed out": HalfVerdict(status: .timeout, reason: "timeout", detail: detail)
    default: throw JSONError("field '\(field)' is '\(word.prefix(40))', which is no status")
    }
  }

  /// The recorded inputs, and the first of them for people.
  private static func failing(_ list: Range<Int>, in bytes: [UInt8]) throws(JSONError) -> JSONObject {
    var detail: JSONObject = ["fail_tests": .string(String(decoding: bytes[list], as: UTF8.self))]
    if let first = try JSONSlices.elements(of: bytes, in: list).first {
      let text = String(decoding: bytes[first], as: UTF8.self)
      detail["input"] = .string(text.count > 2000 ? "\(text.prefix(1000)) ... \(text.suffix(1000))" : text)
    }
    return detail
  }

  /// Puts task and sample before an error's sentence.
  private func located<Value>(
    _ task: String, _ sample: Int? = nil, _ body: () throws(JSONError) -> Value
  ) throws(JSONError) -> Value {
    do {
      return try body()
    } catch {
      throw JSONError("task '\(task)'\(sample.map { " #\($0)" } ?? ""): \(error.description)")
    }
  }
}

extension [ResultFile.Task] {
  /// pass@k over the tasks, each of which has at least `k` samples.
  func meanPass(at k: Int, _ half: Half) -> Double {
    let sum = reduce(0) {
      $0 + passAtK(samples: $1.samples.count, correct: $1.samples.count { $0.passed(half) }, k: k)
    }
    return sum / Double(count)
  }
}

extension ResultFile.Sample {
  func passed(_ half: Half) -> Bool {
    base.status == .pass && (half == .base || plus?.status == .pass)
  }
}
