/// How many columns a terminal gives to text.
extension Character {
  /// 0 for what stands on the character before, 2 for East Asian wide ones and emoji (Unicode Standard Annex
  /// 11: W and F), else 1.
  var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if first.isWide || unicodeScalars.contains("\u{FE0F}") && first.properties.isEmoji { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return 1
    }
  }
}

extension StringProtocol {
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension Unicode.Scalar {
  fileprivate var isWide: Bool {
    if value < 0x1100 { return false }
    if properties.isEmojiPresentation { return true }
    switch value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
      0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F1E6...0x1F202, 0x1F210...0x1F265, 0x20000...0x3FFFD:
      return true
    default: return false
    }
  }
}

/// Text in lines of a given width.
enum Wrapping {
  /// Characters behind which a name may go on in the next line.
  private static let breaks: Set<Character> = ["/", "-", "_", ",", ";", ":", "@", ".", "="]

  /// Lines of at most `width` columns, broken at a space or behind a sign where one is in the last half of a
  /// line, else in the middle of a word; line ends in `text` stay.
  static func lines(_ text: String, width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph($0, max(2, width)) }
  }

  private static func paragraph(_ text: Substring, _ width: Int) -> [String] {
    var lines: [String] = []
    var rest = text
    while rest.displayWidth > width {
      var end = rest.startIndex
      var columns = 0
      while end < rest.endIndex, columns + rest[end].displayWidth <= width {
        columns += rest[end].displayWidth
        end = rest.index(after: end)
      }
      let cut = place(in: rest, upTo: end, width)
      lines.append(String(rest[..<cut].trimmedEnd))
      rest = rest[cut...].drop { $0 == " " }
    }
    return lines + [String(rest)]
  }

  /// Where a line ends best: at the last space, else behind the last sign, if that leaves the line half full.
  private static func place(in text: Substring, upTo end: Substring.Index, _ width: Int) -> Substring.Index {
    let line = text[..<end]
    if text[end] == " " { return end }
    let space = line.lastIndex(of: " ")
    let sign = line.indices.last { index in
      let next = text.index(after: index)
      // A point or comma in a number is no sign.
      let isInNumber = ".,".contains(line[index]) && next < text.endIndex && text[next].isNumber
      return breaks.contains(line[index]) && !isInNumber
    }.map { text.index(after: $0) }
    for candidate in [space, sign].compactMap({ $0 }) where text[..<candidate].displayWidth * 2 >= width {
      return candidate
    }
    return end
  }

  /// `text` after `label`, later lines under its first column; as it is where `width` is `nil`.
  static func lines(_ text: String, after label: String, width: Int?) -> [String] {
    let wrapped = lines(text, width: width.map { max(20, $0 - label.displayWidth) } ?? .max)
    let indent = String(repeating: " ", count: label.displayWidth)
    return wrapped.enumerated().map { ($0.offset == 0 ? label : indent) + $0.element }
  }

  /// `text` in at most `width` columns, with … for what is cut off its end.
  static func cut(_ text: String, to width: Int) -> String {
    if text.displayWidth <= width { return text }
    var (kept, columns) = ("", 0)
    for character in text where columns + character.displayWidth < width {
      kept.append(character)
      columns += character.displayWidth
      if columns >= width - 1 { break }
    }
    return kept + "…"
  }

  /// The end of `text` that has at most `width` columns.
  static func tail(_ text: String, of width: Int) -> String {
    var rest = text[...]
    while rest.displayWidth > width { rest.removeFirst() }
    return String(rest)
  }

  /// `text` and spaces, `width` columns in all.
  static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.displayWidth))
    return right ? space + text : text + space
  }
}

extension Substring {
  fileprivate var trimmedEnd: Substring {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
