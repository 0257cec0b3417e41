/// The three character classes that the Qwen2 pre-token rule knows, and the rest.
enum UnicodeClass: UInt8, Sendable {
  case letter, number, space, other

  /// The class as the reference tokenizer's regular expressions see it: `\p{L}`, `\p{N}`, `\s` of
  /// Unicode 16. Characters younger than that count as unassigned, whatever Unicode the Swift runtime
  /// has, so that ids do not change with the toolchain.
  init(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x80 {
      self.init(ascii: UInt8(truncatingIfNeeded: scalar.value))
      return
    }
    // Ideographs and Hangul syllables, all assigned by Unicode 15.
    switch scalar.value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3:
      self = .letter
      return
    default: break
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = UnicodeClass.isKnown(properties) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      self = UnicodeClass.isKnown(properties) ? .number : .other
    default:
      self = properties.isWhitespace ? .space : .other
    }
  }

  /// - Parameter byte: below 0x80.
  init(ascii byte: UInt8) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
    case 0x20, 0x09...0x0D: self = .space
    default: self = .other
    }
  }

  private static func isKnown(_ properties: Unicode.Scalar.Properties) -> Bool {
    guard let age = properties.age else { return false }
    return age.major <= 16
  }
}
