import JSON

/// What the judge said beside status and reason, by name. All of it is for people; a member that this
/// version of the judge does not send is `nil`.
extension HalfVerdict {
  /// `TypeError: unsupported operand`, `SIGSEGV`, …
  public var message: String? { detail["detail"]?.string }

  /// The line of the program that the message names at its end.
  public var line: Int? {
    guard let message, message.hasSuffix(")"), let start = message.utf8.lastIndex(of: UInt8(ascii: "("))
    else {
      return nil
    }
    let words = message[start...].dropFirst().dropLast().split(separator: " ")
    return words.count == 2 && words[0] == "line" ? Int(words[1]) : nil
  }

  /// The test that decided, from 0.
  public var test: Int? { detail["test"]?.integer }
  /// How many tests ended, in whatever way.
  public var testsRun: Int { detail["tests_run"]?.integer ?? 0 }

  /// How many of them passed.
  ///
  /// - Parameter allTests: whether the program was run on after its first failure.
  public func testsPassed(allTests: Bool) -> Int? {
    if status == .pass { return testsRun }
    if !allTests { return test ?? testsRun }
    guard let failed = detail["fail_tests"]?.string else { return nil }
    return max(0, testsRun - HalfVerdict.elementCount(ofList: failed.utf8))
  }

  /// How many elements a JSON list has. ``JSONValue`` would refuse the integers in it that only Python reads.
  private static func elementCount(ofList text: String.UTF8View) -> Int {
    var (depth, commas, isEmpty) = (0, 0, true)
    var (isInText, isEscaped) = (false, false)
    for byte in text {
      if depth > 0, byte != UInt8(ascii: " "), !(depth == 1 && byte == UInt8(ascii: "]")) { isEmpty = false }
      if isInText {
        if !isEscaped, byte == UInt8(ascii: "\"") { isInText = false }
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInText = true
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ",") where depth == 1: commas += 1
      default: break
      }
    }
    return isEmpty ? 0 : commas + 1
  }

  /// The arguments of the deciding test, what it should have returned and what it did, as Python text;
  /// long ones are cut by the judge, who names their length.
  public var input: String? { detail["input"]?.string }
  public var expected: String? { detail["expected"]?.string }
  public var got: String? { detail["got"]?.string }

  /// The end of what the program wrote to stdout and stderr.
  public var outputTail: String? { detail["output_tail"]?.string }

  public var wallSeconds: Double? { detail["wall_seconds"]?.double }
  public var cpuSeconds: Double? { detail["cpu_seconds"]?.double }
  /// The largest resident memory of the program's process.
  public var memoryBytes: Int? { detail["memory_bytes"]?.integer }
}
