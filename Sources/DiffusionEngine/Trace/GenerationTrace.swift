public import JSON

/// A generation written down: what `evalkit complete --json` prints and `evalkit trace` shows.
///
/// The lists have one element for each new token, and `nil` where a mask is left.
public struct GenerationTrace: Sendable, Equatable {
  /// The prompt.
  public let promptIds: [Int32]
  /// The new tokens.
  public let ids: [Int32]
  /// The answer: the text of the new tokens before the first end token.
  public let text: String
  /// The text of each new token by itself; bytes that are no UTF-8 alone are U+FFFD.
  public let pieces: [String]
  /// The step, from 0, that committed each position.
  public let commitStep: [Int?]
  /// By what the algorithm ranked the position in that step.
  public let confidence: [Float?]
  /// Entropy of the distribution of its token then, in nats, after temperature and filters.
  public let entropy: [Float?]
  /// Steps of the schedule.
  public let steps: Int
  /// How often the network ran.
  public let forwards: Int
  /// See ``Generation/tieDecidedShare``.
  public let tieDecidedShare: Double
  /// Index in `ids` of the first end token.
  public let end: Int?

  /// Writes `generation` down.
  ///
  /// - Parameters:
  ///   - endTokens: what ends the answer.
  ///   - steps: steps of the schedule.
  public init(_ generation: Generation, _ tokenizer: Tokenizer, endTokens: Set<Int32>, steps: Int) {
    let start = generation.promptCount
    promptIds = Array(generation.tokens[..<start])
    ids = generation.generated
    text = tokenizer.decode(generation.answer(endTokens: endTokens))
    pieces = ids.map { tokenizer.decode([$0]) }
    commitStep = Array(generation.commitSteps[start...])
    var confidence = [Float?](repeating: nil, count: ids.count)
    var entropy = confidence
    for commit in generation.commits where commit.position >= start {
      confidence[commit.position - start] = commit.confidence
      entropy[commit.position - start] = commit.entropy
    }
    self.confidence = confidence
    self.entropy = entropy
    // A model of blocks rounds the steps of each block up.
    self.steps = max(steps, (generation.commits.map(\.step).max() ?? 0) + 1)
    forwards = generation.forwards
    tieDecidedShare = generation.tieDecidedShare
    end = ids.firstIndex { endTokens.contains($0) }
  }

  /// Reads what ``json`` wrote.
  ///
  /// - Throws: `.malformed` that names the field.
  public init(_ json: JSONValue) throws(EngineError) {
    func wrong(_ what: String) -> EngineError {
      EngineError(.malformed, what, hint: "a trace is the output of 'evalkit complete --json'")
    }
    func list<Element>(_ name: String, _ element: (JSONValue) -> Element?) throws(EngineError) -> [Element] {
      guard let values = json[name]?.array else { throw wrong("field '\(name)' is not a list") }
      let elements = values.compactMap(element)
      guard elements.count == values.count else { throw wrong("field '\(name)' has a wrong element") }
      return elements
    }
    func whole(_ name: String) throws(EngineError) -> Int {
      guard let value = json[name]?.integer, value >= 0 else { throw wrong("field '\(name)' is not a count") }
      return value
    }
    func optional<Value>(_ value: JSONValue, _ read: (JSONValue) -> Value?) -> Value?? {
      if value == .null { return .some(nil) }
      return read(value).map { .some($0) }
    }
    let id: (JSONValue) -> Int32? = { $0.integer.flatMap { Int32(exactly: $0) } }
    let number: (JSONValue) -> Float?? = { value in optional(value) { $0.double.map { Float($0) } } }
    let steps = try whole("steps")
    promptIds = try list("prompt_ids", id)
    ids = try list("ids", id)
    pieces = try list("pieces", \.string)
    commitStep = try list("commit_step") { value in
      optional(value) { $0.integer.flatMap { (0..<steps).contains($0) ? $0 : nil } }
    }
    confidence = try list("confidence", number)
    entropy = try list("entropy", number)
    guard let text = json["text"]?.string else { throw wrong("field 'text' is not a text") }
    self.text = text
    self.steps = steps
    forwards = try whole("forward_passes")
    guard let share = json["tie_decided_share"]?.double else {
      throw wrong("field 'tie_decided_share' is not a number")
    }
    tieDecidedShare = share
    end = json["end"] == nil ? nil : try whole("end")
    let counts = [pieces.count, commitStep.count, confidence.count, entropy.count]
    guard counts.allSatisfy({ $0 == ids.count }), end ?? 0 <= ids.count else {
      throw wrong("the lists of the trace differ in length")
    }
  }

  /// The trace and its statistics as one object.
  public var json: JSONValue {
    .object([
      "prompt_ids": .array(promptIds.map { JSONValue(Int($0)) }),
      "ids": .array(ids.map { JSONValue(Int($0)) }), "text": .string(text),
      "commit_step": .array(commitStep.map { JSONValue($0) }),
      "pieces": .array(pieces.map { .string($0) }),
      "confidence": .array(confidence.map { JSONValue($0.map { Double($0) }) }),
      "entropy": .array(entropy.map { JSONValue($0.map { Double($0) }) }),
      "steps": JSONValue(steps), "forward_passes": JSONValue(forwards),
      "tie_decided_share": .double(tieDecidedShare), "end": JSONValue(end),
      "statistics": TraceStatistics(self).json,
    ])
  }

  /// The order in which positions were revealed: by step, then surest first, then leftmost.
  public var order: DecodingOrder {
    let revealed = commitStep.indices.compactMap { position in
      commitStep[position].map { (step: $0, doubt: -(confidence[position] ?? 0), position: position) }
    }
    return DecodingOrder(
      positions: revealed.sorted { ($0.step, $0.doubt, $0.position) < ($1.step, $1.doubt, $1.position) }
        .map(\.position),
      length: ids.count)
  }
}
