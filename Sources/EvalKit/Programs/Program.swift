import JSON

/// One candidate program, kept as the JSON string token that will carry it to Python.
///
/// Swift never decodes it: a lone surrogate or a NUL in a published sample must reach the judge as it
/// is in the file.
public struct Program: Sendable, Equatable {
  /// A JSON string token, quotes included.
  public let token: [UInt8]

  /// Wraps a token cut out of a JSON document.
  public init(token: [UInt8]) { self.token = token }

  public init(text: String) {
    var token: [UInt8] = []
    JSONValue.quote(text, to: &token)
    self.token = token
  }

  /// The program as a person reads it; one that is no Swift string (half a surrogate pair) as its JSON.
  public var text: String {
    (try? JSONValue(parsing: token))?.string ?? String(decoding: token, as: UTF8.self)
  }

  /// The program made of two texts, neither decoded: `"ab"` + `"cd"` = `"abcd"`.
  public init(joining head: [UInt8], _ tail: [UInt8]) {
    token = head.dropLast() + tail.dropFirst()
  }
}
