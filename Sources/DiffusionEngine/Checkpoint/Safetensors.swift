import JSON

/// One file of tensors, mapped: a header of names, types, shapes and byte ranges, then the data.
///
/// Format: eight bytes of little-endian header length, the header as JSON, the data (huggingface/
/// safetensors, README "Format"). Every number of the header is checked here, once, so that readers of
/// tensors cannot leave the file.
struct Safetensors: Sendable {
  /// Where one tensor lies, as checked.
  struct Entry: Sendable, Equatable {
    let name: String
    let type: ElementType
    /// Outermost dimension first; all non-negative.
    let shape: [Int]
    /// Byte range in the file, not in the data section.
    let range: Range<Int>

    /// Number of elements.
    var count: Int { range.count / type.width }
  }

  let file: MappedFile
  let entries: [String: Entry]
  /// Where the header ends.
  let dataStart: Int
  /// `null` when the header has none.
  let metadata: JSONValue

  /// Larger headers are refused, as the reference implementation does.
  static let maximumHeader = 100_000_000

  /// - Parameter types: the element types that are expected.
  init(_ file: MappedFile, types: Set<ElementType> = Safetensors.numbers) throws(EngineError) {
    self.file = file
    let header = try Safetensors.header(of: file)
    dataStart = 8 + header.count
    (entries, metadata) = try Safetensors.content(
      header, dataStart: dataStart, fileEnd: file.count, path: file.path, types: types)
  }

  /// What checkpoints of Hugging Face hold.
  static let numbers: Set<ElementType> = [.float32, .float16, .bfloat16]

  /// The elements of `entry`, widened to single precision.
  func elements(of entry: Entry) -> [Float] {
    file.withBytes(entry.range) { entry.type.widened($0) }
  }

  private static func header(of file: MappedFile) throws(EngineError) -> [UInt8] {
    guard file.count >= 8 else {
      throw malformed(file.path, "the file has \(file.count) bytes, too few for a header length")
    }
    let length = file.withBytes(0..<8) { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(maximumHeader), Int(length) <= file.count - 8 else {
      throw malformed(file.path, "the header length \(length) does not fit the file of \(file.count) bytes")
    }
    return file.withBytes(8..<8 + Int(length)) { Array($0) }
  }

  /// Parses and checks `header`; apart from the file so that tests can feed it mutated bytes.
  static func content(
    _ header: [UInt8], dataStart: Int, fileEnd: Int, path: String, types: Set<ElementType> = numbers
  ) throws(EngineError) -> (entries: [String: Entry], metadata: JSONValue) {
    let slices: JSONSlices
    do { slices = try JSONSlices(of: header) } catch {
      throw malformed(path, "the header is not valid JSON: \(error)")
    }
    var entries: [String: Entry] = [:]
    var ranges: [(range: Range<Int>, name: String)] = []
    var metadata = JSONValue.null
    for member in slices.members {
      let entry: Entry
      do {
        let value = try JSONValue(parsing: Array(header[member.value]))
        if member.name == "__metadata__" {
          metadata = value
          continue
        }
        entry = try self.entry(member.name, value, dataStart: dataStart, fileEnd: fileEnd, types)
      } catch let error as JSONError {
        throw malformed(path, "tensor '\(member.name)': \(error)")
      } catch let error as EngineError {
        throw EngineError(error.kind, "'\(path)': \(error.message)", hint: error.hint)
      } catch {
        throw malformed(path, "tensor '\(member.name)': \(error)")
      }
      // Swift's text equality is canonical equivalence, wider than JSONSlices' check by bytes.
      guard entries.updateValue(entry, forKey: member.name) == nil else {
        throw malformed(path, "tensor '\(member.name)' occurs twice")
      }
      ranges.append((entry.range, member.name))
    }
    ranges.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    for (left, right) in zip(ranges, ranges.dropFirst())
    where right.range.lowerBound < left.range.upperBound {
      throw malformed(path, "tensors '\(left.name)' and '\(right.name)' overlap")
    }
    return (entries, metadata)
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataStart: Int, fileEnd: Int, _ types: Set<ElementType>
  ) throws -> Entry {
    let typeName = try value.require("dtype", \.string)
    guard let type = ElementType(rawValue: typeName), types.contains(type) else {
      throw EngineError(
        .unsupported, "tensor '\(name)' has the element type '\(typeName)'",
        hint: "convert the checkpoint to F32, F16 or BF16")
    }
    let shape = try integers(value.require("shape", \.array), "shape")
    var elements = 1
    for dimension in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw JSONError("the shape \(shape) overflows") }
      elements = product
    }
    let (size, overflow) = elements.multipliedReportingOverflow(by: type.width)
    guard !overflow else { throw JSONError("the shape \(shape) overflows") }
    let offsets = try integers(value.require("data_offsets", \.array), "data_offsets")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw JSONError("data_offsets must be a start and an end")
    }
    guard offsets[1] <= fileEnd - dataStart else {
      throw JSONError("data ends at \(offsets[1]), the file holds \(fileEnd - dataStart) bytes of data")
    }
    guard offsets[1] - offsets[0] == size else {
      throw JSONError("\(offsets[1] - offsets[0]) bytes of data for a shape that needs \(size)")
    }
    guard offsets[0].isMultiple(of: type.width) else {
      throw JSONError("data starts at \(offsets[0]), not a multiple of \(type.width)")
    }
    return Entry(
      name: name, type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func integers(_ values: [JSONValue], _ field: String) throws(JSONError) -> [Int] {
    var out: [Int] = []
    for value in values {
      guard let integer = value.integer, integer >= 0 else {
        throw JSONError("\(field) must hold non-negative integers")
      }
      out.append(integer)
    }
    return out
  }

  private static func malformed(_ path: String, _ what: String) -> EngineError {
    EngineError(.malformed, "'\(path)': \(what)", hint: "download the file again")
  }
}
