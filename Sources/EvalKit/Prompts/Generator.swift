public import JSON

/// A model as the harness sees it: text in, text out.
///
/// The engine is made one in `EvalKitCLI/EngineGenerator.swift`; tests write their own.
public protocol Generator: Sendable {
  /// A short name for run folders and reports, such as the checkpoint folder's.
  var label: String { get }
  /// Everything that decides what ``complete(_:sample:)`` returns: model hash, sampler, seed, precision.
  var identity: JSONObject { get }
  var promptStyle: PromptStyle { get }

  /// The text of `conversation`, up to where the model goes on, for ``PromptStyle/chat``.
  func text(of conversation: Conversation) throws -> String

  /// One completion. The same prompt and sample give the same text, in any order and any run.
  func complete(_ prompt: Prompt, sample: Int) async throws -> Completion
}

extension Generator {
  /// ChatML.
  public func text(of conversation: Conversation) throws -> String { conversation.chatML }
}

/// Where a run's programs come from.
public enum SampleSource: Sendable {
  case model(any Generator, samplesPerTask: Int)
  /// The benchmark's own reference solutions: a check of data and sandbox that must score 100 %.
  case canonical(samplesPerTask: Int)
  case file(SampleFile)
}
