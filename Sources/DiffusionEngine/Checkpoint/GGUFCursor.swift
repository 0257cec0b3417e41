/// Reads a GGUF header from front to back; no read passes the end of the file.
///
/// Format: ggml's docs/gguf.md. Numbers are little-endian, lengths and counts 64 bits wide.
struct GGUFCursor {
  let file: MappedFile
  private(set) var offset: Int

  init(_ file: MappedFile, at offset: Int = 0) {
    precondition(offset >= 0 && offset <= file.count, "a cursor outside of the file")
    self.file = file
    self.offset = offset
  }

  /// Bytes from here to the end of the file.
  var remaining: Int { file.count - offset }

  func failure(_ what: String) -> EngineError { GGUF.malformed(file.path, what) }

  mutating func integer<Integer: FixedWidthInteger>(
    _ field: @autoclosure () -> String, as type: Integer.Type = Integer.self
  ) throws(EngineError) -> Integer {
    let width = MemoryLayout<Integer>.size
    guard width <= remaining else {
      throw failure("\(field()) needs \(width) bytes at offset \(offset), the file has \(file.count)")
    }
    let value = file.withBytes(offset..<offset + width) {
      Integer(littleEndian: $0.loadUnaligned(as: Integer.self))
    }
    offset += width
    return value
  }

  /// A number of things of which each takes `width` bytes or more, so that no count exceeds the file.
  mutating func count(
    _ field: @autoclosure () -> String, eachAtLeast width: Int
  ) throws(EngineError) -> Int {
    let value: UInt64 = try integer(field())
    guard value <= UInt64(remaining / width) else {
      throw failure(
        "\(field()) is \(value), the \(remaining) bytes that follow hold at most \(remaining / width)")
    }
    return Int(value)
  }

  mutating func skip(_ count: Int, _ field: @autoclosure () -> String) throws(EngineError) {
    guard count >= 0, count <= remaining else {
      throw failure("\(field()) needs \(count) bytes at offset \(offset), the file has \(file.count)")
    }
    offset += count
  }

  /// A length and so many bytes of UTF-8.
  mutating func text(
    _ field: @autoclosure () -> String, atMost limit: Int = .max
  ) throws(EngineError) -> String {
    let count = try count("the length of \(field())", eachAtLeast: 1)
    guard count <= limit else { throw failure("\(field()) has \(count) bytes, more than \(limit)") }
    let text = file.withBytes(offset..<offset + count) { String(validating: $0, as: UTF8.self) }
    guard let text else { throw failure("\(field()) at offset \(offset) is not UTF-8") }
    offset += count
    return text
  }

  /// The value of metadata key `key`, its type already read. Arrays are checked and stay in the file.
  mutating func value(_ type: GGUFValue.Kind, of key: String) throws(EngineError) -> GGUFValue {
    switch type {
    case .uint8: .integer(Int64(try integer("'\(key)'", as: UInt8.self)))
    case .int8: .integer(Int64(try integer("'\(key)'", as: Int8.self)))
    case .uint16: .integer(Int64(try integer("'\(key)'", as: UInt16.self)))
    case .int16: .integer(Int64(try integer("'\(key)'", as: Int16.self)))
    case .uint32: .integer(Int64(try integer("'\(key)'", as: UInt32.self)))
    case .int32: .integer(Int64(try integer("'\(key)'", as: Int32.self)))
    case .uint64: .init(unsigned: try integer("'\(key)'", as: UInt64.self))
    case .int64: .integer(try integer("'\(key)'", as: Int64.self))
    case .float32: .number(Double(Float(bitPattern: try integer("'\(key)'"))))
    case .float64: .number(Double(bitPattern: try integer("'\(key)'")))
    case .bool: .flag(try flag("'\(key)'"))
    case .string: .text(try text("'\(key)'"))
    case .array: .array(try array(of: key, depth: 1))
    }
  }

  private mutating func flag(_ field: @autoclosure () -> String) throws(EngineError) -> Bool {
    let byte: UInt8 = try integer(field())
    guard byte <= 1 else { throw failure("\(field()) is a bool of the value \(byte), neither 0 nor 1") }
    return byte == 1
  }

  mutating func kind(of key: String) throws(EngineError) -> GGUFValue.Kind {
    let raw: UInt32 = try integer("the type of '\(key)'")
    guard let kind = GGUFValue.Kind(rawValue: raw) else {
      throw failure("'\(key)' has the type \(raw), and types are 0 to 12")
    }
    return kind
  }

  private mutating func array(of key: String, depth: Int) throws(EngineError) -> GGUFValue.List {
    guard depth <= GGUFCursor.deepestArray else {
      throw failure("'\(key)' nests arrays deeper than \(GGUFCursor.deepestArray)")
    }
    let kind = try kind(of: key)
    let count = try count("the count of '\(key)'", eachAtLeast: kind.leastWidth)
    let start = offset
    switch kind {
    case .string:
      for _ in 0..<count {
        try skip(self.count("the length of a text of '\(key)'", eachAtLeast: 1), "a text of '\(key)'")
      }
    case .array: for _ in 0..<count { _ = try array(of: key, depth: depth + 1) }
    // The count was checked against the width, so that the product cannot overflow.
    default: try skip(count * kind.leastWidth, "'\(key)'")
    }
    return .init(kind: kind, count: count, range: start..<offset)
  }

  /// The format has no bound; no model has arrays of arrays at all.
  private static let deepestArray = 4
}
