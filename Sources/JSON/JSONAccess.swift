extension JSONValue {
  /// The member `name` of an object, or `nil` when it is absent, `null`, or this is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let object) = self, let value = object[name], value != .null else { return nil }
    return value
  }

  /// The text, or `nil` for any other kind.
  public var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  /// The integer, or `nil` for any other kind; a double with an integral value is no integer.
  public var integer: Int? {
    if case .integer(let value) = self { return Int(exactly: value) }
    return nil
  }

  /// Any number as a double.
  public var double: Double? {
    switch self {
    case .double(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The truth value, or `nil` for any other kind.
  public var bool: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The elements, or `nil` for any other kind.
  public var array: [JSONValue]? {
    if case .array(let value) = self { return value }
    return nil
  }

  /// The object, or `nil` for any other kind.
  public var object: JSONObject? {
    if case .object(let value) = self { return value }
    return nil
  }

  /// The member `name` read by `as`; a missing member and one of another type are different errors.
  ///
  /// Use: `try config.require("hidden_size", \.integer)`.
  public func require<Value>(
    _ name: String, _ as: (JSONValue) -> Value?
  ) throws(JSONError) -> Value {
    guard let member = self[name] else { throw JSONError("field '\(name)' is missing") }
    guard let value = `as`(member) else { throw JSONError("field '\(name)' has the wrong type") }
    return value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer literal.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A boolean literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A float literal.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// An array literal.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// A dictionary literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { .init(name: $0.0, value: $0.1) }))
  }

  /// An integer.
  public init(_ value: Int) { self = .integer(Int64(value)) }

  /// `null` for `nil`.
  public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }

  /// `null` for `nil`.
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }

  /// `null` for `nil`.
  public init(_ value: Double?) { self = value.map { .double($0) } ?? .null }
}
