import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A checkpoint as a list shows it: what its configuration says, without tokenizer and weights.
public struct CheckpointListing: Sendable {
  public let path: String
  /// `model_type` of its configuration; `nil` where that cannot be read.
  public let family: String?
  /// Of the weights on disk.
  public let byteCount: Int
  /// Why this engine does not load it, as far as configuration and file names tell.
  public let problem: String?

  /// The checkpoints that are `folder` or lie in it, by name: folders with a config.json and GGUF files. Of a
  /// cache of the Hugging Face hub, the snapshots in it.
  ///
  /// - Throws: ``EngineError`` (`missing`) when the folder cannot be listed.
  public static func all(in folder: String) throws(EngineError) -> [CheckpointListing] {
    if isCheckpoint(folder) { return [CheckpointListing(of: folder)] }
    guard let names = names(in: folder) else {
      throw EngineError(.missing, "cannot list '\(folder)': \(String(cString: strerror(errno)))")
    }
    return names.flatMap { name -> [CheckpointListing] in
      let path = "\(folder)/\(name)"
      if name.hasPrefix("models--") {
        let snapshots = "\(path)/snapshots"
        return (Self.names(in: snapshots) ?? []).map { "\(snapshots)/\($0)" }.filter(isCheckpoint).map {
          CheckpointListing(of: $0)
        }
      }
      return isCheckpoint(path) ? [CheckpointListing(of: path)] : []
    }
  }

  private init(of path: String) {
    self.path = path
    do throws(EngineError) {
      if let gguf = try Checkpoint.gguf(at: path) {
        byteCount = gguf.file.count
        family = try? GGUFConfiguration.read(gguf).architecture.modelType
        problem = Self.problem { () throws(EngineError) in _ = try GGUFConfiguration.read(gguf) }
        return
      }
      let folder = try CheckpointFolder(path)
      let json = try folder.json(try folder.file("config.json"))
      family = json["model_type"]?.string
      byteCount = (try? Self.weights(folder).reduce(0) { $0 + $1.count }) ?? 0
      problem = Self.problem { () throws(EngineError) in
        _ = try ModelConfiguration(json)
        _ = try Self.weights(folder)
      }
    } catch {
      family = nil
      byteCount = 0
      problem = error.message
    }
  }

  private static func weights(_ folder: CheckpointFolder) throws(EngineError) -> [MappedFile] {
    if let packed = try folder.packedFile() { return [packed] }
    return try folder.weightsFiles().files.map(\.file)
  }

  private static func problem(_ body: () throws(EngineError) -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return error.message
    }
  }

  private static func isCheckpoint(_ path: String) -> Bool {
    MappedFile.isFolder(path) ? MappedFile.exists("\(path)/config.json") : path.hasSuffix(".gguf")
  }

  /// `nil` when it cannot be listed: errno says why.
  private static func names(in folder: String) -> [String]? {
    MappedFile.names(in: folder)?.filter { !$0.hasPrefix(".") }.sorted()
  }
}
