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

  /// Every text of up to seven letters, with every continuation by up to two: settled means that none changes the cut.
  @Test(arguments: [["ab"], ["a", "ba"], ["bb", "abba"], ["ab", "bab", "aabb"], [""], []])
  func settledTextsKeepTheirCut(_ stops: [String]) {
    func texts(_ length: Int) -> [String] {
      length == 0 ? [""] : texts(length - 1).flatMap { ["\($0)a", "\($0)b", "\($0)c"] }
    }
    let rests = (0...2).flatMap(texts)
    var settled = 0
    for text in (0...7).flatMap(texts) where Completion(text: text).isSettled(by: stops) {
      settled += 1
      let cut = Completion(text: text).cut(at: stops)
      #expect(cut.utf8.count < text.utf8.count)
      #expect(rests.allSatisfy { Completion(text: text + $0).cut(at: stops) == cut }, "\(text)")
    }
    #expect((settled > 0) == stops.contains { !$0.isEmpty })
    // Not settled: "aab" may become "aabb", which begins before "ab".
    #expect(!Completion(text: "aab").isSettled(by: ["ab", "aabb"]))
    #expect(Completion(text: "aabc").isSettled(by: ["ab", "aabb"]))
  }

  @Test func programsAreJoinedWithoutDecoding() {
    let head = Array(#""a\ud800""#.utf8)
    let tail = Array(#""\n\u0000b""#.utf8)
    #expect(Program(joining: head, tail).token == Array(#""a\ud800\n\u0000b""#.utf8))
    #expect(Program(text: "x = \"é\"\n").token == Array(#""x = \"é\"\n""#.utf8))
  }
}
