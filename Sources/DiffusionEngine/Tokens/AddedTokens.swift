/// The tokens that are found in the text before any other rule, and never split.
struct AddedTokens: Sendable {
  /// One added token.
  struct Entry: Sendable, Equatable {
    let content: [UInt8]
    let id: Int32
    /// Left out when text is decoded without special tokens.
    let isSpecial: Bool
    /// Whether white space around it belongs to it (`lstrip`, `rstrip`).
    var takesSpaceBefore = false
    var takesSpaceBehind = false
  }

  let entries: [Entry]
  /// Entries by first byte, longest first.
  private let byFirst: [[Entry]]
  /// Whether one of them begins with the byte.
  private let begins: [Bool]
  let specialIds: Set<Int32>

  init(_ entries: [Entry]) {
    self.entries = entries
    var byFirst = [[Entry]](repeating: [], count: 256)
    for entry in entries {
      guard let first = entry.content.first else { continue }
      byFirst[Int(first)].append(entry)
    }
    for index in byFirst.indices {
      byFirst[index].sort {
        ($1.content.count, $0.id) < ($0.content.count, $1.id)
      }
    }
    self.byFirst = byFirst
    begins = byFirst.map { !$0.isEmpty }
    specialIds = Set(entries.lazy.filter(\.isSpecial).map(\.id))
  }

  /// A part of a text: ordinary bytes, or one added token.
  enum Part: Equatable {
    case text(Range<Int>)
    case token(Int32)
  }

  /// Cuts UTF-8 at the added tokens: leftmost first, and the longest that matches there.
  func parts(of text: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var start = 0
    var at = 0
    while at < text.count {
      guard begins[Int(text[at])],
        let match = byFirst[Int(text[at])].first(where: { text[at...].starts(with: $0.content) })
      else {
        at += 1
        continue
      }
      var end = at
      if match.takesSpaceBefore { end = UTF8Text.spaceStart(text, start..<at) }
      if start < end { parts.append(.text(start..<end)) }
      parts.append(.token(match.id))
      at += match.content.count
      if match.takesSpaceBehind { at = UTF8Text.spaceEnd(text, from: at) }
      start = at
    }
    if start < text.count { parts.append(.text(start..<text.count)) }
    return parts
  }
}
