/// The number formats of stored weights that the engine reads.
enum ElementType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  /// Packed weights only.
  case int8 = "I8"

  /// Bytes per element.
  var width: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    case .int8: 1
    }
  }

  /// Widens little-endian elements to single precision, which represents every value of the formats exactly.
  func widened(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    precondition(bytes.count.isMultiple(of: width), "a tensor ends inside an element")
    let count = bytes.count / width
    return [Float](unsafeUninitializedCapacity: count) { out, initialized in
      switch self {
      case .float32:
        for index in 0..<count {
          let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
          out.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: bits)))
        }
      case .bfloat16:
        for index in 0..<count {
          let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
          let word = UInt32(UInt16(littleEndian: bits)) << 16
          out.initializeElement(at: index, to: Float(bitPattern: word))
        }
      case .int8:
        for index in 0..<count {
          out.initializeElement(at: index, to: Float(Int8(bitPattern: bytes[index])))
        }
      case .float16:
        for index in 0..<count {
          let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
          out.initializeElement(at: index, to: ElementType.single(half: UInt16(littleEndian: bits)))
        }
      }
      initialized = count
    }
  }

  /// IEEE 754 binary16 to binary32 by bits, because `Float16` does not exist on every platform.
  static func single(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Subnormal: fraction * 2^-24, exact in single precision.
      let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
      return sign == 0 ? magnitude : -magnitude
    case 0x1F:
      return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
