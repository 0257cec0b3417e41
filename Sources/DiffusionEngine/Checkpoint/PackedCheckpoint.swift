import Crypto
import JSON

/// A checkpoint folder whose weights are stored as the kernels read them: loading maps them and converts nothing.
///
/// It holds one safetensors file of packed weights and copies of the small files of the checkpoint that it was made
/// of. Results are those of that checkpoint, to the bit, and so is the identity.
public struct PackedCheckpoint: Sendable {
  /// The folder.
  public let path: String
  private let folder: NewFolder

  /// How far ``write(_:precision:packedBy:threads:onProgress:isCancelled:)`` is.
  public struct Progress: Sendable {
    /// Bytes hashed and written.
    public let done: Int
    public let total: Int
  }

  /// - Parameter path: of a folder that does not exist yet.
  public init(_ path: String) {
    self.path = path
    folder = NewFolder(path)
  }

  /// Packs the weights of `source` and writes the folder. It gets its name when all of it is on the disk; until then,
  /// and after an error, there is none.
  ///
  /// Memory: one packed matrix, of which the vocabulary's is the largest, and little more.
  ///
  /// - Parameters:
  ///   - source: a checkpoint folder with safetensors.
  ///   - precision: ``Precision/bf16`` or ``Precision/int8``.
  ///   - packedBy: the program and its version, for the identity.
  ///   - threads: threads that pack; `nil` takes one for each core.
  ///   - onProgress: called after every few megabytes.
  ///   - isCancelled: asked as often.
  /// - Returns: the size of the file of weights, in bytes.
  /// - Throws: what is wrong with the source or stands in the way of the folder; `.cancelled`.
  public func write(
    _ source: String, precision: Precision, packedBy: String, threads: Int? = nil,
    onProgress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws(EngineError) -> Int {
    let pool = try KernelPool(try InstructionSet.chosen(), threads: threads)
    guard let packing = WeightPacking(precision, pool: pool) else {
      throw EngineError(
        .invalidArgument, "\(precision.rawValue) is not packed", hint: "pack for bf16 or int8")
    }
    let checkpoint = try PackedCheckpoint.open(source)
    let table = checkpoint.table
    let layout = try PackedLayout(checkpoint, packing)
    let total = layout.byteCount + table.files.reduce(0) { $0 + $1.file.count }
    var done = 0
    func advance(_ count: Int) {
      done += count
      onProgress(Progress(done: done, total: total))
    }

    try folder.create(needing: layout.byteCount)
    do throws(EngineError) {
      var lines: [String] = []
      for (name, file) in table.files {
        let content = try FileDigest.content(of: file, onProgress: advance, isCancelled: isCancelled)
        lines.append("\(name) \(content)\n")
      }
      func header(_ digest: String) -> [UInt8] {
        layout.header(
          PackedHeader(precision: precision, sourceLines: lines, dataDigest: digest, packedBy: packedBy))
      }
      // The digest is known at the end, its length from the start.
      let file = try folder.file(PackedHeader.fileName)
      try file.write(header(String(repeating: "0", count: 64)))
      var hash = SHA256()
      for matrix in layout.matrices {
        guard let packed = try packing.matrix(matrix, of: table).packedMemory else {
          preconditionFailure("a matrix that is not packed")
        }
        // Its bytes are handed on without it.
        defer { withExtendedLifetime(packed) {} }
        for first in stride(from: 0, to: packed.bytes.count, by: PackedCheckpoint.piece) {
          if isCancelled() { throw .cancelled }
          let end = min(first + PackedCheckpoint.piece, packed.bytes.count)
          let bytes = UnsafeRawBufferPointer(rebasing: packed.bytes[first..<end])
          hash.update(bufferPointer: bytes)
          try file.write(bytes)
          advance(bytes.count)
        }
      }
      for vector in layout.vectors {
        let bytes = try table.elements(vector.name, shape: [vector.count]).flatMap { number in
          withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
        }
        hash.update(data: bytes)
        try file.write(bytes)
        advance(bytes.count)
      }
      try file.rewrite(header(FileDigest.hex(hash.finalize())))
      try file.finish()
      for name in PackedCheckpoint.copied {
        guard let original = try CheckpointFolder(source).optionalFile(name) else { continue }
        let copy = try folder.file(name)
        try copy.write(original.bytes())
        try copy.finish()
      }
      if isCancelled() { throw .cancelled }
      try folder.publish()
    } catch {
      folder.discard()
      throw error
    }
    return layout.byteCount
  }

  /// Removes what an unfinished ``write(_:precision:packedBy:threads:onProgress:isCancelled:)`` has left; for a
  /// program that ends meanwhile.
  public func discard() { folder.discard() }

  /// Bytes hashed and written at a time.
  private static let piece = 1 << 24

  /// Everything beside the weights that some reader of checkpoints looks for.
  private static let copied = [
    "config.json", "generation_config.json", "vocab.json", "merges.txt", "tokenizer.json",
    "tokenizer_config.json", "added_tokens.json", "special_tokens_map.json", "chat_template.jinja",
  ]

  private static func open(_ source: String) throws(EngineError) -> Checkpoint {
    let checkpoint = try Checkpoint(source)
    guard checkpoint.table.packed == nil else {
      throw EngineError(
        .invalidArgument, "'\(source)' is packed already", hint: "name the checkpoint that it was made of")
    }
    guard MappedFile.isFolder(source) else {
      throw EngineError(
        .unsupported, "'\(source)' is a GGUF file, and only folders of safetensors are packed",
        hint: "it can be loaded as it is, with any precision")
    }
    return checkpoint
  }
}
