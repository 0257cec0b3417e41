/// Cuts text into the words that byte-pair encoding works on: the Qwen2 rule, written as a scanner.
///
/// The rule's alternatives, tried in this order at every position (Qwen2 tokenizer.json, `Split`):
/// an English contraction in any case; letters, with one leading character that is neither letter,
/// digit nor line end; one digit; punctuation, with a leading blank and trailing line ends; white space
/// that ends in line ends; white space but for its last character, when text follows; white space.
/// Together they cover every character, so the words joined are the text.
struct PreTokenizer {
  private let scalars: [Unicode.Scalar]
  private let classes: [UnicodeClass]

  init(_ text: some Sequence<Unicode.Scalar>) {
    scalars = Array(text)
    classes = scalars.map(UnicodeClass.init)
  }

  /// Calls `body` with the UTF-8 of each word in order. The buffer is reused.
  func forEachWord(_ body: ([UInt8]) -> Void) {
    var word: [UInt8] = []
    var start = 0
    while start < scalars.count {
      let end = wordEnd(from: start)
      word.removeAll(keepingCapacity: true)
      for scalar in scalars[start..<end] { word.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
      body(word)
      start = end
    }
  }

  private func wordEnd(from start: Int) -> Int {
    if let end = contractionEnd(from: start) { return end }
    switch classes[start] {
    case .letter: return end(of: .letter, from: start)
    case .number: return start + 1
    case .space: return spaceEnd(from: start)
    case .other:
      if start + 1 < scalars.count, classes[start + 1] == .letter {
        return end(of: .letter, from: start + 1)
      }
      return punctuationEnd(from: start)
    }
  }

  private func end(of kind: UnicodeClass, from start: Int) -> Int {
    var at = start
    while at < scalars.count, classes[at] == kind { at += 1 }
    return at
  }

  private func isLineEnd(_ at: Int) -> Bool { scalars[at] == "\r" || scalars[at] == "\n" }

  /// A run of characters of no class, and the line ends after it.
  private func punctuationEnd(from start: Int) -> Int {
    var at = end(of: .other, from: start)
    while at < scalars.count, isLineEnd(at) { at += 1 }
    return at
  }

  private func spaceEnd(from start: Int) -> Int {
    // A single white space that is no line end may lead letters; a blank may lead punctuation.
    if start + 1 < scalars.count {
      if !isLineEnd(start), classes[start + 1] == .letter { return end(of: .letter, from: start + 1) }
      if scalars[start] == " ", classes[start + 1] == .other { return punctuationEnd(from: start + 1) }
    }
    let runEnd = end(of: .space, from: start)
    var at = runEnd
    while at > start {
      if isLineEnd(at - 1) { return at }
      at -= 1
    }
    // The last character of a run stays for the word that follows.
    return runEnd == scalars.count || runEnd == start + 1 ? runEnd : runEnd - 1
  }

  /// 's 't 're 've 'm 'll 'd, case ignored by Unicode folding: U+017F folds to s.
  private func contractionEnd(from start: Int) -> Int? {
    guard scalars[start] == "'", start + 1 < scalars.count else { return nil }
    func folded(_ at: Int) -> UInt32 {
      guard at < scalars.count else { return 0 }
      let value = scalars[at].value
      if value == 0x17F { return 0x73 }
      return (0x41...0x5A).contains(value) ? value + 0x20 : value
    }
    switch folded(start + 1) {
    case 0x73, 0x74, 0x6D, 0x64: return start + 2
    case 0x72, 0x76: return folded(start + 2) == 0x65 ? start + 3 : nil
    case 0x6C: return folded(start + 2) == 0x6C ? start + 3 : nil
    default: return nil
    }
  }
}
