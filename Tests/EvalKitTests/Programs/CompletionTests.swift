import Testing

@testable import EvalKit

struct CompletionTests {
  @Test func endsBeforeTheEarliestStop() {
    let completion = Completion(text: "  return 1\n\nprint(2)\ndef g():")
    #expect(completion.cut(at: ["\ndef ", "\nprint("]) == "  return 1\n")
    #expect(completion.cut(at: ["absent"]) == completion.text)
    #expect(completion.cut(at: []) == completion.text)
    #expect(Completion(text: "").cut(at: ["x"]) == "")
  }

  /// Swift's own search treats CR LF as one character and would miss the stop.
  @Test func findsStopsAcrossCarriageReturns() {
    #expect(Completion(text: "a\r\nprint(1)").cut(at: ["\nprint("]) == "a\r")
  }

  @Test func turnsTabsIntoFourSpaces() {
    #expect(Completion(text: "\tif x:\n\t\ty").cut(at: []) == "    if x:\n        y")
  }

  @Test func programsAreJoinedWithoutDecoding() {
    let head = Array(#""a\ud800""#.utf8)
    let tail = Array(#""\n\u0000b""#.utf8)
    #expect(Program(joining: head, tail).token == Array(#""a\ud800\n\u0000b""#.utf8))
    #expect(Program(text: "x = \"é\"\n").token == Array(#""x = \"é\"\n""#.utf8))
  }
}
