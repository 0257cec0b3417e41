import JSON

/// Collects a vocabulary, its merges and its added tokens, and checks that they fit together.
struct TokenizerBuilder {
  /// The file being read, for errors.
  var path: String
  private var table = TokenTable()
  private var merges: [UInt64: MergeTable.Merge] = [:]
  private var added: [AddedTokens.Entry] = []

  init(path: String) { self.path = path }

  private func malformed(_ what: String) -> EngineError {
    EngineError(.malformed, "'\(path)': \(what)", hint: "download the tokenizer files again")
  }

  private func id(_ value: Int?, of token: String) throws(EngineError) -> Int32 {
    guard let value, let id = Int32(exactly: value), (0...TokenTable.maximumId).contains(id) else {
      throw malformed("token '\(token)' has no usable id")
    }
    return id
  }

  /// An object of tokens in the byte alphabet and their ids.
  mutating func addVocabulary(_ json: JSONValue) throws(EngineError) {
    guard let members = json.object?.members else { throw malformed("the vocabulary is not an object") }
    for member in members {
      let id = try id(member.value.integer, of: member.name)
      // Added tokens may be listed here too, outside of the alphabet.
      let bytes = ByteAlphabet.bytes(of: member.name) ?? Array(member.name.utf8)
      guard table.insert(bytes, id: id) else {
        throw malformed("token '\(member.name)' or its id \(id) occurs twice")
      }
    }
  }

  /// Lines of two tokens; the earlier the line, the earlier the merge.
  mutating func addMerges(text: [UInt8]) throws(EngineError) {
    var rank: UInt32 = 0
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.isEmpty || line.starts(with: "#version".utf8) { continue }
      let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw malformed("line \(number) does not hold two tokens") }
      let (left, right) = (
        String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self)
      )
      try addMerge(left, right, rank: rank, place: "line \(number)")
      rank += 1
    }
    guard rank > 0 else { throw malformed("the file holds no merges") }
  }

  /// tokenizer.json's two spellings of a merge: "a b" and ["a", "b"].
  mutating func addMerges(list: [JSONValue]) throws(EngineError) {
    for (index, value) in list.enumerated() {
      let parts =
        value.string?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        ?? value.array?.compactMap(\.string) ?? []
      guard parts.count == 2 else { throw malformed("merge \(index) does not hold two tokens") }
      try addMerge(parts[0], parts[1], rank: UInt32(index), place: "merge \(index)")
    }
  }

  private mutating func addMerge(
    _ left: String, _ right: String, rank: UInt32, place: String
  ) throws(EngineError) {
    guard let leftBytes = ByteAlphabet.bytes(of: left), let rightBytes = ByteAlphabet.bytes(of: right),
      let leftId = table.ids[leftBytes], let rightId = table.ids[rightBytes],
      let result = table.ids[leftBytes + rightBytes]
    else { throw malformed("\(place): '\(left)', '\(right)' or the two joined are not in the vocabulary") }
    merges[MergeTable.pair(leftId, rightId)] = .init(rank: rank, result: result)
  }

  /// added_tokens.json: an object of plain texts and ids, all taken for special because it does not say.
  func addedTokens(plain json: JSONValue) throws(EngineError) -> [AddedTokens.Entry] {
    guard let members = json.object?.members else { throw malformed("the document is not an object") }
    var entries: [AddedTokens.Entry] = []
    for member in members {
      entries.append(try entry(member.name, id(member.value.integer, of: member.name), .null))
    }
    return entries
  }

  /// The member `added_tokens_decoder` of tokenizer_config.json: an object of ids and properties.
  func addedTokens(decoder json: JSONValue) throws(EngineError) -> [AddedTokens.Entry] {
    var entries: [AddedTokens.Entry] = []
    for member in json["added_tokens_decoder"]?.object?.members ?? [] {
      let content = member.value["content"]?.string ?? ""
      entries.append(try entry(content, id(Int(member.name), of: content), member.value))
    }
    return entries
  }

  /// The member `added_tokens` of tokenizer.json.
  func addedTokens(list: [JSONValue]) throws(EngineError) -> [AddedTokens.Entry] {
    var entries: [AddedTokens.Entry] = []
    for value in list {
      let content = value["content"]?.string ?? ""
      entries.append(try entry(content, id(value["id"]?.integer, of: content), value))
    }
    return entries
  }

  private func entry(
    _ content: String, _ id: Int32, _ properties: JSONValue
  ) throws(EngineError) -> AddedTokens.Entry {
    guard !content.isEmpty else { throw malformed("the added token \(id) is empty") }
    if properties["single_word"]?.bool == true {
      throw EngineError(.unsupported, "'\(path)': the added token '\(content)' has 'single_word'")
    }
    return .init(
      content: Array(content.utf8), id: id, isSpecial: properties["special"]?.bool ?? true,
      takesSpaceBefore: properties["lstrip"]?.bool ?? false,
      takesSpaceBehind: properties["rstrip"]?.bool ?? false)
  }

  /// Takes the tokens in; one that the vocabulary lists too must have the same id there.
  mutating func add(_ entries: [AddedTokens.Entry]) throws(EngineError) {
    for entry in entries {
      let text = String(decoding: entry.content, as: UTF8.self)
      if !table.insert(entry.content, id: entry.id) {
        guard table.ids[entry.content] == entry.id else {
          throw malformed("the added token '\(text)' or its id \(entry.id) occurs twice")
        }
      }
    }
    added = entries
  }

  func tokenizer(
    rules: TokenRules = .qwen2, files: [(name: String, file: MappedFile)]
  ) throws(EngineError) -> Tokenizer {
    for id in rules.prefix where table[id].isEmpty {
      throw malformed("'post_processor' names the id \(id), which no token has")
    }
    var byteIds: [Int32] = []
    for byte in UInt8.min...UInt8.max {
      guard let id = table.ids[[byte]] else {
        throw malformed("the vocabulary lacks '\(ByteAlphabet.scalar(of: byte))', the byte \(byte)")
      }
      byteIds.append(id)
    }
    return Tokenizer(
      table: table, added: AddedTokens(added), encoder: BytePairEncoder(byteIds: byteIds, merges: merges),
      rules: rules, files: files)
  }
}
