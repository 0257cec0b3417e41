// The only use of Foundation in the engine: the standard library has no public normalisation.
import Foundation

/// Unicode normal form C, as the `tokenizers` library computes it.
///
/// Its tables are those of Unicode 9. Younger marks are to it letters like others, which neither move
/// nor combine; so text is cut at them and the pieces are composed one by one. (Python's own
/// `unicodedata`, which slow tokenizers use, changes with the version of Python.)
enum CanonicalComposition {
  static func compose(_ text: String) -> String {
    // Nothing below U+0300 is changed by composition.
    if text.unicodeScalars.allSatisfy({ $0.value < 0x300 }) { return text }
    var out = ""
    var piece = ""
    for scalar in text.unicodeScalars {
      if isKnown(scalar) {
        piece.unicodeScalars.append(scalar)
      } else {
        out += piece.precomposedStringWithCanonicalMapping
        out.unicodeScalars.append(scalar)
        piece = ""
      }
    }
    return out + piece.precomposedStringWithCanonicalMapping
  }

  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x300 { return true }
    guard let age = scalar.properties.age else { return false }
    return age.major <= 9
  }
}
