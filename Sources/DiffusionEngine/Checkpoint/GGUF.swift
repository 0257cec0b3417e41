/// One GGUF file, mapped: metadata and tensors, as llama.cpp stores whole models.
///
/// Source: ggml's docs/gguf.md, versions 2 and 3 (the same but for big-endian files). Every number of the
/// header is checked here, once, so that readers of tensors cannot leave the file.
struct GGUF: Sendable {
  /// Where one tensor lies, as checked.
  struct Entry: Sendable, Equatable {
    let name: String
    let type: GGUFElementType
    /// Outermost dimension first (the file has the innermost first); all positive.
    let shape: [Int]
    /// Byte range in the file.
    let range: Range<Int>
  }

  let file: MappedFile
  let metadata: [String: GGUFValue]
  let entries: [String: Entry]

  private static let magic: UInt32 = 0x4655_4747  // "GGUF", little-endian

  /// Whether the file at `path` begins as GGUF files do.
  static func begins(_ file: MappedFile) -> Bool {
    file.count >= 4
      && file.withBytes(0..<4) { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) } == magic
  }

  init(_ file: MappedFile) throws(EngineError) {
    self.file = file
    var cursor = GGUFCursor(file)
    let magic: UInt32 = try cursor.integer("the magic number")
    guard magic == GGUF.magic else { throw GGUF.malformed(file.path, "the file does not begin with 'GGUF'") }
    let version: UInt32 = try cursor.integer("the version")
    guard version == 2 || version == 3 else {
      let foreign = version.byteSwapped == 2 || version.byteSwapped == 3
      throw EngineError(
        .unsupported,
        "'\(file.path)': "
          + (foreign ? "the file is big-endian" : "GGUF version \(version) is not supported"),
        hint: "supported are little-endian files of versions 2 and 3")
    }
    // A tensor takes at least a length, a dimension, a type and an offset; a value a length and a type.
    let tensorCount = try cursor.count("the number of tensors", eachAtLeast: 32)
    let valueCount = try cursor.count("the number of metadata values", eachAtLeast: 13)
    metadata = try GGUF.metadata(&cursor, count: valueCount)
    entries = try GGUF.entries(&cursor, count: tensorCount, alignment: GGUF.alignment(metadata, file.path))
  }

  /// The texts of array `key`.
  func texts(_ key: String) throws(EngineError) -> [String] {
    let list = try list(key, ofKind: "texts") { $0 == .string }
    var cursor = GGUFCursor(file, at: list.range.lowerBound)
    var out: [String] = []
    for index in 0..<list.count { out.append(try cursor.text("text \(index) of '\(key)'")) }
    return out
  }

  /// The integers of array `key`, whatever their width.
  func integers(_ key: String) throws(EngineError) -> [Int64] {
    let list = try list(key, ofKind: "integers") {
      ![.string, .array, .float32, .float64, .bool].contains($0)
    }
    var cursor = GGUFCursor(file, at: list.range.lowerBound)
    var out: [Int64] = []
    for _ in 0..<list.count {
      guard case .integer(let value) = try cursor.value(list.kind, of: key) else {
        throw GGUF.malformed(file.path, "'\(key)' holds an integer beyond 2^63")
      }
      out.append(value)
    }
    return out
  }

  private func list(
    _ key: String, ofKind wanted: String, _ accepts: (GGUFValue.Kind) -> Bool
  ) throws(EngineError) -> GGUFValue.List {
    guard let value = metadata[key] else { throw GGUF.malformed(file.path, "'\(key)' is missing") }
    guard case .array(let list) = value, accepts(list.kind) else {
      throw GGUF.malformed(file.path, "'\(key)' is not an array of \(wanted)")
    }
    return list
  }

  private static func metadata(
    _ cursor: inout GGUFCursor, count: Int
  ) throws(EngineError) -> [String: GGUFValue] {
    var metadata: [String: GGUFValue] = [:]
    for index in 0..<count {
      let key = try cursor.text("the key of metadata value \(index)", atMost: longestName)
      guard !key.isEmpty else { throw cursor.failure("the key of metadata value \(index) is empty") }
      let value = try cursor.value(cursor.kind(of: key), of: key)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw cursor.failure("'\(key)' occurs twice")
      }
    }
    return metadata
  }

  private static func alignment(
    _ metadata: [String: GGUFValue], _ path: String
  ) throws(EngineError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard case .integer(let integer) = value, let alignment = Int(exactly: integer), alignment > 0,
      alignment <= 1 << 20, alignment & (alignment - 1) == 0
    else { throw malformed(path, "'general.alignment' is \(value), not a power of two up to 2^20") }
    return alignment
  }

  private static func entries(
    _ cursor: inout GGUFCursor, count: Int, alignment: Int
  ) throws(EngineError) -> [String: Entry] {
    var described: [Description] = []
    for index in 0..<count { described.append(try Description(&cursor, index, alignment)) }
    // The data begins at the next multiple of the alignment.
    let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
    var entries: [String: Entry] = [:]
    var placed: [Entry] = []
    for tensor in described {
      let held = max(cursor.file.count - dataStart, 0)
      guard tensor.offset <= held, tensor.size <= held - tensor.offset else {
        throw cursor.failure(
          "tensor '\(tensor.name)': \(tensor.size) bytes of data at \(tensor.offset), the file holds \(held) "
            + "bytes of data")
      }
      let start = dataStart + tensor.offset
      let entry = Entry(
        name: tensor.name, type: tensor.type, shape: tensor.shape, range: start..<start + tensor.size)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw cursor.failure("tensor '\(entry.name)' occurs twice")
      }
      placed.append(entry)
    }
    placed.sort { $0.range.lowerBound < $1.range.lowerBound }
    for (left, right) in zip(placed, placed.dropFirst())
    where right.range.lowerBound < left.range.upperBound {
      throw cursor.failure("tensors '\(left.name)' and '\(right.name)' overlap")
    }
    return entries
  }

  /// The format's bound for keys; ggml's for tensors is 64.
  private static let longestName = 65535

  static func malformed(_ path: String, _ what: String) -> EngineError {
    EngineError(.malformed, "'\(path)': \(what)", hint: "download the file again")
  }
}

