/// What stopped evalkit, in words for the person who can change it.
///
/// ``message`` says what is wrong and where (file, line, task id), ``cause`` what the system or a parser
/// said about it, ``hint`` what to do now.
public struct EvalKitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Whose concern the error is. The command line turns it into an exit status.
  public enum Code: String, Sendable, CaseIterable {
    /// The command or one of its options.
    case usage
    /// A filter that leaves no task.
    case nothingSelected
    /// A file that is absent, unreadable, or not what it should be.
    case data
    /// A transfer that failed.
    case network
    /// This machine: Python, the sandbox, memory, disk.
    case environment
    /// The harness itself.
    case harness
    /// Somebody asked to stop.
    case cancelled
  }

  /// Whose concern it is.
  public let code: Code
  /// What is wrong, and where.
  public let message: String
  /// What a system call, a parser or a server said, if anything.
  public let cause: String?
  /// What to do now, if that is known.
  public let hint: String?

  /// An error from its parts, none of which ends in a full stop or names another.
  public init(_ code: Code, _ message: String, cause: String? = nil, hint: String? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
    self.hint = hint
  }

  /// The three parts on one line each.
  public var description: String {
    var text = message
    if let cause { text += "\n  because: \(cause)" }
    if let hint { text += "\n  try: \(hint)" }
    return text
  }
}
