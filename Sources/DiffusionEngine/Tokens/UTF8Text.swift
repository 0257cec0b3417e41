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

  private static func checked(_ value: UInt32) -> Unicode.Scalar { Unicode.Scalar(value) ?? "\u{FFFD}" }
}
