/// A GGUF header in the making, for headers that no writer would write, or that are too large to keep.
struct GGUFHeader {
  var bytes: [UInt8] = Array("GGUF".utf8)

  init(version: UInt32 = 3, tensors: UInt64 = 0, values: UInt64 = 0) {
    put(version)
    put(tensors)
    put(values)
  }

  mutating func put(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.littleEndian) { bytes += $0 }
  }

  mutating func put(_ text: String) {
    put(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  mutating func tensor(_ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) {
    put(name)
    put(UInt32(dimensions.count))
    for dimension in dimensions { put(dimension) }
    put(type)
    put(offset)
  }

  /// Enough data for a small tensor.
  mutating func pad(_ count: Int = 256) { bytes += [UInt8](repeating: 0, count: count) }

  mutating func value(_ key: String, _ text: String) {
    put(key)
    put(UInt32(8))
    put(text)
  }

  mutating func value(_ key: String, _ texts: [String]) {
    put(key)
    put(UInt32(9))
    put(UInt32(8))
    put(UInt64(texts.count))
    for text in texts { put(text) }
  }

  mutating func value(_ key: String, _ integers: [Int32]) {
    put(key)
    put(UInt32(9))
    put(UInt32(5))
    put(UInt64(integers.count))
    for integer in integers { put(integer) }
  }
}
