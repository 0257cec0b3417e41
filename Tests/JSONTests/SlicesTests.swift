import Foundation
import JSON
import Testing

@Suite struct SlicesTests {
  private func slices(_ text: String) throws -> [String: String] {
    let bytes = Array(text.utf8)
    return try Dictionary(
      uniqueKeysWithValues: JSONSlices(of: bytes).members.map {
        ($0.name, String(decoding: bytes[$0.value], as: UTF8.self))
      })
  }

  @Test func listsAreCutIntoTheirElements() throws {
    let bytes = Array(#"{"a": [1, [2, "]"], -Infinity ], "b": 1}"#.utf8)
    let list = try #require(try JSONSlices(of: bytes)["a"])
    let texts = try JSONSlices.elements(of: bytes, in: list).map {
      String(decoding: bytes[$0], as: UTF8.self)
    }
    #expect(texts == ["1", #"[2, "]"]"#, "-Infinity"])
    #expect(try JSONSlices.elements(of: Array("[ ]".utf8)).isEmpty)
    for bad in ["{}", "[1", "[1,]", "[1] 2", ""] {
      #expect(throws: JSONError.self) { try JSONSlices.elements(of: Array(bad.utf8)) }
    }
  }

  @Test func valuesKeepTheirBytes() throws {
    let digits = String(repeating: "7", count: 99)
    #expect(
      try slices(#" { "a" : [ 1 , {"b":2} ] ,"n":-\#(digits),"\u0063":"\ud800", "i" :-Infinity}"#) == [
        "a": #"[ 1 , {"b":2} ]"#, "n": "-" + digits, "c": #""\ud800""#, "i": "-Infinity",
      ])
    #expect(try slices("{}").isEmpty)
  }

  @Test func aRangeIsScannedAlone() throws {
    let bytes = Array(#"xx{"a":1}yy"#.utf8)
    #expect(try JSONSlices(of: bytes, in: 2..<9)["a"] == 7..<8)
    #expect(throws: JSONError.self) { try JSONSlices(of: bytes, in: 2..<8) }
    #expect(throws: JSONError.self) { try JSONSlices(of: bytes, in: 2..<10) }
  }

  @Test(arguments: [#"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#])
  func aRepeatedNameIsRefused(text: String) {
    #expect(throws: JSONError("field 'a' occurs twice")) { try JSONSlices(of: Array(text.utf8)) }
  }

  @Test func namesAreComparedByTheirBytes() throws {
    let slices = try JSONSlices(of: Array("{\"\u{212A}\":1,\"K\":2}".utf8))
    #expect(slices.members.count == 2)
    #expect(slices["K"] == 13..<14)
  }

  @Test(arguments: ["[]", "1", "null", "", #"{"a":1} x"#, #"{"a":1}{"#])
  func onlyAnObjectHasMembers(text: String) {
    #expect(throws: JSONError.self) { try JSONSlices(of: Array(text.utf8)) }
  }

  @Test func kindsAreToldByTheFirstByte() {
    let kinds: [(Character, JSONKind?)] = [
      ("\"", .string), ("[", .array), ("{", .object), ("-", .number), ("7", .number), ("t", .literal),
      ("N", .literal), ("I", .literal), ("x", nil), (" ", nil), ("+", nil),
    ]
    for (character, kind) in kinds {
      #expect(JSONKind(firstByte: character.asciiValue ?? 0) == kind, "\(character)")
    }
  }

  /// Python writes random objects in random spellings, and each member again alone. We cut the objects; our
  /// slices must be the bytes that Python wrote. Five hundred objects, from a fixed seed.
  @Test func slicesAreTheBytesThatPythonWrote() throws {
    let written = try python(
      #"""
      import json, random, sys
      r = random.Random(20240501)
      def text():
          return "".join(r.choice(['a', '"', '\\', '\n', '\0', 'é', '日', '😀', '\ud800', '/', ' ', '{', ']', ','])
                         for _ in range(r.randrange(8)))
      def value(d):
          k = r.randrange(9 if d < 6 else 7)
          if k == 0: return r.randrange(-10, 10)
          if k == 1: return r.randrange(-10**r.randrange(1, 120), 10**r.randrange(1, 120)) if r.random() < .5 else -2**63
          if k == 2: return r.choice([0.0, -0.0, 1e308 * 10, -1e308 * 10, float('nan'), 5e-324, r.random(), 1e22])
          if k == 3: return text()
          if k == 4: return r.choice([None, True, False])
          if k in (5, 7): return [value(d + 1) for _ in range(r.randrange(5))]
          return {text(): value(d + 1) for _ in range(r.randrange(5))}
      def spelled(v):
          # Lone surrogates exist only as escapes.
          s = json.dumps(v, ensure_ascii=r.random() < .5 or '\\ud800' in json.dumps(v),
                         separators=r.choice([(',', ':'), (', ', ': '), (' ,\t', ' :\r ')]))
          return s
      out = []
      for _ in range(500):
          members, seen = [], set()
          for _ in range(r.randrange(7)):
              name = text()
              if name in seen or '\ud800' in name: continue
              seen.add(name)
              members.append((json.dumps(name), spelled(value(0))))
          pad = r.choice(['', ' ', '\t '])
          line = '{' + pad + (pad + ',' + pad).join(n + pad + ':' + pad + v for n, v in members) + pad + '}'
          assert json.loads(line) is not None
          out.append(line)
          out.append(str(len(members)))
          out.extend(v for _, v in members)
      sys.stdout.buffer.write('\n'.join(out).encode() + b'\n')
      """#)
    var lines = written.split(separator: 0x0A).map(Array.init)[...]
    var members = 0
    while let line = lines.popFirst(), let count = lines.popFirst() {
      let slices = try JSONSlices(of: line)
      #expect(String(slices.members.count) == String(decoding: count, as: UTF8.self))
      for member in slices.members {
        #expect(Array(line[member.value]) == lines.popFirst())
        members += 1
      }
    }
    #expect(members > 1000)
  }
}

/// What a Python program prints: the independent reader and writer of these tests.
func python(_ program: String, input: [UInt8] = []) throws -> [UInt8] {
  let file = FileManager.default.temporaryDirectory.appendingPathComponent("json-test-\(UUID().uuidString)")
  try Data(input).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
  process.arguments = ["-I", "-c", program]
  process.standardInput = try FileHandle(forReadingFrom: file)
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let printed = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "python3 failed")
  return [UInt8](printed)
}
