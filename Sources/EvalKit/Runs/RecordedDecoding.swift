public import JSON

/// How one answer was decoded, as the generator's fact `decoding` has it. The numbers are the engine's.
public struct RecordedDecoding: Sendable, Equatable {
  /// AR-ness@k for k = 1, 2, … up to the answer's end, 0...1 each (arXiv 2506.20639, section 4.1).
  public let localARness: [Double]
  public let globalARness: [Double]
  /// Tokens of the answer for each run of the network.
  public let tokensPerForward: Double?
  /// The canvas, which a run keeps for each task's first sample.
  public let canvas: Canvas?

  /// The positions after the prompt, from the first to the last one revealed.
  public struct Canvas: Sendable, Equatable {
    /// Steps of the schedule.
    public let steps: Int
    /// The text of each token by itself.
    public let pieces: [String]
    /// The step, from 0, that revealed each; `nil` for a mask that is left.
    public let commitStep: [Int?]
    /// The position of the first end token.
    public let end: Int?
  }

  public init(
    localARness: [Double], globalARness: [Double], tokensPerForward: Double?, canvas: Canvas? = nil
  ) {
    self.localARness = localARness
    self.globalARness = globalARness
    self.tokensPerForward = tokensPerForward
    self.canvas = canvas
  }

  var withoutCanvas: RecordedDecoding {
    RecordedDecoding(
      localARness: localARness, globalARness: globalARness, tokensPerForward: tokensPerForward)
  }

  /// - Throws: `JSONError` that names the member.
  public init(json: JSONValue) throws(JSONError) {
    func numbers(_ name: String) throws(JSONError) -> [Double] {
      try json.require(name, \.array).map { $0.double ?? .nan }.filter { (0...1).contains($0) }
    }
    localARness = try numbers("local_ar_ness")
    globalARness = try numbers("global_ar_ness")
    tokensPerForward = json["tokens_per_forward"]?.double
    guard json["commit_step"] != nil else {
      canvas = nil
      return
    }
    let steps = try json.require("steps", \.integer)
    let pieces = try json.require("pieces", \.array).map { $0.string ?? "" }
    let commitStep = try json.require("commit_step", \.array).map { step in
      step.integer.flatMap { (0..<max(steps, 0)).contains($0) ? $0 : nil }
    }
    guard pieces.count == commitStep.count else {
      throw JSONError("'pieces' and 'commit_step' of 'decoding' differ in length")
    }
    canvas = Canvas(steps: steps, pieces: pieces, commitStep: commitStep, end: json["end"]?.integer)
  }
}
