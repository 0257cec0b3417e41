// The only use of Foundation in the engine: the standard library has no public normalisation.
import Foundation

/// Unicode normal form C.
enum CanonicalComposition {
  /// `text` composed; text without marks or compatibility characters passes through untouched.
  static func compose(_ text: String) -> String {
    // Nothing below U+0300 is changed by composition.
    if text.unicodeScalars.allSatisfy({ $0.value < 0x300 }) { return text }
    return text.precomposedStringWithCanonicalMapping
  }
}
