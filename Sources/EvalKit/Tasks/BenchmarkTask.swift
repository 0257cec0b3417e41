import JSON

/// One task of a benchmark: what the model is asked, and the bytes that Python will test the answer with.
///
/// The raw fields are the value's bytes in the task file, from first to last, never decoded here: test
/// inputs hold integers of a hundred digits and `-Infinity`, which only Python reads as they are meant.
public struct BenchmarkTask: Sendable {
  /// `HumanEval/0`, `Mbpp/2`.
  public let id: String
  /// The name of the function to write. Two tasks may share one.
  public let entryPoint: String
  /// The prompt as text.
  public let prompt: String
  /// The prompt as a JSON string token, quotes included.
  public let rawPrompt: [UInt8]
  /// The reference solution as a JSON string token; for HumanEval the body that follows the prompt.
  public let rawCanonicalSolution: [UInt8]
  /// The base tests: a JSON list of argument lists.
  public let rawBaseInput: [UInt8]
  /// The plus tests: a JSON list of argument lists, or `{}` for none (Mbpp/793).
  public let rawPlusInput: [UInt8]
  /// The absolute tolerance as a JSON number; whether it is written as an integer matters to the oracle.
  public let rawAtol: [UInt8]
  /// As the data calls it, where it does.
  public let difficulty: String?
  /// The line of the task file, from 1.
  public let line: Int

  /// The program that the reference runs to find the expected values, as a JSON string token.
  ///
  /// evalplus runs `prompt + canonical_solution` (`evalplus/gen/util/__init__.py`). Two tokens become one
  /// without their inner quotes, so nothing is decoded on the way.
  public func referenceProgram() -> [UInt8] {
    Array(rawPrompt.dropLast() + rawCanonicalSolution.dropFirst())
  }

  /// Reads one line of a task file.
  ///
  /// - Throws: `JSONError` that names the field. ``TaskFile`` adds file, line and task.
  init(line bytes: [UInt8], number: Int) throws(JSONError) {
    let fields = try JSONSlices(of: bytes)
    line = number
    id = try Self.text(Self.raw("task_id", .string, fields, bytes), "task_id")
    entryPoint = try Self.text(Self.raw("entry_point", .string, fields, bytes), "entry_point")
    if entryPoint.isEmpty { throw JSONError("field 'entry_point' is empty") }
    rawPrompt = try Self.raw("prompt", .string, fields, bytes)
    prompt = try Self.text(rawPrompt, "prompt")
    rawCanonicalSolution = try Self.raw("canonical_solution", .string, fields, bytes)
    difficulty = fields["difficulty"].flatMap { (try? JSONValue(parsing: Array(bytes[$0])))?.string }
    rawBaseInput = try Self.tests("base_input", fields, bytes)
    rawPlusInput = try Self.tests("plus_input", fields, bytes)
    rawAtol = try Self.raw("atol", .number, fields, bytes)
    guard let atol = try? JSONValue(parsing: rawAtol).double, atol >= 0, atol.isFinite else {
      throw JSONError("field 'atol' is not a finite number of at least 0")
    }
  }

  private static func raw(
    _ name: String, _ kind: JSONKind, _ fields: JSONSlices, _ bytes: [UInt8]
  ) throws(JSONError) -> [UInt8] {
    guard let range = fields[name] else { throw JSONError("field '\(name)' is missing") }
    guard JSONKind(firstByte: bytes[range.lowerBound]) == kind else {
      throw JSONError("field '\(name)' is not a \(kind)")
    }
    return Array(bytes[range])
  }

  /// A list of tests. An object is let through only if it is empty: Python iterates both the same way then.
  private static func tests(
    _ name: String, _ fields: JSONSlices, _ bytes: [UInt8]
  ) throws(JSONError) -> [UInt8] {
    guard let range = fields[name] else { throw JSONError("field '\(name)' is missing") }
    let raw = Array(bytes[range])
    switch JSONKind(firstByte: raw.first ?? 0) {
    case .array: return raw
    case .object where try JSONSlices(of: raw).members.isEmpty: return raw
    default: throw JSONError("field '\(name)' is not a list of tests")
    }
  }

  private static func text(_ token: [UInt8], _ name: String) throws(JSONError) -> String {
    do {
      guard let text = try JSONValue(parsing: token).string else {
        throw JSONError("it is not text")
      }
      return text
    } catch {
      throw JSONError("field '\(name)': \(error)")
    }
  }
}
