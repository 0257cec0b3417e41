/// Finds what a mistyped word was meant to be.
enum Spelling {
  /// The candidate with the fewest single-character edits to `word`, unless that is more than a third of
  /// the longer of the two, where a guess would only confuse.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let measured = candidates.map { (word: $0, edits: edits(Array(word), Array($0))) }
    guard let best = measured.min(by: { $0.edits < $1.edits }) else { return nil }
    return best.edits * 3 <= max(word.count, best.word.count) ? best.word : nil
  }

  /// Levenshtein distance: insertions, deletions and replacements.
  private static func edits(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
