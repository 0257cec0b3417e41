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
    var (whole, number) = (0, 0)
    // The beginning of a line whose end is in the next piece.
    var begun: [UInt8] = []
    try FileBytes.pieces(of: path) { (piece) throws(EvalKitError) in
      var start = 0
      while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
        number += 1
        let line = begun + piece[start..<end]
        do throws(JSONError) {
          try visit(number, line)
        } catch {
          throw EvalKitError(
            .data, "'\(path)' is damaged in line \(number)", cause: error.description,
            hint: hint)
        }
        begun = []
        whole += line.count + 1
        start = end + 1
      }
      begun += piece[start...]
    }
    return (whole: whole, torn: begun.count)
  }
}
