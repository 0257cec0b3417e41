import Crypto

/// What a checkpoint is, by content: equal identities compute equal results on the same engine.
public struct ModelIdentity: Sendable, Equatable {
  /// Over weights, configuration and tokenizer together.
  public let sha256: String
  /// Over the weights files alone.
  public let weights: String
  /// Over the tokenizer files alone.
  public let tokenizer: String
  /// Elements of all tensors used, a tied head counted once.
  public let parameterCount: Int

  /// Hashes file by file over the mappings. The order of the arguments does not matter: every digest
  /// is that of the lines "name size sha256", sorted by name, each with its newline.
  init(
    weights: [(name: String, file: MappedFile)], configuration: [(name: String, file: MappedFile)],
    tokenizer: [(name: String, file: MappedFile)], parameterCount: Int
  ) {
    // A GGUF file is all three: gigabytes that are worth hashing once.
    var known: [ObjectIdentifier: String] = [:]
    func lines(_ files: [(name: String, file: MappedFile)]) -> [String] {
      files.map { name, file in
        let content = known[ObjectIdentifier(file)] ?? Self.content(file)
        known[ObjectIdentifier(file)] = content
        return "\(name) \(content)\n"
      }
    }
    let weightLines = lines(weights)
    let configurationLines = lines(configuration)
    let tokenizerLines = lines(tokenizer)
    self.weights = Self.digest(weightLines)
    self.tokenizer = Self.digest(tokenizerLines)
    sha256 = Self.digest(weightLines + configurationLines + tokenizerLines)
    self.parameterCount = parameterCount
  }

  /// Size and digest of `file`.
  private static func content(_ file: MappedFile) -> String {
    var hash = SHA256()
    // Pieces, so that no more of the file than this must be in memory at once.
    var start = 0
    while start < file.count {
      let end = min(start + 1 << 24, file.count)
      file.withBytes(start..<end) { hash.update(bufferPointer: $0) }
      start = end
    }
    return "\(file.count) \(hex(hash.finalize()))"
  }

  private static func digest(_ lines: [String]) -> String {
    var hash = SHA256()
    for line in lines.sorted() { hash.update(data: Array(line.utf8)) }
    return hex(hash.finalize())
  }

  fileprivate static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension ChatTemplate {
  /// Of the template's bytes, in hexadecimal: it decides the text of a prompt.
  public var sha256: String { ModelIdentity.hex(SHA256.hash(data: Array(text.utf8))) }
}
