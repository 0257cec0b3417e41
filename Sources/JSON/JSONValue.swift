import CJSONC

/// A JSON document that evalkit interprets: manifests, model configurations, its own run folders.
///
/// Task inputs and candidate programs are never turned into this type; they travel as raw slices
/// (see ``JSONSlices``), because a JSON number in a task may exceed any machine integer.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
  /// Text that is already JSON and is written as it stands. Never produced by the reader.
  case raw([UInt8])
}

/// The members of a JSON object in the order of the document.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One `"name": value` pair.
  public struct Member: Sendable, Equatable {
    /// The member's name.
    public let name: String
    /// What is stored under it.
    public var value: JSONValue

    /// One pair.
    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The members in the order of the document, or of insertion.
  public private(set) var members: [Member]

  /// An object of these members. Their names should differ.
  public init(_ members: [Member] = []) { self.members = members }

  /// An object from a literal, in the literal's order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = elements.map { Member(name: $0.0, value: $0.1) }
  }

  /// The value under `name`; setting `nil` removes the member, setting a new name appends it.
  public subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

/// Why a document, or a part of it, is not what it should be.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sentence without the file's name; the caller knows the file.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) { self.description = description }
}

extension JSONValue {
  /// Reads one whole document.
  ///
  /// The bytes are first checked by ``JSONSlices``'s strict grammar, because json-c accepts single
  /// quotes even in its strict mode. What json-c would change without a word is refused: integers beyond
  /// `Int64` (it clamps them), halves of surrogate pairs (it replaces them), names with a NUL (it cuts them).
  /// Of members with the same name the last one counts, as in Python.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    try JSONSlices.validate(bytes, interpretable: true)
    guard let tokener = json_tokener_new_ex(JSONSlices.maximumDepth + 1) else {
      throw JSONError("out of memory")
    }
    defer { json_tokener_free(tokener) }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT)
    // json-c takes the length as Int32.
    guard bytes.count < Int32.max else { throw JSONError("document larger than 2 GiB") }
    let root = bytes.withUnsafeBytes { buffer in
      json_tokener_parse_ex(
        tokener, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
    }
    var status = json_tokener_get_error(tokener)
    var document = root
    if status == json_tokener_continue {
      // A number or literal at the very end waits for a terminator.
      document = json_tokener_parse_ex(tokener, " ", 1)
      status = json_tokener_get_error(tokener)
    }
    defer { json_object_put(document) }
    guard status == json_tokener_success else {
      throw JSONError(String(cString: json_tokener_error_desc(status)))
    }
    self = try JSONValue(document)
  }

  private init(_ object: OpaquePointer?) throws(JSONError) {
    switch json_object_get_type(object) {
    case json_type_boolean:
      self = .bool(json_object_get_boolean(object) != 0)
    case json_type_double:
      self = .double(json_object_get_double(object))
    case json_type_int:
      self = .integer(json_object_get_int64(object))
    case json_type_string:
      self = .string(JSONValue.text(of: object))
    case json_type_array:
      var elements: [JSONValue] = []
      let count = json_object_array_length(object)
      elements.reserveCapacity(count)
      for index in 0..<count {
        elements.append(try JSONValue(json_object_array_get_idx(object, index)))
      }
      self = .array(elements)
    case json_type_object:
      var members: [JSONObject.Member] = []
      members.reserveCapacity(Int(json_object_object_length(object)))
      var entry = lh_table_head(json_object_get_object(object))
      while let current = entry {
        guard let key = lh_entry_k(current) else { throw JSONError("member without a name") }
        let name = String(cString: key.assumingMemoryBound(to: CChar.self))
        let value = try JSONValue(OpaquePointer(lh_entry_v(current)))
        members.append(.init(name: name, value: value))
        entry = lh_entry_next(current)
      }
      self = .object(JSONObject(members))
    default:
      self = .null
    }
  }

  private static func text(of object: OpaquePointer?) -> String {
    let count = Int(json_object_get_string_len(object))
    guard let start = json_object_get_string(object) else { return "" }
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
      String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
  }
}
