public import JSON

/// What became of one half (base or plus) of one candidate.
public struct HalfVerdict: Sendable, Equatable {
  /// evalplus' own three words (`evalplus/eval/__init__.py`). A crash is `timeout` there, and here.
  public enum Status: String, Sendable, CaseIterable {
    case pass, fail, timeout
  }

  public let status: Status
  /// Why, in the words of the judge: "wrong answer", "exception", "total timeout", …
  public let reason: String
  /// The rest of what the judge said, as it said it: test index, times, the exception's text.
  public let detail: JSONObject

  public init(status: Status, reason: String, detail: JSONObject = [:]) {
    self.status = status
    self.reason = reason
    self.detail = detail
  }
}

/// The verdict on one candidate. It is about the program only; what goes wrong on our side is a
/// ``HarnessFault``.
public struct Verdict: Sendable, Equatable {
  public var base: HalfVerdict
  public var plus: HalfVerdict
  /// Whether another verdict came first, on a busy machine: the program is near a time limit.
  public let isTimingSensitive: Bool
  /// What the sanitizer was given, judged too; `nil` where that was not asked for.
  public var unsanitized: Unsanitized?

  public init(
    base: HalfVerdict, plus: HalfVerdict, isTimingSensitive: Bool = false, unsanitized: Unsanitized? = nil
  ) {
    self.base = base
    self.plus = plus
    self.isTimingSensitive = isTimingSensitive
    self.unsanitized = unsanitized
  }

  public func half(_ half: Half) -> HalfVerdict { half == .base ? base : plus }

  /// The verdict on the text before the sanitizer: the raw text after the prompt, cut at the stop strings.
  public enum Unsanitized: Sendable, Equatable {
    /// The sanitizer left it as it was.
    case same
    case judged(base: HalfVerdict, plus: HalfVerdict)
  }

  /// This verdict, made on a quiet machine, in place of an earlier one; times are no difference.
  func replacing(_ earlier: Verdict?) -> Verdict {
    guard let earlier else { return self }
    func ending(_ half: HalfVerdict) -> [String] { [half.status.rawValue, half.reason] }
    let differs = ending(base) != ending(earlier.base) || ending(plus) != ending(earlier.plus)
    return Verdict(base: base, plus: plus, isTimingSensitive: differs, unsanitized: unsanitized)
  }
}

/// The sandbox, not the program, failed; the candidate has no verdict.
public struct HarnessFault: Error, Sendable, Equatable {
  public let detail: String

  public init(_ detail: String) { self.detail = detail }
}

extension HalfVerdict {
  init(json: JSONValue) throws(JSONError) {
    let word = try json.require("status", \.string)
    guard let status = Status(rawValue: word) else { throw JSONError("unknown status '\(word)'") }
    var detail = json.object ?? [:]
    detail["status"] = nil
    detail["reason"] = nil
    self.init(status: status, reason: try json.require("reason", \.string), detail: detail)
  }

  /// As in `verdicts.jsonl`.
  public var document: JSONObject {
    var object: JSONObject = ["status": .string(status.rawValue), "reason": .string(reason)]
    for member in detail.members { object[member.name] = member.value }
    return object
  }

  var json: JSONValue { .object(document) }
}

extension Verdict {
  init(json: JSONValue) throws(JSONError) {
    self.init(
      base: try HalfVerdict(json: try json.require("base") { $0 }),
      plus: try HalfVerdict(json: try json.require("plus") { $0 }),
      isTimingSensitive: json["timing_sensitive"]?.bool ?? false,
      unsanitized: try json["unsanitized"].map { (json) throws(JSONError) in try Unsanitized(json: json) })
  }
}

extension Verdict.Unsanitized {
  init(json: JSONValue) throws(JSONError) {
    if json.string == "same" {
      self = .same
    } else {
      self = .judged(
        base: try HalfVerdict(json: try json.require("base") { $0 }),
        plus: try HalfVerdict(json: try json.require("plus") { $0 }))
    }
  }

  var json: JSONValue {
    switch self {
    case .same: "same"
    case .judged(let base, let plus): ["base": base.json, "plus": plus.json]
    }
  }
}
