import JSON

/// Reads the journals of a finished run without changing them.
enum JournalLines {
  /// Hands each whole line to `visit`, without its newline.
  ///
  /// - Returns: how many bytes stand after the last newline.
  /// - Throws: ``EvalKitError`` (`data`) that names the file and the line `visit` refused.
  @discardableResult
  static func read(
    _ path: String, visit: (_ line: Int, _ bytes: [UInt8]) throws(JSONError) -> Void
  ) throws(EvalKitError) -> Int {
    let bytes = try FileBytes.read(path, limit: .max)
    var (start, number) = (0, 0)
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      number += 1
      do {
        try visit(number, Array(bytes[start..<end]))
      } catch {
        throw EvalKitError(
          .data, "'\(path)' is damaged in line \(number)", cause: error.description,
          hint: "the run is no evidence any more; make it again in another folder")
      }
      start = end + 1
    }
    return bytes.count - start
  }
}
