import JSON

/// The files of one checkpoint folder, opened.
struct CheckpointFolder: Sendable {
  let path: String

  init(_ path: String) throws(EngineError) {
    guard MappedFile.exists(path) else {
      throw EngineError(
        .missing, "the checkpoint folder '\(path)' does not exist", hint: "check the path of the model")
    }
    guard MappedFile.isFolder(path) else {
      throw EngineError(
        .missing, "'\(path)' is not a folder and no GGUF file",
        hint: "give the folder that holds config.json, or a .gguf file")
    }
    self.path = path
  }

  func file(_ name: String) throws(EngineError) -> MappedFile {
    try MappedFile("\(path)/\(name)")
  }

  /// `nil` when absent; an error when present and unreadable.
  func optionalFile(_ name: String) throws(EngineError) -> MappedFile? {
    MappedFile.exists("\(path)/\(name)") ? try file(name) : nil
  }

  func json(_ file: MappedFile) throws(EngineError) -> JSONValue {
    do { return try JSONValue(parsing: file.bytes()) } catch {
      throw EngineError(
        .malformed, "'\(file.path)' is not valid JSON: \(error)", hint: "download the file again")
    }
  }

  /// The file of packed weights; `nil` when the folder has none.
  func packedFile() throws(EngineError) -> MappedFile? {
    guard let file = try optionalFile(PackedHeader.fileName) else { return nil }
    for name in [CheckpointFolder.indexName, CheckpointFolder.singleName]
    where MappedFile.exists("\(path)/\(name)") {
      throw EngineError(
        .malformed, "'\(path)' holds both \(PackedHeader.fileName) and \(name)", hint: "remove one of them")
    }
    return file
  }

  /// The weights files by name: the shards of `model.safetensors.index.json`, or `model.safetensors`.
  ///
  /// - Returns: the files sorted by name, and the shard each tensor is promised in (empty without index).
  func weightsFiles() throws(EngineError) -> (
    files: [(name: String, file: MappedFile)], map: [String: String]
  ) {
    guard let index = try optionalFile(CheckpointFolder.indexName) else {
      guard let single = try optionalFile(CheckpointFolder.singleName) else {
        throw EngineError(
          .missing,
          "'\(path)' holds neither model.safetensors nor \(CheckpointFolder.indexName)",
          hint: "download the weights as safetensors")
      }
      return ([(CheckpointFolder.singleName, single)], [:])
    }
    guard let members = try json(index)["weight_map"]?.object?.members else {
      throw EngineError(.malformed, "'\(index.path)': field 'weight_map' is missing or no object")
    }
    var map: [String: String] = [:]
    for member in members {
      guard let shard = member.value.string, !shard.isEmpty, !shard.utf8.contains(UInt8(ascii: "/")) else {
        throw EngineError(
          .malformed, "'\(index.path)': tensor '\(member.name)' is not mapped to a file of this folder")
      }
      map[member.name] = shard
    }
    guard !map.isEmpty else { throw EngineError(.malformed, "'\(index.path)': 'weight_map' is empty") }
    var files: [(name: String, file: MappedFile)] = []
    for name in Set(map.values).sorted() { files.append((name, try file(name))) }
    return (files, map)
  }

  static let singleName = "model.safetensors"
  static let indexName = "model.safetensors.index.json"
}
