import JSON

/// An opened file of packed weights.
struct PackedFile: Sendable {
  let header: PackedHeader
  let file: MappedFile
  /// All that follows the header of the file.
  let data: Range<Int>

  init(_ tensors: Safetensors) throws(EngineError) {
    header = try PackedHeader(tensors.metadata, path: tensors.file.path)
    file = tensors.file
    data = tensors.dataStart..<file.count
  }
}

/// What a file of packed weights says about itself, in the metadata of its safetensors header.
///
/// The file holds each matrix as the kernels read it (``PackedForm``), every one at a multiple of ``alignment``
/// bytes, and then the vectors in single precision, under the names that the family gives them.
struct PackedHeader: Sendable, Equatable {
  let precision: Precision
  /// Of the files that were packed, as ``ModelIdentity`` digests them: "name size sha256" and a newline each.
  let sourceLines: [String]
  /// SHA-256 of all that follows the header, in hexadecimal.
  let dataDigest: String
  /// The program that packed them, and its version.
  let packedBy: String

  static let fileName = "packed.safetensors"
  /// What the kernels want, and a line of the cache.
  static let alignment = 64
  /// Of the layout: the forms, their panels and groups, and which matrix has which.
  static let version = "2"
  private static let format = "evalkit-packed"

  init(precision: Precision, sourceLines: [String], dataDigest: String, packedBy: String) {
    self.precision = precision
    self.sourceLines = sourceLines
    self.dataDigest = dataDigest
    self.packedBy = packedBy
  }

  /// - Parameter path: of the file, for the errors.
  /// - Throws: `.malformed` or `.unsupported` that names the field.
  init(_ metadata: JSONValue, path: String) throws(EngineError) {
    func text(_ name: String) throws(EngineError) -> String {
      guard let text = metadata[name]?.string else {
        throw PackedHeader.malformed(path, "metadata field '\(name)' is missing or no text")
      }
      return text
    }
    guard try text("format") == PackedHeader.format else {
      throw PackedHeader.malformed(path, "its metadata do not say '\(PackedHeader.format)'")
    }
    let version = try text("version")
    guard version == PackedHeader.version else {
      throw EngineError(
        .unsupported,
        "'\(path)' has version '\(version)' of the packed layout; this evalkit reads \(PackedHeader.version)",
        hint: PackedHeader.remedy)
    }
    guard let precision = Precision(rawValue: try text("precision")), precision != .fp32 else {
      throw PackedHeader.malformed(path, "metadata field 'precision' is neither bf16 nor int8")
    }
    self.precision = precision
    sourceLines = try text("source").split(separator: "\n").map { "\($0)\n" }
    let areFiles = sourceLines.allSatisfy { line in
      let words = line.dropLast().split(separator: " ", omittingEmptySubsequences: false)
      return words.count == 3 && !words[0].isEmpty && Int(words[1]) != nil && PackedHeader.isDigest(words[2])
    }
    guard areFiles, !sourceLines.isEmpty else {
      throw PackedHeader.malformed(path, "metadata field 'source' lists no files with size and SHA-256")
    }
    dataDigest = try text("data_sha256")
    guard PackedHeader.isDigest(dataDigest[...]) else {
      throw PackedHeader.malformed(path, "metadata field 'data_sha256' is no SHA-256")
    }
    packedBy = try text("packed_by")
    // The kernels take words as the machine has them.
    guard 1.littleEndian == 1 else {
      throw EngineError(
        .unsupported, "'\(path)' is packed for machines with the lowest byte first",
        hint: "load the checkpoint that it was made of")
    }
  }

  /// The metadata of a safetensors header.
  var metadata: JSONValue {
    [
      "format": .string(PackedHeader.format), "version": .string(PackedHeader.version),
      "precision": .string(precision.rawValue), "source": .string(sourceLines.joined()),
      "data_sha256": .string(dataDigest), "packed_by": .string(packedBy),
    ]
  }

  static func malformed(_ path: String, _ what: String) -> EngineError {
    EngineError(.malformed, "'\(path)': \(what)", hint: remedy)
  }

  static let remedy = "pack the checkpoint again: evalkit pack"

  private static func isDigest(_ text: Substring) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
