/// Reading of UTF-8 that is known to be valid.
enum UTF8Text {
  /// The scalar that begins at `at`, and the index behind it.
  static func scalar(of text: [UInt8], at: Int) -> (scalar: Unicode.Scalar, end: Int) {
    let first = UInt32(text[at])
    func continuation(_ index: Int) -> UInt32 { UInt32(text[at + index]) & 0x3F }
    switch first {
    case ..<0x80: return (Unicode.Scalar(text[at]), at + 1)
    case ..<0xE0: return (checked((first & 0x1F) << 6 | continuation(1)), at + 2)
    case ..<0xF0:
      return (checked((first & 0x0F) << 12 | continuation(1) << 6 | continuation(2)), at + 3)
    default:
      let high = (first & 0x07) << 18 | continuation(1) << 12
      return (checked(high | continuation(2) << 6 | continuation(3)), at + 4)
    }
  }

  /// Where the white space at the end of `range` begins.
  static func spaceStart(_ text: [UInt8], _ range: Range<Int>) -> Int {
    var end = range.upperBound
    while end > range.lowerBound {
      var at = end - 1
      while at > range.lowerBound, text[at] & 0xC0 == 0x80 { at -= 1 }
      guard scalar(of: text, at: at).scalar.properties.isWhitespace else { break }
      end = at
    }
    return end
  }

  /// Where the white space that begins at `start` ends.
  static func spaceEnd(_ text: [UInt8], from start: Int) -> Int {
    var at = start
    while at < text.count {
      let (scalar, end) = scalar(of: text, at: at)
      guard scalar.properties.isWhitespace else { break }
      at = end
    }
    return at
  }

  private static func checked(_ value: UInt32) -> Unicode.Scalar { Unicode.Scalar(value) ?? "\u{FFFD}" }
}