/// What the header says of one tensor, before it is known where the data begins.
private struct Description {
  let name: String
  let type: GGUFElementType
  let shape: [Int]
  /// In the data section.
  let offset: Int
  /// In bytes; positive.
  let size: Int

  init(_ cursor: inout GGUFCursor, _ index: Int, _ alignment: Int) throws(EngineError) {
    let name = try cursor.text("the name of tensor \(index)", atMost: 65535)
    guard !name.isEmpty else { throw cursor.failure("the name of tensor \(index) is empty") }
    let place = "tensor '\(name)'"
    let rank: UInt32 = try cursor.integer("\(place): the number of dimensions")
    guard (1...4).contains(rank) else {
      throw cursor.failure("\(place) has \(rank) dimensions, and must have 1 to 4")
    }
    var dimensions: [Int] = []
    var elements = 1
    for _ in 0..<rank {
      let raw: UInt64 = try cursor.integer("\(place): a dimension")
      guard let dimension = Int(exactly: raw), dimension > 0 else {
        throw cursor.failure("\(place) has a dimension of \(raw)")
      }
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw cursor.failure("\(place): the dimensions \(dimensions), \(raw) overflow") }
      elements = product
      dimensions.append(dimension)
    }
    let rawType: UInt32 = try cursor.integer("\(place): the type")
    guard let type = GGUFElementType(rawValue: rawType) else {
      throw EngineError(
        .unsupported, "'\(cursor.file.path)': \(place) has the type \(GGUFElementType.name(rawType))",
        hint: "supported are \(GGUFElementType.allCases.map(\.name).joined(separator: ", "))")
    }
    guard dimensions[0].isMultiple(of: type.blockCount) else {
      throw cursor.failure(
        "\(place): rows of \(dimensions[0]) elements, not a multiple of the \(type.blockCount) of a "
          + "\(type.name) block")
    }
    let (size, overflow) = (elements / type.blockCount).multipliedReportingOverflow(by: type.blockSize)
    guard !overflow else { throw cursor.failure("\(place): the dimensions \(dimensions) overflow") }
    let rawOffset: UInt64 = try cursor.integer("\(place): the offset")
    guard let offset = Int(exactly: rawOffset), offset.isMultiple(of: alignment) else {
      throw cursor.failure(
        "\(place): the offset \(rawOffset) is not a multiple of the alignment \(alignment)")
    }
    self.name = name
    self.type = type
    shape = dimensions.reversed()
    self.offset = offset
    self.size = size
  }
}
