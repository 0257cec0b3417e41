/// One sample of a run with all that the run's folder says about it, for people: what was asked, what came
/// back, what was run, what came of it.
public struct RecordedCase: Sendable {
  public let id: SampleID
  /// The model's answer as it came, cut at its end marker; `nil` where programs came from a file.
  public let rawText: String?
  /// The program that was run: the raw text after the prompt, cut at the stop strings and sanitised.
  public let program: String?
  /// Whether the sanitizer's parser gave up, so that the program is the raw text, cut.
  public let sanitizerGaveUp: Bool
  /// Base and plus with the first failing test, its input, expected and got, the end of what the program wrote,
  /// time and memory (`HalfVerdict.input`, `.outputTail`, `.wallSeconds`, …). `nil`: not judged.
  public let verdict: Verdict?
  /// Tokens of the prompt, runs of the network, masks in the answer; of a model's samples.
  public let promptTokens: Int?
  public let forwardPasses: Int?
  public let masksLeft: Int?
  /// How the answer was decoded, where the run recorded it.
  public let decoding: RecordedDecoding?

  public init(
    id: SampleID, rawText: String? = nil, program: String? = nil, sanitizerGaveUp: Bool = false,
    verdict: Verdict? = nil, promptTokens: Int? = nil, forwardPasses: Int? = nil, masksLeft: Int? = nil,
    decoding: RecordedDecoding? = nil
  ) {
    self.id = id
    self.rawText = rawText
    self.program = program
    self.sanitizerGaveUp = sanitizerGaveUp
    self.verdict = verdict
    self.promptTokens = promptTokens
    self.forwardPasses = forwardPasses
    self.masksLeft = masksLeft
    self.decoding = decoding
  }
}
