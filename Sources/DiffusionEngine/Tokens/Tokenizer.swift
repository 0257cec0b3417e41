/// Text to ids and back, exactly as the byte-level tokenizers of Qwen2, Llama 3 and LLaDA in the `tokenizers` library.
///
/// Text that is not an added token is composed (NFC) where the tokenizer says so, cut by ``PreTokenizer`` and joined
/// by byte-pair merges. Nothing is put before it that tokenizer.json does not declare, and nothing behind it.
public struct Tokenizer: Sendable {
  private let table: TokenTable
  private let added: AddedTokens
  private let encoder: BytePairEncoder
  private let rules: TokenRules
  /// The files it was read from, for the identity of the model.
  let files: [(name: String, file: MappedFile)]

  init(
    table: TokenTable, added: AddedTokens, encoder: BytePairEncoder, rules: TokenRules = .qwen2,
    files: [(name: String, file: MappedFile)] = []
  ) {
    self.table = table
    self.added = added
    self.encoder = encoder
    self.rules = rules
    self.files = files
  }

  /// Reads `vocab.json`, `merges.txt`, `added_tokens.json` and `tokenizer_config.json` (the last two if
  /// present), or else `tokenizer.json`, of a folder; or the tokenizer inside a GGUF file.
  ///
  /// - Throws: `.missing` without such files, `.malformed` or `.unsupported` with the file and the
  ///   token, line or field named.
  public init(folder: String) throws(EngineError) {
    if let gguf = try Checkpoint.gguf(at: folder) {
      self = try GGUFTokenizer.read(gguf)
    } else {
      self = try TokenizerFiles.load(CheckpointFolder(folder))
    }
  }

  /// One past the largest id that has a token. The model's vocabulary may be larger.
  public var vocabularySize: Int { table.count }

  /// Ids of the tokens that ``decode(_:skipSpecial:)`` can leave out.
  public var specialTokens: Set<Int32> { added.specialIds }

  /// Whether the vocabulary has `<|dlm_pad|>`, by which instruction-tuned checkpoints end an answer.
  public var hasChatMarker: Bool { id(of: "<|dlm_pad|>") != nil }

  /// The tokens by which an answer ends, as far as the vocabulary has them.
  public var endTokens: Set<Int32> {
    Set(["<|endoftext|>", "<|im_end|>", "<|dlm_pad|>", "<|eot_id|>"].compactMap { id(of: $0) })
  }

  /// The id of one token given as plain text (not in the byte alphabet of vocab.json), or `nil`.
  public func id(of token: String) -> Int32? { table.ids[Array(token.utf8)] }

  /// The ids of `text`; added tokens inside it become their ids.
  ///
  /// - Parameter addsPrefix: whether what the tokenizer puts before a text comes first, if there is such a thing. A
  ///   chat template has written it already.
  public func encode(_ text: String, addsPrefix: Bool = true) -> [Int32] {
    let bytes = Array(text.utf8)
    // The composed parts, one behind the other.
    var composed: [UInt8] = []
    composed.reserveCapacity(bytes.count)
    let parts = added.parts(of: bytes).map { part in
      guard case .text(let range) = part else { return part }
      let start = composed.count
      if rules.composes {
        CanonicalComposition.compose(bytes, range, into: &composed)
      } else {
        composed += bytes[range]
      }
      return .text(start..<composed.count)
    }
    var out = addsPrefix ? rules.prefix : []
    var known = KnownWords()
    for part in parts {
      switch part {
      case .token(let id): out.append(id)
      case .text(let range):
        PreTokenizer(composed, range, longestNumber: rules.longestNumber).forEachWord { word in
          let hash = KnownWords.hash(composed, word)
          if let ids = known.ids(of: composed, word, hash: hash) {
            for at in ids { out.append(out[at]) }
          } else {
            let start = out.count
            if rules.keepsWholeWords, let id = table.ids[Array(composed[word])] {
              out.append(id)
            } else {
              encoder.encode(composed, word, into: &out)
            }
            known.add(word, ids: start..<out.count, hash: hash)
          }
        }
      }
    }
    return out
  }

  /// The text of `ids`. Bytes that are not UTF-8 become U+FFFD, one for each maximal invalid part; ids
  /// without a token become nothing.
  ///
  /// - Parameter skipSpecial: leave out special tokens.
  public func decode(_ ids: [Int32], skipSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    for id in ids where !(skipSpecial && added.specialIds.contains(id)) { bytes += table[id] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
