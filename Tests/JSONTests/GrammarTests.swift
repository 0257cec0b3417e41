import JSON
import Testing

/// What is a document and what is not: RFC 8259, Python's three literals, and the limits of a Swift value.
@Suite struct GrammarTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-0", "-0.0", "1e5", "1E+05", "0.1e-10", "[]", "{}", " [ ] ", "\t{\n}\r",
    #""""#, #""\u0000""#, #""\ud83d\ude00""#, #""é日本😀""#, "\"\u{7F}\"", "NaN", "Infinity", "-Infinity",
    "[NaN,Infinity,-Infinity]", #"{"":{"":[]}}"#, #""\"\\\/\b\f\n\r\t""#, "9223372036854775807",
    "-9223372036854775808", "12345678901234567890.0", "1e400",
  ])
  func isADocument(text: String) throws {
    try JSONSlices.validate(Array(text.utf8))
    _ = try JSONValue(parsing: Array(text.utf8))
  }

  @Test(arguments: [
    "", " ", "'a'", "{'a':1}", "{a:1}", "[1,]", "[,1]", "[1 2]", #"{"a":1,}"#, #"{,"a":1}"#, #"{"a"}"#,
    #"{"a":}"#, #"{"a" 1}"#, #"{1:2}"#, "// c\n1", "/* c */ 1", "1 // c", "# c\n1", "1 2", "[] []", "[1]x",
    "01", "-01", "+1", ".5", "5.", "1.e5", "1e", "1e+", "-", "--1", "0x10", "1_000", "1f", "nul", "nullx",
    "True", "TRUE", "None", "nan", "NAN", "inf", "-NaN", "infinity", "+Infinity", "\"", #""\"#, #""\x41""#,
    #""\u12""#, #""\u12G4""#, #""\U00000041""#, #""\'""#, "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "\"\u{1F}\"",
    "[", "]", "[[]", "[]]", "{", "}", "[}", "{]", "\u{FEFF}[]", "\u{A0}1", "\u{B}1", "\u{C}1", "1\u{0}",
    "undefined", "[1,,2]", #"{"a":1,,"b":2}"#, #""a" "b""#, #""a""b""#,
  ])
  func isNoDocument(text: String) {
    #expect(throws: JSONError.self) { try JSONSlices.validate(Array(text.utf8)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test(
    arguments: [
      [0x22, 0x80, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0xFF, 0xFE], [0xEF, 0xBB, 0xBF, 0x31], [0x5B, 0xE9, 0x5D],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONSlices.validate(bytes) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  /// Python reads these; a Swift value could not hold them as they are.
  @Test(arguments: [
    ("9223372036854775808", "integer beyond 64 bits at byte 0"),
    ("[-9223372036854775809]", "integer beyond 64 bits at byte 1"),
    ("18446744073709551616", "integer beyond 64 bits"),
    ("1" + String(repeating: "0", count: 100), "integer beyond 64 bits"),
    (#""\ud800""#, "half a surrogate pair"), (#""\udc00\ud800""#, "half a surrogate pair"),
    (#""\ud800\ud800\udc00""#, "half a surrogate pair"), (#""\ud83dx""#, "half a surrogate pair"),
    (#""\ud83d\n""#, "half a surrogate pair"), (#"{"a\u0000b":1}"#, "a name with a NUL"),
  ])
  func isADocumentButNoValue(text: String, complaint: String) throws {
    try JSONSlices.validate(Array(text.utf8))
    let error = try #require(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error.description.hasPrefix(complaint))
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    let most = Int(JSONSlices.maximumDepth)
    try JSONSlices.validate(nested(most))
    _ = try JSONValue(parsing: nested(most))
    for depth in [most + 1, 1_000_000] {
      #expect(throws: JSONError.self) { try JSONSlices.validate(nested(depth)) }
      #expect(throws: JSONError.self) { try JSONValue(parsing: nested(depth)) }
    }
    #expect(throws: JSONError.self) { try JSONSlices.validate(Array(repeating: 0x5B, count: 1_000_000)) }
  }

  @Test func valuesComeOutAsTheyWentIn() throws {
    let text = #" {"b": [1, -2.5, "x\ty\u0000z", null, true], "a": {"": "\ud83d\ude00"}, "b2": 1e400} "#
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(value.object?.members.map(\.name) == ["b", "a", "b2"])
    #expect(value["b"]?.array == [1, -2.5, "x\ty\u{0}z", .null, true])
    #expect(value["a"]?[""]?.string == "😀")
    #expect(value["b2"]?.double == .infinity)
    #expect(
      try JSONValue(parsing: Array("[9223372036854775807,-9223372036854775808]".utf8))
        == [.integer(.max), .integer(.min)])
    #expect(try JSONValue(parsing: Array(#"{"a":1,"a":2}"#.utf8)) == ["a": 2])
  }

  @Test func requireTellsMissingFromWrong() throws {
    let value: JSONValue = ["n": "7", "none": .null]
    #expect(throws: JSONError("field 'm' is missing")) { try value.require("m", \.integer) }
    #expect(throws: JSONError("field 'none' is missing")) { try value.require("none", \.integer) }
    #expect(throws: JSONError("field 'n' has the wrong type")) { try value.require("n", \.integer) }
    #expect(try value.require("n", \.string) == "7")
  }
}
