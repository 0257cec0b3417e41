/// What went wrong in the engine and what to do about it.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The classes of failure a caller may treat differently.
  public enum Kind: Sendable, Equatable {
    /// A file or folder is absent or cannot be opened.
    case missing
    /// A file is there and is not what its format promises.
    case malformed
    /// The file is valid and asks for something this engine does not have.
    case unsupported
    /// An argument of the caller is out of range.
    case invalidArgument
    /// The caller's cancellation check said so.
    case cancelled
    /// The caller's step hook threw.
    case interrupted
  }

  /// The class of the failure.
  public let kind: Kind
  /// One lower-case sentence that names the file, tensor, field or option.
  public let message: String
  /// What to do about it, or empty.
  public let hint: String

  /// An error of `kind` with the texts of ``message`` and ``hint``.
  public init(_ kind: Kind, _ message: String, hint: String = "") {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// The generation was cancelled between two steps.
  public static let cancelled = EngineError(.cancelled, "generation was cancelled")

  /// Whether the caller itself asked for the end.
  public var isCancelled: Bool { kind == .cancelled }

  /// Message and hint in one line.
  public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
