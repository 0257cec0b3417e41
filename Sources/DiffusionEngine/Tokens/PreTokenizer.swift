/// Cuts text into the words that byte-pair encoding works on: the rule of Qwen2, Llama 3 and LLaDA, written as a
/// scanner of UTF-8.
///
/// The rule's alternatives, tried in this order at every position (tokenizer.json, `Split`):
/// an English contraction in any case; letters, with one leading character that is neither letter,
/// digit nor line end; digits, one or up to three; punctuation, with a leading blank and trailing line ends; white
/// space that ends in line ends; white space but for its last character, when text follows; white space.
/// Together they cover every character, so the words joined are the text.
struct PreTokenizer {
  private let text: [UInt8]
  private let start: Int
  private let end: Int
  private let longestNumber: Int

  /// - Parameters:
  ///   - text: valid UTF-8.
  ///   - range: the part of it that is cut, as if it were all.
  ///   - longestNumber: how many digits one word may hold.
  init(_ text: [UInt8], _ range: Range<Int>, longestNumber: Int = 1) {
    self.text = text
    start = range.lowerBound
    end = range.upperBound
    self.longestNumber = longestNumber
  }

  /// Calls `body` with the place of each word in order.
  func forEachWord(_ body: (Range<Int>) -> Void) {
    var at = start
    while at < end {
      let next = wordEnd(from: at)
      body(at..<next)
      at = next
    }
  }

  /// A character: what it is, and where the next one begins.
  private struct Character {
    let kind: UnicodeClass
    let end: Int
    let isLineEnd: Bool
  }

  /// The character at `at`, or `nil` behind the last one.
  private func character(_ at: Int) -> Character? {
    guard at < end else { return nil }
    let byte = text[at]
    if byte < 0x80 {
      return Character(kind: UnicodeClass(ascii: byte), end: at + 1, isLineEnd: byte == 0x0A || byte == 0x0D)
    }
    let (scalar, end) = UTF8Text.scalar(of: text, at: at)
    return Character(kind: UnicodeClass(scalar), end: end, isLineEnd: false)
  }

  private func wordEnd(from start: Int) -> Int {
    guard let first = character(start) else { return start }
    if let end = contractionEnd(from: start) { return end }
    switch first.kind {
    case .letter: return end(of: .letter, from: first.end)
    case .number: return numberEnd(from: first.end)
    case .space: return spaceEnd(from: start, first)
    case .other:
      if let next = character(first.end), next.kind == .letter { return end(of: .letter, from: next.end) }
      return punctuationEnd(from: first.end)
    }
  }

  private func end(of kind: UnicodeClass, from start: Int) -> Int {
    var at = start
    while let next = character(at), next.kind == kind { at = next.end }
    return at
  }

  private func numberEnd(from start: Int) -> Int {
    var at = start
    for _ in 1..<longestNumber {
      guard let next = character(at), next.kind == .number else { return at }
      at = next.end
    }
    return at
  }

  /// A run of characters of no class, and the line ends after it.
  private func punctuationEnd(from start: Int) -> Int {
    var at = end(of: .other, from: start)
    while let next = character(at), next.isLineEnd { at = next.end }
    return at
  }

  private func spaceEnd(from start: Int, _ first: Character) -> Int {
    // A single white space that is no line end may lead letters; a blank may lead punctuation.
    if let next = character(first.end) {
      if !first.isLineEnd, next.kind == .letter { return end(of: .letter, from: next.end) }
      if text[start] == UInt8(ascii: " "), next.kind == .other { return punctuationEnd(from: next.end) }
    }
    var lastStart = start
    var runEnd = first.end
    var lineEnd = first.isLineEnd ? first.end : start
    while let next = character(runEnd), next.kind == .space {
      lastStart = runEnd
      runEnd = next.end
      if next.isLineEnd { lineEnd = runEnd }
    }
    if lineEnd > start { return lineEnd }
    // The last character of a run stays for the word that follows.
    return runEnd == end || lastStart == start ? runEnd : lastStart
  }

  /// 's 't 're 've 'm 'll 'd, case ignored by Unicode folding: U+017F folds to s.
  private func contractionEnd(from start: Int) -> Int? {
    guard text[start] == UInt8(ascii: "'") else { return nil }
    func folded(_ at: Int) -> UInt8 {
      guard at < end else { return 0 }
      return (0x41...0x5A).contains(text[at]) ? text[at] | 0x20 : text[at]
    }
    let (first, second) = (folded(start + 1), folded(start + 2))
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    case 0xC5: return second == 0xBF ? start + 3 : nil
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return second == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"): return second == UInt8(ascii: "l") ? start + 3 : nil
    default: return nil
    }
  }
}
