import Crypto
public import JSON

/// What a generator made of one prompt.
public struct Completion: Sendable {
  /// The text after the prompt, already cut at the model's own end marker.
  public var text: String
  /// Facts for the sample's row that decide nothing: token counts, forward passes.
  public var facts: JSONObject

  public init(text: String, facts: JSONObject = [:]) {
    self.text = text
    self.facts = facts
  }
}

extension Completion {
  /// The SHA-256 of a model's answer as token ids, each in four bytes, the lowest first: the fact
  /// `tokens_sha256`, by which runs are compared exactly.
  public static func hash(ofTokens tokens: some Sequence<some BinaryInteger>) -> String {
    var hash = SHA256()
    for token in tokens {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: token).littleEndian) { hash.update(bufferPointer: $0) }
    }
    return hash.finalize().hexadecimal
  }

  /// The text up to the first stop string, tabs turned into four spaces, as evalplus' decoders do
  /// (`evalplus/provider/base.py`, `hf.py`).
  public func cut(at stops: [String]) -> String {
    let bytes = Array(text.utf8)
    let end = stops.compactMap { firstOccurrence(of: Array($0.utf8), in: bytes) }.min() ?? bytes.count
    let kept = String(decoding: bytes[..<end], as: UTF8.self)
    return kept.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "    ")
  }

  /// Whether ``cut(at:)`` keeps the same whatever text follows: a stop string stands in the text, and no other one can
  /// have begun before it that is still to end.
  public func isSettled(by stops: [String]) -> Bool {
    let bytes = Array(text.utf8)
    let needles = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    guard let end = needles.compactMap({ firstOccurrence(of: $0, in: bytes) }).min() else { return false }
    return !needles.contains { needle in
      // Only these can reach the end of the text.
      (max(0, bytes.count - needle.count + 1)..<bytes.count).contains { start in
        start < end && needle.starts(with: bytes[start...])
      }
    }
  }
}

/// Byte search: Swift's own compares by canonical equivalence, where `"\n"` does not match inside `"\r\n"`.
private func firstOccurrence(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
  guard let first = needle.first, bytes.count >= needle.count else { return nil }
  for start in 0...(bytes.count - needle.count) where bytes[start] == first {
    if bytes[start..<(start + needle.count)].elementsEqual(needle) { return start }
  }
  return nil
}
