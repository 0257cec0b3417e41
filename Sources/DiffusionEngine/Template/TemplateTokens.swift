/// What is wrong with a template, and where.
struct TemplateError: Error {
  let line: Int
  let what: String
}

/// A template cut into text and tags, the tags into tokens.
///
/// White space is Jinja2's with `trim_blocks` and `lstrip_blocks`, as `apply_chat_template` sets them: the line end
/// behind a block belongs to it, and so does the blank line before it; a sign at a tag's end takes all white space.
struct TemplateTokens {
  enum Token: Equatable {
    case name(String)
    case string(String)
    case integer(Int)
    case symbol(String)
  }

  enum Part {
    case text(String)
    case output([Token], line: Int)
    case statement([Token], line: Int)
  }

  /// Bounds how deeply expressions are nested, and so the stack.
  private static let longestTag = 1000

  private let source: [UInt8]
  private var at = 0
  private var line = 1
  private(set) var parts: [Part] = []

  init(_ template: String) throws(TemplateError) {
    var source: [UInt8] = []
    for byte in template.utf8 {
      // Both kinds of line end of other systems count as one of ours.
      if byte == 0x0A, source.last == 0x0D { source.removeLast() }
      source.append(byte)
    }
    self.source = source.map { $0 == 0x0D ? 0x0A : $0 }
    try scan()
  }

  private mutating func scan() throws(TemplateError) {
    var end = source.count
    // The last line end of a template is not written.
    if end > 0, source[end - 1] == 0x0A { end -= 1 }
    var startsLine = true
    while at < end {
      var open = at
      while open < end, !isOpening(open) { open += 1 }
      var text = at..<open
      if open < end {
        let sign = open + 2 < source.count ? source[open + 2] : 0
        if sign == UInt8(ascii: "-") {
          while let last = text.last, isSpace(source[last]) { text = text.dropLast() }
        } else if sign != UInt8(ascii: "+"), source[open + 1] != UInt8(ascii: "{") {
          var blank = text
          while let last = blank.last, isSpace(source[last]), source[last] != 0x0A {
            blank = blank.dropLast()
          }
          if blank.last.map({ source[$0] == 0x0A }) ?? startsLine { text = blank }
        }
      }
      if !text.isEmpty { parts.append(.text(String(decoding: source[text], as: UTF8.self))) }
      line += source[at..<open].count { $0 == 0x0A }
      at = open
      if open >= end { return }
      startsLine = try tag()
    }
  }

  private func isOpening(_ index: Int) -> Bool {
    guard source[index] == UInt8(ascii: "{"), index + 1 < source.count else { return false }
    return [UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#")].contains(source[index + 1])
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// Reads the tag at `at` and the white space that belongs to it.
  ///
  /// - Returns: whether a line begins behind it.
  private mutating func tag() throws(TemplateError) -> Bool {
    let kind = source[at + 1]
    let first = line
    at += 2
    if at < source.count, [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(source[at]) { at += 1 }
    var takesSpace = false
    if kind == UInt8(ascii: "#") {
      while at + 1 < source.count, !(source[at] == kind && source[at + 1] == UInt8(ascii: "}")) { advance() }
      guard at + 1 < source.count else { throw TemplateError(line: first, what: "a comment does not end") }
      takesSpace = source[at - 1] == UInt8(ascii: "-")
      at += 2
    } else {
      let close = kind == UInt8(ascii: "%") ? kind : UInt8(ascii: "}")
      var tokens: [Token] = []
      var depth = 0
      while true {
        while at < source.count, isSpace(source[at]) { advance() }
        if depth == 0, let sign = closing(close) {
          takesSpace = sign
          break
        }
        guard at < source.count else { throw TemplateError(line: first, what: "a tag does not end") }
        let token = try token()
        if case .symbol(let symbol) = token {
          if ["(", "[", "{"].contains(symbol) { depth += 1 }
          if [")", "]", "}"].contains(symbol) { depth -= 1 }
          guard depth >= 0 else { throw TemplateError(line: line, what: "'\(symbol)' closes nothing") }
        }
        tokens.append(token)
        guard tokens.count <= TemplateTokens.longestTag else {
          throw TemplateError(line: first, what: "a tag is too long")
        }
      }
      parts.append(kind == close ? .statement(tokens, line: first) : .output(tokens, line: first))
    }
    let start = at
    if takesSpace {
      while at < source.count, isSpace(source[at]) { advance() }
    } else if kind != UInt8(ascii: "{"), at < source.count, source[at] == 0x0A {
      advance()
    }
    return at > start && source[at - 1] == 0x0A
  }

  private mutating func advance() {
    if source[at] == 0x0A { line += 1 }
    at += 1
  }

  /// Steps over the end of a tag; tells whether it takes the white space behind it.
  private mutating func closing(_ close: UInt8) -> Bool? {
    func ends(_ index: Int) -> Bool {
      index + 1 < source.count && source[index] == close && source[index + 1] == UInt8(ascii: "}")
    }
    if ends(at) {
      at += 2
      return false
    }
    guard at < source.count, source[at] == UInt8(ascii: "-"), ends(at + 1) else { return nil }
    at += 3
    return true
  }

  private mutating func token() throws(TemplateError) -> Token {
    let start = at
    func text() -> String { String(decoding: source[start..<at], as: UTF8.self) }
    func isWord(_ byte: UInt8) -> Bool {
      UnicodeClass(ascii: byte & 0x7F) == .letter && byte < 0x80 || byte == UInt8(ascii: "_") || isDigit(byte)
    }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let byte = source[at]
    if isDigit(byte) {
      while at < source.count, isDigit(source[at]) { at += 1 }
      guard let value = Int(text()) else {
        throw TemplateError(line: line, what: "the number \(text()) is too large")
      }
      return .integer(value)
    }
    if isWord(byte) {
      while at < source.count, isWord(source[at]) { at += 1 }
      return .name(text())
    }
    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return .string(try string(byte)) }
    for symbol in ["==", "!=", "<=", ">=", "//"] where source[at...].starts(with: symbol.utf8) {
      at += 2
      return .symbol(symbol)
    }
    at += 1
    guard "+-*/%~<>()[]{}.,:|=".utf8.contains(byte) else {
      throw TemplateError(line: line, what: "'\(byte < 0x80 ? text() : "a character")' is not understood")
    }
    return .symbol(text())
  }

  private mutating func string(_ quote: UInt8) throws(TemplateError) -> String {
    var bytes: [UInt8] = []
    at += 1
    while at < source.count, source[at] != quote {
      if source[at] == UInt8(ascii: "\\"), at + 1 < source.count {
        advance()
        switch source[at] {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(source[at])
        default:
          throw TemplateError(
            line: line, what: "the escape '\\\(Unicode.Scalar(source[at]))' is not supported")
        }
      } else {
        bytes.append(source[at])
      }
      advance()
    }
    guard at < source.count else { throw TemplateError(line: line, what: "a string does not end") }
    at += 1
    return String(decoding: bytes, as: UTF8.self)
  }
}
