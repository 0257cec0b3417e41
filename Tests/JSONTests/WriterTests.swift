import JSON
import Testing

@Suite struct WriterTests {
  private let value: JSONValue = [
    "text": "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é日😀\u{2028}",
    "integers": [0, -1, .integer(.max), .integer(.min)],
    "doubles": [
      0.1, -0.0, 1e22, .double(.leastNonzeroMagnitude), 1.7976931348623157e308, 3.0, .double(.infinity),
      .double(-.infinity),
    ],
    "nothing": [.null, [], [:], "", false, true],
    "nested": ["a": ["b": [["c": 1]]]],
  ]

  @Test(arguments: [false, true])
  func whatIsWrittenReadsBack(indented: Bool) throws {
    let bytes = value.serialized(indented: indented)
    #expect(try JSONValue(parsing: bytes) == value)
    #expect(bytes.contains(0x0A) == indented)
  }

  @Test func pythonReadsTheSame() throws {
    let printed = try python(
      "import json, sys; print(json.dumps(json.load(sys.stdin.buffer), ensure_ascii=False))",
      input: value.serialized(indented: true))
    #expect(try JSONValue(parsing: printed) == value)
  }

  @Test func theLayoutIsStable() {
    let value: JSONValue = ["a": [1, "x"], "e": [], "o": ["k": .raw(Array("[ 1e99 ]".utf8))]]
    #expect(
      String(decoding: value.serialized(), as: UTF8.self) == #"{"a":[1,"x"],"e":[],"o":{"k":[ 1e99 ]}}"#)
    #expect(
      String(decoding: value.serialized(indented: true), as: UTF8.self) == """
        {
          "a": [
            1,
            "x"
          ],
          "e": [],
          "o": {
            "k": [ 1e99 ]
          }
        }
        """)
  }

  @Test func anObjectKeepsItsOrder() {
    var object: JSONObject = ["b": 1, "a": 2]
    object["c"] = 3
    object["b"] = 4
    object["a"] = nil
    #expect(object.members.map(\.name) == ["b", "c"])
    #expect(object["b"] == 4)
  }

  @Test func notANumberSurvives() throws {
    let value = try JSONValue(parsing: JSONValue.double(.nan).serialized())
    #expect(value.double?.isNaN == true)
  }
}
