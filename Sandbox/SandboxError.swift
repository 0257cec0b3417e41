/// What went wrong with the sandbox itself. Never a verdict about a program.
public enum SandboxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The program `evalkit-jail` is not where it is looked for.
  case jailNotFound(searched: [String])
  /// No usable Python interpreter.
  case pythonNotFound(searched: [String], detail: String)
  /// The jail answered the probe with something else than its report.
  case probeFailed(String)
  /// The slot's processes ended; `detail` is the end of what they wrote to stderr.
  case slotDied(detail: String)
  /// The judge broke the message format of the slot.
  case badMessage(String)
  /// Two exchanges at once, or one after an exchange that failed.
  case slotNotReady

  /// A sentence with the remedy.
  public var description: String {
    switch self {
    case .jailNotFound(let searched):
      "evalkit-jail was not found (searched: \(searched.joined(separator: ", "))); "
        + "build it with 'swift build --product evalkit-jail' or name it in EVALKIT_JAIL"
    case .pythonNotFound(let searched, let detail):
      "no usable Python among \(searched.joined(separator: ", ")): \(detail); "
        + "name a Python 3.9 or later in EVALKIT_PYTHON"
    case .probeFailed(let detail):
      "the sandbox probe failed: \(detail)"
    case .slotDied(let detail):
      "the sandbox slot ended: \(detail.isEmpty ? "it wrote no reason" : detail)"
    case .badMessage(let detail):
      "the judge's message is malformed: \(detail)"
    case .slotNotReady:
      "the sandbox slot is busy or broken; exchanges alternate strictly, and none follows a failed one"
    }
  }
}
