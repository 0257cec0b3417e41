import JSON
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014): the same mutations on every machine and every day.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct MutationTests {
  private let seeds = [
    #"{"task_id": "HumanEval/0", "atol": 0, "base_input": [[[1.0, 2.0], 0.3], [[], -0.0]]}"#,
    #"[null, true, false, NaN, Infinity, -Infinity, 1e-5, -12345678901234567890, {"a": {"b": []}}]"#,
    #"{"s": "\"\\\/\b\f\n\r\t\u0041\ud83d\ude00 é日😀", "k\u0000": "\u0000", "": {"": ""}}"#,
    "[[[[[[[[1]]]],{}]]]] ", "\"text\"", "-9223372036854775808",
  ]

  /// Bytes that mean something in JSON turn up more often than chance has them.
  private let telling =
    Array(#"{}[]",:\u0123456789eE+-.ntfNI/'# "#.utf8) + [0, 0x0A, 0x7F, 0x80, 0xC3, 0xED, 0xFF]

  private func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      let byte = telling.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.insert(byte, at: at)
      case 1 where at < bytes.count: bytes[at] = byte
      case 2 where at < bytes.count: bytes.remove(at: at)
      case 3 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 4: bytes.removeSubrange(at...)
      default:
        let other = Int.random(in: 0...bytes.count, using: &random)
        bytes.insert(contentsOf: bytes[min(at, other)..<max(at, other)].prefix(24), at: at)
      }
    }
    return bytes
  }

  /// Sixty thousand damaged documents. None may crash a reader; the strict reading is the narrower one;
  /// what it accepts, json-c accepts too, and our writer's copy of it reads back as the same value.
  @Test(arguments: 0..<6)
  func damagedDocumentsAreReadOrRefused(seed: Int) throws {
    let original = Array(seeds[seed].utf8)
    var random = SplitMix64(state: UInt64(seed) &+ 1)
    var accepted = 0
    for _ in 0..<10_000 {
      let bytes = mutated(original, &random)
      let text = String(decoding: bytes, as: UTF8.self)
      let isDocument = (try? JSONSlices.validate(bytes)) != nil
      let isInterpretable = (try? JSONSlices.validate(bytes, interpretable: true)) != nil
      let value = try? JSONValue(parsing: bytes)
      #expect(isDocument || !isInterpretable, "\(text)")
      #expect(isInterpretable == (value != nil), "json-c and the scanner differ on \(text)")
      if isDocument { accepted += 1 }
      if let slices = try? JSONSlices(of: bytes) {
        #expect(isDocument, "\(text)")
        for member in slices.members { try JSONSlices.validate(Array(bytes[member.value])) }
      }
      if let value {
        let copy = try JSONValue(parsing: value.serialized()).serialized()
        #expect(copy == value.serialized(), "\(text)")
      }
    }
    #expect(accepted > 100, "the mutations are too wild to test acceptance")
  }

  /// Python's reader, another implementation, on four thousand damaged documents. It takes raw control
  /// characters as an error, as we do, and reads to any depth; there is no other difference in the grammar.
  @Test func pythonAgreesOnWhatADocumentIs() throws {
    var random = SplitMix64(state: 42)
    var documents: [[UInt8]] = []
    for index in 0..<4000 {
      documents.append(mutated(Array(seeds[index % seeds.count].utf8), &random))
    }
    var input: [UInt8] = []
    for document in documents {
      input += Array("\(document.count)\n".utf8) + document
    }
    let verdicts = try python(
      """
      import json, sys
      data, at, out = sys.stdin.buffer.read(), 0, []
      while at < len(data):
          end = data.index(b"\\n", at)
          count = int(data[at:end])
          document = data[end + 1 : end + 1 + count]
          at = end + 1 + count
          try:
              json.loads(document.decode())
              out.append("1")
          except ValueError:
              out.append("0")
      print("".join(out))
      """, input: input)
    for (document, verdict) in zip(documents, verdicts) {
      let ours = (try? JSONSlices.validate(document)) != nil
      #expect(ours == (verdict == UInt8(ascii: "1")), "\(String(decoding: document, as: UTF8.self))")
    }
    #expect(verdicts.count == documents.count + 1)
  }
}
