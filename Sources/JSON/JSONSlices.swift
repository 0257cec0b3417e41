/// The members of one JSON object as raw byte ranges, none of them interpreted.
///
/// Task inputs hold integers of a hundred digits, `-Infinity`, and lines of megabytes, so they reach
/// Python as the bytes of the file. The grammar is RFC 8259 plus Python's `NaN`, `Infinity` and
/// `-Infinity`; nothing else that json-c would let pass (single quotes, comments, text after the end).
public struct JSONSlices: Sendable {
  /// Deeper documents are refused. The deepest task input known (Mbpp/301) has 29 levels.
  public static let maximumDepth: Int32 = 512

  /// One member: its decoded name and where its value lies in the scanned bytes.
  public struct Member: Sendable, Equatable {
    /// The name with its escapes undone.
    public let name: String
    /// Indices into the scanned bytes, the quotes of a string included.
    public let value: Range<Int>
  }

  /// The members in the order of the document.
  public let members: [Member]

  /// Cuts the object in `bytes[range]` into its members.
  ///
  /// A repeated name is an error, and so is one that is no Swift string (half a surrogate pair).
  public init(of bytes: [UInt8], in range: Range<Int>? = nil) throws(JSONError) {
    var scanner = Scanner(bytes: bytes, range: range ?? bytes.indices)
    members = try scanner.topLevelObject()
    var names: Set<[UInt8]> = []
    for member in members where !names.insert(Array(member.name.utf8)).inserted {
      throw JSONError("field '\(member.name)' occurs twice")
    }
  }

  /// Where the value of `name` lies, or `nil`.
  public subscript(name: String) -> Range<Int>? {
    // Byte by byte: String's == would take the Kelvin sign for a K.
    members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// Where each element of the list in `bytes[range]` lies, in order.
  public static func elements(
    of bytes: [UInt8], in range: Range<Int>? = nil
  ) throws(JSONError) -> [Range<Int>] {
    var scanner = Scanner(bytes: bytes, range: range ?? bytes.indices)
    return try scanner.topLevelArray()
  }

  /// Checks that `bytes` are exactly one document.
  ///
  /// - Parameter interpretable: whether ``JSONValue`` must be able to hold it. That refuses what the
  ///   grammar allows and Python reads, but a Swift value or a C string would change without a word:
  ///   integers beyond `Int64`, halves of surrogate pairs, names that contain a NUL.
  public static func validate(_ bytes: [UInt8], interpretable: Bool = false) throws(JSONError) {
    var scanner = Scanner(bytes: bytes, range: bytes.indices, interpretable: interpretable)
    try scanner.document()
  }
}

/// The kind of a raw value, told by its first byte.
public enum JSONKind: Sendable, Equatable {
  case string, number, object, array, literal

  /// `nil` for a byte that starts no value.
  public init?(firstByte: UInt8) {
    switch firstByte {
    case UInt8(ascii: "\""): self = .string
    case UInt8(ascii: "{"): self = .object
    case UInt8(ascii: "["): self = .array
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "I"):
      self = .literal
    default: return nil
    }
  }
}

/// A strict recursive-descent check over bytes. It builds nothing but the top level's ranges.
private struct Scanner {
  let bytes: [UInt8]
  let end: Int
  let interpretable: Bool
  var at: Int
  var depth: Int32 = 0

  init(bytes: [UInt8], range: Range<Int>, interpretable: Bool = false) {
    self.bytes = bytes
    self.interpretable = interpretable
    at = range.lowerBound
    end = range.upperBound
  }

  private var next: UInt8? { at < end ? bytes[at] : nil }

  private func failure(_ what: String) -> JSONError {
    JSONError(at < end ? "\(what) at byte \(at)" : "\(what): the text ends too early")
  }

