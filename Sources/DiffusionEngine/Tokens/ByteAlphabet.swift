/// GPT-2's printable stand-ins for bytes, in which vocab.json and merges.txt are written.
///
/// Bytes that are printable in Latin-1 stand for themselves; the other 68 take U+0100 and up in order.
enum ByteAlphabet {
  /// The bytes that `text` stands for, or `nil` when a character is no stand-in.
  static func bytes(of text: String) -> [UInt8]? {
    var out: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = byte(of: scalar) else { return nil }
      out.append(byte)
    }
    return out
  }

  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: UInt8(truncatingIfNeeded: scalar.value)
    case 0x100...0x120: UInt8(truncatingIfNeeded: scalar.value - 0x100)
    case 0x121...0x142: UInt8(truncatingIfNeeded: scalar.value - 0x121 + 0x7F)
    case 0x143: 0xAD
    default: nil
    }
  }

  /// The stand-in of `byte`, for error texts.
  static func scalar(of byte: UInt8) -> Unicode.Scalar {
    let value: UInt32 =
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: UInt32(byte)
      case 0...0x20: 0x100 + UInt32(byte)
      case 0x7F...0xA0: 0x121 + UInt32(byte - 0x7F)
      case 0xAD: 0x143
      default: 0xFFFD
      }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
