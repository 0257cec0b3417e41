extension JSONValue {
  /// The document as UTF-8: members in their own order, doubles as the shortest text that reads back.
  ///
  /// - Parameter indented: two spaces a level, for files that people read; otherwise one line.
  public func serialized(indented: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    write(to: &out, level: indented ? 0 : nil)
    return out
  }

  private func write(to out: inout [UInt8], level: Int?) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .integer(let value): out += "\(value)".utf8
    case .double(let value): out += JSONValue.literal(value).utf8
    case .string(let value): JSONValue.quote(value, to: &out)
    case .raw(let bytes): out += bytes
    case .array(let elements):
      JSONValue.writeList(elements, brackets: "[]", to: &out, level: level) { element, out, level in
        element.write(to: &out, level: level)
      }
    case .object(let object):
      JSONValue.writeList(object.members, brackets: "{}", to: &out, level: level) { member, out, level in
        JSONValue.quote(member.name, to: &out)
        out += (level == nil ? ":" : ": ").utf8
        member.value.write(to: &out, level: level)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], brackets: StaticString, to out: inout [UInt8], level: Int?,
    _ writeElement: (Element, inout [UInt8], Int?) -> Void
  ) {
    let pair = brackets.description.utf8
    guard let open = pair.first, let close = pair.last else { return }
    out.append(open)
    let inner = level.map { $0 + 1 }
    for (index, element) in elements.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      newline(inner, to: &out)
      writeElement(element, &out, inner)
    }
    if !elements.isEmpty { newline(level, to: &out) }
    out.append(close)
  }

  private static func newline(_ level: Int?, to out: inout [UInt8]) {
    guard let level else { return }
    out.append(UInt8(ascii: "\n"))
    out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
  }

  /// JSON has no literal for these three; Python's are the ones our readers know.
  private static func literal(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
  }

  /// Appends `text` as a JSON string token, quotes included.
  public static func quote(_ text: String, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): out += #"\""#.utf8
      case UInt8(ascii: "\\"): out += #"\\"#.utf8
      case 0x0A: out += #"\n"#.utf8
      case 0x0D: out += #"\r"#.utf8
      case 0x09: out += #"\t"#.utf8
      case 0..<0x20, 0x7F:
        out += #"\u00"#.utf8
        out.append(hex[Int(byte >> 4)])
        out.append(hex[Int(byte & 15)])
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
