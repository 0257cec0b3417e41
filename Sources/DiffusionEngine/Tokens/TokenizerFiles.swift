import JSON

/// Readers of the two ways in which a checkpoint ships its tokenizer.
enum TokenizerFiles {
  static func load(_ folder: CheckpointFolder) throws(EngineError) -> Tokenizer {
    if let vocabulary = try folder.optionalFile("vocab.json") {
      return try separateFiles(folder, vocabulary)
    }
    guard let file = try folder.optionalFile("tokenizer.json") else {
      throw EngineError(
        .missing, "'\(folder.path)' holds neither vocab.json nor tokenizer.json",
        hint: "download the tokenizer files of the checkpoint")
    }
    return try singleFile(folder.json(file), path: file.path, files: [("tokenizer.json", file)])
  }

  private static func separateFiles(
    _ folder: CheckpointFolder, _ vocabulary: MappedFile
  ) throws(EngineError) -> Tokenizer {
    let merges = try folder.file("merges.txt")
    let addedFile = try folder.optionalFile("added_tokens.json")
    let settingsFile = try folder.optionalFile("tokenizer_config.json")
    var builder = TokenizerBuilder(path: vocabulary.path)
    try builder.addVocabulary(folder.json(vocabulary))
    builder.path = merges.path
    try builder.addMerges(text: merges.bytes())
    var added: [Int32: AddedTokens.Entry] = [:]
    if let file = addedFile {
      builder.path = file.path
      for entry in try builder.addedTokens(plain: folder.json(file)) { added[entry.id] = entry }
    }
    if let file = settingsFile {
      builder.path = file.path
      // Says which of the added tokens are special, and may name more of them.
      for entry in try builder.addedTokens(decoder: folder.json(file)) {
        if let other = added.updateValue(entry, forKey: entry.id), other.content != entry.content {
          throw EngineError(
            .malformed, "'\(file.path)': the added token \(entry.id) is another one in added_tokens.json",
            hint: "the files are of different tokenizers")
        }
      }
    }
    try builder.add(added.values.sorted { $0.id < $1.id })
    let files: [(name: String, file: MappedFile?)] = [
      ("vocab.json", vocabulary), ("merges.txt", merges), ("added_tokens.json", addedFile),
      ("tokenizer_config.json", settingsFile),
    ]
    return try builder.tokenizer(
      files: files.compactMap { entry in entry.file.map { (entry.name, $0) } })
  }

  /// tokenizer.json, with the rules that it declares.
  static func singleFile(
    _ json: JSONValue, path: String, files: [(name: String, file: MappedFile)]
  ) throws(EngineError) -> Tokenizer {
    var builder = TokenizerBuilder(path: path)
    let rules = try TokenRules(json, path: path)
    try builder.addVocabulary(json["model"]?["vocab"] ?? .null)
    try builder.addMerges(list: json["model"]?["merges"]?.array ?? [])
    try builder.add(builder.addedTokens(list: json["added_tokens"]?.array ?? []))
    return try builder.tokenizer(rules: rules, files: files)
  }
}
