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
  /// The program that stored the weights packed; `nil` when they were packed, if at all, while they were read. It
  /// changes no result.
  public let packedBy: String?

  /// Hashes file by file over the mappings. The order of the arguments does not matter: every digest
  /// is that of the lines "name size sha256", sorted by name, each with its newline.
  ///
  /// - Parameter packed: when the weights are stored packed; they count as what they were made of.
  init(
    weights: [(name: String, file: MappedFile)], configuration: [(name: String, file: MappedFile)],
    tokenizer: [(name: String, file: MappedFile)], parameterCount: Int, packed: PackedHeader? = nil
  ) {
    // A GGUF file is all three: gigabytes that are worth hashing once.
    var known: [ObjectIdentifier: String] = [:]
    func lines(_ files: [(name: String, file: MappedFile)]) -> [String] {
      files.map { name, file in
        let content = known[ObjectIdentifier(file)] ?? FileDigest.content(of: file)
        known[ObjectIdentifier(file)] = content
        return "\(name) \(content)\n"
      }
    }
    let weightLines = packed?.sourceLines ?? lines(weights)
    packedBy = packed?.packedBy
    let configurationLines = lines(configuration)
    let tokenizerLines = lines(tokenizer)
    self.weights = Self.digest(weightLines)
    self.tokenizer = Self.digest(tokenizerLines)
    sha256 = Self.digest(weightLines + configurationLines + tokenizerLines)
    self.parameterCount = parameterCount
  }

  private static func digest(_ lines: [String]) -> String {
    var hash = SHA256()
    for line in lines.sorted() { hash.update(data: Array(line.utf8)) }
    return FileDigest.hex(hash.finalize())
  }
}

extension ChatTemplate {
  /// Of the template's bytes, in hexadecimal: it decides the text of a prompt.
  public var sha256: String { FileDigest.hex(SHA256.hash(data: Array(text.utf8))) }
}
