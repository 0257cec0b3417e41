/// The ids of words met before in one text: source code repeats its words.
///
/// A word's place is given by its hash, and a later word takes the place of an earlier one. Words and ids stay
/// where they are, in the text and in the result; this holds only where.
struct KnownWords {
  private struct Entry {
    var hash: UInt64 = 0
    var word: Range<Int> = 0..<0
    var ids: Range<Int> = 0..<0
  }

  private var entries = [Entry](repeating: Entry(), count: KnownWords.capacity)

  private static let capacity = 1 << 13
  private static let longest = 64

  static func hash(_ text: [UInt8], _ range: Range<Int>) -> UInt64 {
    // FNV-1a, with its high bits folded down for the place.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text[range] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ hash >> 32
  }

  /// Where the ids of the word `text[range]` are, if it was met.
  func ids(of text: [UInt8], _ range: Range<Int>, hash: UInt64) -> Range<Int>? {
    let entry = entries[Int(truncatingIfNeeded: hash) & (KnownWords.capacity - 1)]
    guard entry.hash == hash, !entry.ids.isEmpty, entry.word.count == range.count,
      text[entry.word].elementsEqual(text[range])
    else { return nil }
    return entry.ids
  }

  mutating func add(_ range: Range<Int>, ids: Range<Int>, hash: UInt64) {
    guard range.count <= KnownWords.longest else { return }
    entries[Int(truncatingIfNeeded: hash) & (KnownWords.capacity - 1)] = Entry(
      hash: hash, word: range, ids: ids)
  }
}
