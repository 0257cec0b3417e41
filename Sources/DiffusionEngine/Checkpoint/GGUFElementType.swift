/// The number formats of GGUF tensors that the engine reads, by the format's type numbers.
///
/// Source of the block layouts: ggml-common.h.
enum GGUFElementType: UInt32, Sendable, CaseIterable {
  case float32 = 0
  case float16 = 1
  case q4_0 = 2
  case q5_0 = 6
  case q8_0 = 8
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case bfloat16 = 30

  /// Elements of one block, which share their scales.
  var blockCount: Int {
    switch self {
    case .float32, .float16, .bfloat16: 1
    case .q4_0, .q5_0, .q8_0: 32
    case .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Bytes of one block.
  var blockSize: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    case .q4_0: 2 + 16
    case .q5_0: 2 + 4 + 16
    case .q8_0: 2 + 32
    case .q4_K: 4 + 12 + 128
    case .q5_K: 4 + 12 + 32 + 128
    case .q6_K: 128 + 64 + 16 + 2
    }
  }

  /// ggml's name.
  var name: String { GGUFElementType.name(rawValue) }

  static func name(_ number: UInt32) -> String {
    let names: [UInt32: String] = [
      0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K",
      11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS",
      18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16",
      26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]
    return names[number] ?? "number \(number)"
  }

  /// The same type outside of GGUF files; `nil` for quantised ones.
  var plain: ElementType? {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    default: nil
    }
  }

  /// The elements of whole blocks in single precision, in the order and with the roundings of ggml's
  /// reference: scales are multiplied first, minima subtracted last.
  func widened(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    precondition(bytes.count.isMultiple(of: blockSize), "a tensor ends inside a block")
    switch self {
    case .float32: return ElementType.float32.widened(bytes)
    case .float16: return ElementType.float16.widened(bytes)
    case .bfloat16: return ElementType.bfloat16.widened(bytes)
    default: break
    }
    let blocks = bytes.count / blockSize
    return [Float](unsafeUninitializedCapacity: blocks * blockCount) { out, initialized in
      out.initialize(repeating: 0)
      for index in 0..<blocks {
        let block = UnsafeRawBufferPointer(rebasing: bytes[index * blockSize..<(index + 1) * blockSize])
        let target = UnsafeMutableBufferPointer(
          rebasing: out[index * blockCount..<(index + 1) * blockCount])
        widen(block, target)
      }
      initialized = blocks * blockCount
    }
  }

  private func widen(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .q4_0: QuantizedBlock.widenQ4_0(block, out)
    case .q5_0: QuantizedBlock.widenQ5_0(block, out)
    case .q8_0: QuantizedBlock.widenQ8_0(block, out)
    case .q4_K: QuantizedBlock.widenQ4_K(block, out)
    case .q5_K: QuantizedBlock.widenQ5_K(block, out)
    case .q6_K: QuantizedBlock.widenQ6_K(block, out)
    case .float32, .float16, .bfloat16: preconditionFailure("no block format")
    }
  }
}
