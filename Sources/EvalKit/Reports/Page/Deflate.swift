import CZlib

/// RFC 1950: what browsers unpack as `deflate`.
enum Deflate {
  /// Packed as small as zlib can.
  static func zip(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(bound)) { room, count in
      var size = uLong(room.count)
      // It can only fail for want of room, which the bound rules out, or of memory.
      let status = bytes.withUnsafeBufferPointer {
        compress2(room.baseAddress, &size, $0.baseAddress, uLong($0.count), Z_BEST_COMPRESSION)
      }
      precondition(status == Z_OK, "zlib has no memory")
      count = Int(size)
    }
  }
}