  private mutating func space() {
    while at < end {
      switch bytes[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8, _ what: String) throws(JSONError) {
    guard next == byte else { throw failure("expected \(what)") }
    at += 1
  }

  mutating func document() throws(JSONError) {
    space()
    try value()
    space()
    if at < end { throw failure("unexpected text after the document") }
  }

  mutating func topLevelObject() throws(JSONError) -> [JSONSlices.Member] {
    var members: [JSONSlices.Member] = []
    space()
    guard next == UInt8(ascii: "{") else { throw failure("expected an object") }
    var found: [(name: Range<Int>, value: Range<Int>)]? = []
    try object(noting: &found)
    for (name, value) in found ?? [] {
      members.append(.init(name: try decodeName(name), value: value))
    }
    space()
    if at < end { throw failure("unexpected text after the object") }
    return members
  }

  mutating func topLevelArray() throws(JSONError) -> [Range<Int>] {
    space()
    guard next == UInt8(ascii: "[") else { throw failure("expected a list") }
    var found: [Range<Int>]? = []
    try array(noting: &found)
    space()
    if at < end { throw failure("unexpected text after the list") }
    return found ?? []
  }

  private func decodeName(_ range: Range<Int>) throws(JSONError) -> String {
    let token = Array(bytes[range])
    if !token.contains(UInt8(ascii: "\\")) {
      return String(decoding: token.dropFirst().dropLast(), as: UTF8.self)
    }
    guard let name = try JSONValue(parsing: token).string else { throw JSONError("a name is not text") }
    return name
  }

  private mutating func value() throws(JSONError) {
    switch next {
    case UInt8(ascii: "{"):
      var ignored: [(name: Range<Int>, value: Range<Int>)]?
      try object(noting: &ignored)
    case UInt8(ascii: "["):
      var ignored: [Range<Int>]?
      try array(noting: &ignored)
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    case UInt8(ascii: "N"): try literal("NaN")
    case UInt8(ascii: "I"): try literal("Infinity")
    default: try number()
    }
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    if depth > JSONSlices.maximumDepth { throw failure("nested deeper than \(JSONSlices.maximumDepth)") }
    at += 1
  }

  private mutating func object(
    noting found: inout [(name: Range<Int>, value: Range<Int>)]?
  ) throws(JSONError) {
    try enter()
    space()
    if next == UInt8(ascii: "}") {
      at += 1
      depth -= 1
      return
    }
    while true {
      space()
      let nameStart = at
      guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
      let hasNUL = try string()
      let name = nameStart..<at
      if interpretable, hasNUL { throw failure("a name with a NUL in it") }
      space()
      try take(UInt8(ascii: ":"), "':'")
      space()
      let valueStart = at
      try value()
      found?.append((name, valueStart..<at))
      space()
      if next == UInt8(ascii: ",") {
        at += 1
        continue
      }
      try take(UInt8(ascii: "}"), "',' or '}'")
      depth -= 1
      return
    }
  }

  private mutating func array(noting found: inout [Range<Int>]?) throws(JSONError) {
    try enter()
    space()
    if next == UInt8(ascii: "]") {
      at += 1
      depth -= 1
      return
    }
    while true {
      space()
      let start = at
      try value()
      found?.append(start..<at)
      space()
      if next == UInt8(ascii: ",") {
        at += 1
        continue
      }
      try take(UInt8(ascii: "]"), "',' or ']'")
      depth -= 1
      return
    }
  }

  /// Returns whether the text contains a NUL, which only an escape can bring in.
  @discardableResult
  private mutating func string() throws(JSONError) -> Bool {
    let start = at
    at += 1
    var ascii = true
    var hasNUL = false
    while at < end {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        if !ascii, !isUTF8(start..<at) {
          at = start
          throw failure("text that is not UTF-8")
        }
        return hasNUL
      case UInt8(ascii: "\\"):
        at += 1
        if try escape() == 0 { hasNUL = true }
      case 0..<0x20:
        throw failure("control character in text")
      default:
        if byte >= 0x80 { ascii = false }
        at += 1
      }
    }
    throw failure("text without an end")
  }

  private func isUTF8(_ range: Range<Int>) -> Bool {
    String(validating: bytes[range], as: UTF8.self) != nil
  }

  /// What follows a backslash. Returns the UTF-16 code unit of a `\u` escape.
  private mutating func escape() throws(JSONError) -> UInt16? {
    switch next {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 1
      return nil
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      guard interpretable, UTF16.isSurrogate(unit) else { return unit }
      if UTF16.isLeadSurrogate(unit), at + 1 < end, bytes[at] == UInt8(ascii: "\\"),
        bytes[at + 1] == UInt8(ascii: "u")
      {
        at += 1
        if UTF16.isTrailSurrogate(try codeUnit()) { return unit }
      }
      throw failure("half a surrogate pair ends")
    default:
      throw failure("unknown escape")
    }
  }

  /// The `u` and four digits of an escape.
  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    at += 1
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let value = next.flatMap(hexValue) else {
        throw failure(#"expected four hex digits after \u"#)
      }
      unit = unit << 4 | value
      at += 1
    }
    return unit
  }

  private func hexValue(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  private mutating func literal(_ word: StaticString) throws(JSONError) {
    for byte in word.description.utf8 {
      guard next == byte else { throw failure("expected '\(word)'") }
      at += 1
    }
  }

  private mutating func digits() throws(JSONError) {
    let start = at
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
    if at == start { throw failure("expected a value") }
  }

  private mutating func number() throws(JSONError) {
    let start = at
    if next == UInt8(ascii: "-") { at += 1 }
    if next == UInt8(ascii: "I") { return try literal("Infinity") }
    if next == UInt8(ascii: "0") { at += 1 } else { try digits() }
    let integer = start..<at
    if next == UInt8(ascii: ".") {
      at += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      at += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
    // Eighteen characters always fit.
    if interpretable, at == integer.upperBound, integer.count > 18,
      Int64(String(decoding: bytes[integer], as: UTF8.self)) == nil
    {
      at = start
      throw failure("integer beyond 64 bits")
    }
  }
}
