import JSON

/// Reads journals without changing them.
enum JournalLines {
  /// Hands each whole line to `visit`, without its newline.
  ///
  /// - Parameter hint: what to do about a line that `visit` refuses.
  /// - Returns: how many bytes stand up to the last newline, with it, and how many after.
  /// - Throws: ``EvalKitError`` (`data`) that names the file and the line `visit` refused.
  @discardableResult
  static func read(
    _ path: String,
    hint: String = "the run is no evidence any more; make it again in another folder",
    visit: (_ line: Int, _ bytes: [UInt8]) throws(JSONError) -> Void
  ) throws(EvalKitError) -> (whole: Int, torn: Int) {
    let bytes = try FileBytes.read(path, limit: .max)
    var (start, number) = (0, 0)
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      number += 1
      do {
        try visit(number, Array(bytes[start..<end]))
      } catch {
        throw EvalKitError(
          .data, "'\(path)' is damaged in line \(number)", cause: error.description,
          hint: hint)
      }
      start = end + 1
    }
    return (whole: start, torn: bytes.count - start)
  }
}
