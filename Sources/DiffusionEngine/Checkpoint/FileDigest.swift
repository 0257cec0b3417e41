import Crypto

/// SHA-256 of mapped files, in hexadecimal.
enum FileDigest {
  /// Size and digest of `file`, whose pages are not kept.
  static func content(of file: MappedFile) -> String { "\(file.count) \(hash(file) { _ in })" }

  /// The same, given up when `isCancelled` says so.
  ///
  /// - Parameter onProgress: gets the bytes of each piece that was read.
  static func content(
    of file: MappedFile, onProgress: (Int) -> Void, isCancelled: () -> Bool
  ) throws(EngineError) -> String {
    let digest = try hash(file) { (count) throws(EngineError) in
      if isCancelled() { throw .cancelled }
      onProgress(count)
    }
    return "\(file.count) \(digest)"
  }

  private static func hash<Failure>(
    _ file: MappedFile, _ each: (Int) throws(Failure) -> Void
  ) throws(Failure) -> String {
    var hash = SHA256()
    // Pieces, so that no more of the file than this must be in memory at once.
    var start = 0
    while start < file.count {
      let piece = start..<min(start + 1 << 24, file.count)
      file.withBytes(piece) { hash.update(bufferPointer: $0) }
      file.forget(piece)
      try each(piece.count)
      start = piece.upperBound
    }
    return hex(hash.finalize())
  }

  static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension PackedFile {
  /// Compares the weights with the digest that their header gives, which reads all of them: the identity of a model
  /// is that of the checkpoint that the header names.
  ///
  /// - Throws: `.malformed` when they were changed.
  func verify() throws(EngineError) {
    var hash = SHA256()
    file.withBytes(data) { hash.update(bufferPointer: $0) }
    guard FileDigest.hex(hash.finalize()) == header.dataDigest else {
      throw PackedHeader.malformed(
        file.path, "the weights are not those that its header gives the SHA-256 of")
    }
  }
}
