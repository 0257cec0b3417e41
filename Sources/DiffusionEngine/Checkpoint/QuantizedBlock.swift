/// ggml's block formats, one block at a time. The buffers hold exactly one block (``GGUFElementType``).
enum QuantizedBlock {

  private static func half(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Float {
    ElementType.single(half: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8)
  }

  /// A scale; 32 nibbles, the low ones before the high ones; less 8.
  static func widenQ4_0(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    let scale = half(block, at: 0)
    for index in 0..<16 {
      let byte = block[2 + index]
      out[index] = scale * Float(Int(byte & 15) - 8)
      out[index + 16] = scale * Float(Int(byte >> 4) - 8)
    }
  }

  /// As Q4_0, with a fifth bit of every element in 32 bits of their own; less 16.
  static func widenQ5_0(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    let scale = half(block, at: 0)
    func fifth(_ element: Int) -> Int { Int(block[2 + element / 8] >> UInt8(element % 8) & 1) << 4 }
    for index in 0..<16 {
      let byte = block[6 + index]
      out[index] = scale * Float((Int(byte & 15) | fifth(index)) - 16)
      out[index + 16] = scale * Float((Int(byte >> 4) | fifth(index + 16)) - 16)
    }
  }

  /// A scale and 32 signed bytes.
  static func widenQ8_0(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    let scale = half(block, at: 0)
    for index in 0..<32 { out[index] = scale * Float(Int8(bitPattern: block[2 + index])) }
  }

  /// Scale and minimum of group `group` of 8 in a K block's twelve bytes: six bits each; those of the last four
  /// groups have their upper two bits above the first four's.
  private static func scaleAndMinimum(
    _ block: UnsafeRawBufferPointer, _ group: Int
  ) -> (scale: Float, minimum: Float) {
    if group < 4 { return (Float(block[4 + group] & 63), Float(block[8 + group] & 63)) }
    let low = block[8 + group]
    return (
      Float(low & 15 | (block[group] >> 6) << 4), Float(low >> 4 | (block[4 + group] >> 6) << 4)
    )
  }

  /// Eight groups of 32 nibbles with a scale and a minimum each, over a scale of both.
  static func widenQ4_K(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    let (scales, minima) = (half(block, at: 0), half(block, at: 2))
    for group in 0..<8 {
      let own = scaleAndMinimum(block, group)
      let (scale, minimum) = (scales * own.scale, minima * own.minimum)
      for index in 0..<32 {
        let byte = block[16 + group / 2 * 32 + index]
        out[32 * group + index] = scale * Float(group.isMultiple(of: 2) ? byte & 15 : byte >> 4) - minimum
      }
    }
  }

  /// As Q4_K, with the fifth bits of group g in bit g of 32 bytes.
  static func widenQ5_K(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    let (scales, minima) = (half(block, at: 0), half(block, at: 2))
    for group in 0..<8 {
      let own = scaleAndMinimum(block, group)
      let (scale, minimum) = (scales * own.scale, minima * own.minimum)
      for index in 0..<32 {
        let byte = block[48 + group / 2 * 32 + index]
        let fifth = block[16 + index] >> UInt8(group) & 1
        let value = (group.isMultiple(of: 2) ? byte & 15 : byte >> 4) | fifth << 4
        out[32 * group + index] = scale * Float(value) - minimum
      }
    }
  }

  /// Sixteen groups of 16 with a signed scale each; four bits here, two bits there; less 32.
  static func widenQ6_K(_ block: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Float>) {
    let scales = half(block, at: 208)
    for part in 0..<2 {
      for quarter in 0..<4 {
        let start = 128 * part + 32 * quarter
        for index in 0..<32 {
          let low = block[64 * part + quarter % 2 * 32 + index] >> (quarter < 2 ? 0 : 4) & 15
          let high = block[128 + 32 * part + index] >> UInt8(2 * quarter) & 3
          let scale = scales * Float(Int8(bitPattern: block[192 + (start + index) / 16]))
          out[start + index] = scale * Float(Int(low | high << 4) - 32)
        }
      }
    }
  }
}
