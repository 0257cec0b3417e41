/// Text for a page, whoever wrote it: nothing in it is markup, moves the line's direction or hides.
enum PageText {
  /// For the content of elements and for attributes in double quotes.
  ///
  /// Scalar by scalar: a quote with an accent on it is another `Character`, and still ends an attribute.
  static func escaped(_ text: String) -> String { XMLText.escaped(visible(text)) }

  /// Formatting and control characters by their number, as `evalkit` prints them.
  private static func visible(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A }) { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case _ where scalar == "\n" || scalar == "\t": out.append(scalar)
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  /// Whole thousands apart: `228,000`.
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var at = digits.count - 3
    while at > (number < 0 ? 1 : 0) {
      digits.insert(",", at: at)
      at -= 3
    }
    return String(digits)
  }

  /// Seconds with two digits that count: `3.2 ms`, `0.41 s`, `12 s`.
  static func seconds(_ value: Double) -> String {
    if value >= 0.1 { return "\(short(value.decimals(value < 10 ? 2 : 0))) s" }
    return "\(short((value * 1000).decimals(value < 0.01 ? 1 : 0))) ms"
  }

  /// Without zeros at the end that say nothing.
  private static func short(_ text: String) -> String {
    guard text.contains(".") else { return text }
    let kept = text.reversed().drop { $0 == "0" }
    return String(kept.first == "." ? kept.dropFirst().reversed() : kept.reversed())
  }
}
