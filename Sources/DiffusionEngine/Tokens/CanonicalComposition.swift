// The only use of Foundation in the engine: the standard library has no public normalisation.
import Foundation

/// Unicode normal form C, as the `tokenizers` library computes it.
///
/// Its tables are those of Unicode 9. Younger marks are to it letters like others, which neither move
/// nor combine. (Python's own `unicodedata`, which slow tokenizers use, changes with the version of Python.)
enum CanonicalComposition {
  /// What a character does in composition.
  private enum Role {
    /// Stays as it is, and nothing before it reaches it; what follows may combine with it.
    case starter
    /// The same, and nothing combines with it: the library does not know it.
    case stranger
    /// May move, combine or decompose.
    case active
  }

  /// Appends the composition of `text[range]`, which must be valid UTF-8.
  ///
  /// Only starters with what is active behind them are composed, by Foundation; all else is copied.
  static func compose(_ text: [UInt8], _ range: Range<Int>, into out: inout [UInt8]) {
    var copied = range.lowerBound
    /// Where the last starter, or what follows a stranger, begins.
    var segment = range.lowerBound
    /// The segments that await composition, neighbours together.
    var active: Range<Int>?
    func flush() {
      guard let waiting = active else { return }
      out += text[copied..<waiting.lowerBound]
      out += composed(text[waiting])
      copied = waiting.upperBound
      active = nil
    }
    var at = range.lowerBound
    while at < range.upperBound {
      // Nothing below U+0300 is changed, or changes what is before it.
      if text[at] < 0xCC {
        segment = at
        at += text[at] < 0x80 ? 1 : 2
        continue
      }
      let (scalar, end) = UTF8Text.scalar(of: text, at: at)
      switch role(of: scalar) {
      case .starter: segment = at
      case .stranger: segment = end
      case .active:
        if let waiting = active, waiting.upperBound == segment || waiting.upperBound == at {
          active = waiting.lowerBound..<end
        } else {
          flush()
          active = segment..<end
        }
        // The same segment goes on.
        segment = end
      }
      at = end
    }
    flush()
    out += text[copied..<range.upperBound]
  }

  /// Foundation's composition, which takes three Tibetan vowel signs for starters: of class 0 themselves, they
  /// consist of marks that move. So it gets what they consist of.
  private static func composed(_ text: ArraySlice<UInt8>) -> String.UTF8View {
    var string = String(decoding: text, as: UTF8.self)
    if string.unicodeScalars.contains(where: { vowelSigns[$0] != nil }) {
      string = string.unicodeScalars.reduce(into: "") { $0 += vowelSigns[$1] ?? String($1) }
    }
    return string.precomposedStringWithCanonicalMapping.utf8
  }

  private static let vowelSigns: [Unicode.Scalar: String] = [
    "\u{F73}": "\u{F71}\u{F72}", "\u{F75}": "\u{F71}\u{F74}", "\u{F81}": "\u{F71}\u{F80}",
  ]

  private static func role(of scalar: Unicode.Scalar) -> Role {
    switch scalar.value {
    // Ideographs, and Hangul syllables, with which only a final consonant combines.
    case 0x3400...0x9FD5, 0xAC00...0xD7A3: return .starter
    // Hangul vowels and final consonants.
    case 0x1161...0x1175, 0x11A8...0x11C2: return .active
    // Foundation takes the first consonant and vowel behind the modern ones for modern ones, and U+11025 for U+1025.
    case 0x1113, 0x1176, 0x11025: return .stranger
    default: break
    }
    let properties = scalar.properties
    guard let age = properties.age, age.major <= 9 else { return .stranger }
    if properties.canonicalCombiningClass != .notReordered || properties.isFullCompositionExclusion {
      return .active
    }
    // No mark up there combines, and U+E0103 were the letter U+0103.
    if scalar.value >= 0x20000 { return .stranger }
    switch properties.generalCategory {
    // Some marks of class 0 combine with the letter before them.
    case .nonspacingMark, .spacingMark, .enclosingMark: return .active
    default:
      // Beyond the first plane only Indic letters combine; Foundation drops the high bits, and so takes U+10041
      // for an A.
      return scalar.value < 0x10000 || 0x11000...0x11FFF ~= scalar.value ? .starter : .stranger
    }
  }
}
