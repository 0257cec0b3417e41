#if canImport(Glibc)
  import Glibc
#endif

/// Standard output for results, standard error for everything else.
enum Console {
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  static let outputIsTerminal = isatty(STDOUT_FILENO) == 1

  /// Colour needs a terminal that wants it (https://no-color.org); it is never the only sign.
  static let errorHasColour = errorIsTerminal && colourIsWanted
  static let outputHasColour = outputIsTerminal && colourIsWanted

  private static let colourIsWanted =
    (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    && getenv("TERM").map { String(cString: $0) != "dumb" } ?? false

  static func result(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  static func result(_ bytes: [UInt8]) {
    result(String(decoding: bytes, as: UTF8.self))
  }

  static func note(_ text: String) { write("evalkit: \(text)\n", to: STDERR_FILENO) }

  static func warning(_ text: String) {
    write("\(paint("warning:", 33)) \(text)\n", to: STDERR_FILENO)
  }

  /// A whole line in red: what must not be overlooked.
  static func alarm(_ text: String) { write("\(paint("evalkit: \(text)", 31))\n", to: STDERR_FILENO) }

  static func error(_ text: String) { write("\(paint("error:", 31)) \(text)\n", to: STDERR_FILENO) }

  static func errorDetail(_ kind: String, _ text: String) {
    write("  \(kind): \(text)\n", to: STDERR_FILENO)
  }

  static func paint(_ text: String, _ colour: Int) -> String {
    errorHasColour ? "\u{1B}[1;\(colour)m\(text)\u{1B}[0m" : text
  }

  /// Writes all of it; what the reader of a closed pipe no longer wants is dropped.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Columns of the terminal behind standard error.
  static var width: Int { columns(of: STDERR_FILENO) ?? 80 }

  /// What COLUMNS says; else the columns of the terminal behind standard output, `nil` when it is none.
  static var outputWidth: Int? {
    if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns > 0 { return columns }
    return columns(of: STDOUT_FILENO)
  }

  /// Lines of the terminal behind standard output; `nil` when it is none.
  static var outputHeight: Int? { size(of: STDOUT_FILENO).flatMap { $0.ws_row > 0 ? Int($0.ws_row) : nil } }

  private static func columns(of descriptor: Int32) -> Int? {
    size(of: descriptor).flatMap { $0.ws_col > 0 ? Int($0.ws_col) : nil }
  }

  private static func size(of descriptor: Int32) -> winsize? {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
  }
}
