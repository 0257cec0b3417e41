import CZlib

/// RFC 1952 files, unzipped by zlib.
enum Gzip {
  /// Why the bytes are not a whole gzip file.
  struct Failure: Error, Equatable, CustomStringConvertible {
    let description: String
  }

  /// Whether the bytes start like a gzip file. No JSON text does.
  static func recognises(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// The content of all members, one after the other.
  ///
  /// Zero bytes after the last member are padding, as gzip(1) has it; anything else there is an error.
  ///
  /// - Parameter limit: the most bytes to produce. A few kilobytes can unzip to gigabytes.
  static func unzip(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var output: [UInt8] = []
    var stream = z_stream()
    // 15 is the largest window, 16 asks for a gzip header and checks its CRC and length.
    let begun = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard begun == Z_OK else { throw Failure(description: "zlib has no memory") }
    defer { inflateEnd(&stream) }
    // zlib remembers the stream's address, so every call goes through this one.
    let failure = withUnsafeMutablePointer(to: &stream) { stream in
      bytes.withUnsafeBufferPointer { input in
        inflateAll(input, stream, limit: limit, into: &output)
      }
    }
    if let failure { throw failure }
    return output
  }

  private static func inflateAll(
    _ input: UnsafeBufferPointer<UInt8>, _ stream: UnsafeMutablePointer<z_stream>, limit: Int,
    into output: inout [UInt8]
  ) -> Failure? {
    // zlib counts in 32 bits; files are fed in pieces.
    let piece = 1 << 20
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var at = 0
    while true {
      let offered = min(piece, input.count - at)
      let status = chunk.withUnsafeMutableBufferPointer { room -> Int32 in
        precondition(at >= 0 && at + offered <= input.count)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + at })
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = room.baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        return inflate(stream, Z_NO_FLUSH)
      }
      at += offered - Int(stream.pointee.avail_in)
      let produced = chunk.count - Int(stream.pointee.avail_out)
      if output.count + produced > limit {
        return Failure(description: "it unzips to more than \(limit) bytes")
      }
      output.append(contentsOf: chunk[..<produced])
      switch status {
      case Z_STREAM_END:
        let rest = input[at...]
        if rest.allSatisfy({ $0 == 0 }) { return nil }
        guard rest.starts(with: [0x1F, 0x8B]) else {
          return Failure(description: "byte \(at) and what follows is not gzip data")
        }
        guard inflateReset(stream) == Z_OK else { return Failure(description: "zlib lost its state") }
      case Z_OK where at < input.count || produced > 0: continue
      case Z_OK, Z_BUF_ERROR: return Failure(description: "it is cut off after \(at) bytes")
      case Z_MEM_ERROR: return Failure(description: "zlib has no memory")
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        return Failure(description: "byte \(at): \(reason)")
      }
    }
  }
}
