/// A checkpoint in either form, a folder of Hugging Face's or a GGUF file: opened and checked but for the
/// shapes of its tensors.
struct Checkpoint: Sendable {
  let configuration: ModelConfiguration
  let tokenizer: Tokenizer
  let chatTemplate: ChatTemplate?
  let table: TensorTable
  /// What the configuration was read from, for the identity of the model.
  let configurationFiles: [(name: String, file: MappedFile)]

  /// What identities call a GGUF file, whose own name is no part of its content.
  static let ggufName = "model.gguf"

  init(_ path: String) throws(EngineError) {
    if let gguf = try Checkpoint.gguf(at: path) {
      table = TensorTable(gguf)
      configuration = try GGUFConfiguration.read(gguf)
      tokenizer = try GGUFTokenizer.read(gguf)
      chatTemplate = try ChatTemplate.read(gguf)
      configurationFiles = table.files
    } else {
      let folder = try CheckpointFolder(path)
      let file = try folder.file("config.json")
      configuration = try ModelConfiguration(folder.json(file))
      configurationFiles = [("config.json", file)]
      tokenizer = try TokenizerFiles.load(folder)
      chatTemplate = try ChatTemplate.read(folder)
      table = try TensorTable(folder)
    }
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw EngineError(
        .malformed,
        "the tokenizer has ids up to \(tokenizer.vocabularySize - 1), the model a vocabulary of "
          + "\(configuration.vocabularySize)",
        hint: "tokenizer and configuration are of different models")
    }
  }

  /// The GGUF file at `path`; `nil` for a folder, or for nothing, of which ``CheckpointFolder`` complains.
  static func gguf(at path: String) throws(EngineError) -> GGUF? {
    guard MappedFile.exists(path), !MappedFile.isFolder(path) else { return nil }
    let file = try MappedFile(path)
    // Other files are complained of as no folder; damaged GGUF files by their name.
    return GGUF.begins(file) || path.hasSuffix(".gguf") ? try GGUF(file) : nil
  }
}
