import Glibc
import JSON

// The fuzzer compiles this file into one module with the readers.
#if !FUZZING
  @testable import DiffusionEngine
#endif

/// The readers of files that come with a model, by the first byte of an input; the rest is the file.
///
/// Whatever the bytes, a reader returns or throws `EngineError`; and what it returns lies inside the file.
/// Fuzzed by Tests/Fuzz/formats.sh, whose corpus ``FormatCorpusTests`` replays.
enum FormatReader: UInt8, CaseIterable {
  case safetensors = 0x53  // S
  case gguf = 0x47  // G
  case configuration = 0x43  // C
  case tokenizer = 0x54  // T
  case template = 0x4A  // J
  case packed = 0x50  // P

  /// What a reader must not do.
  struct Violation: Error {
    let what: String
  }

  /// - Returns: `nil` when the input names no reader.
  /// - Throws: `Violation`, or whatever else is no `EngineError`.
  static func run(_ input: [UInt8]) throws -> FormatReader? {
    guard let reader = input.first.flatMap({ FormatReader(rawValue: $0) }) else { return nil }
    do { try reader.read(Array(input.dropFirst())) } catch let error as EngineError {
      try check(!error.message.isEmpty, "an error that says nothing")
    }
    return reader
  }

  private static func check(_ holds: Bool, _ what: @autoclosure () -> String) throws {
    if !holds { throw Violation(what: what()) }
  }

  private func read(_ bytes: [UInt8]) throws {
    switch self {
    case .safetensors: try Self.check(Safetensors(Self.mapped(bytes)), bytes)
    case .packed:
      let tensors = try Safetensors(Self.mapped(bytes), types: Set(ElementType.allCases))
      try Self.check(tensors, bytes)
      let packed = try PackedFile(tensors)
      try Self.check(packed.data.upperBound == bytes.count, "data outside of their file")
      try Self.check(packed.header.precision != .fp32, "a precision that is not packed")
      let again = try PackedHeader(packed.header.metadata, path: "again")
      try Self.check(again == packed.header, "metadata that are read otherwise than written")
    case .gguf:
      let gguf = try GGUF(Self.mapped(bytes))
      for entry in gguf.entries.values {
        try Self.check(entry.range.upperBound <= bytes.count, "a tensor outside of its file")
        if entry.range.count < 1 << 16 {
          let elements = gguf.file.withBytes(entry.range) { entry.type.widened($0) }
          try Self.check(elements.count == entry.shape.reduce(1, *), "a tensor of another size")
        }
      }
      _ = try? GGUFConfiguration.read(gguf)
      try Self.use(try GGUFTokenizer.read(gguf))
      _ = try ChatTemplate.read(gguf)?.render(Self.conversation)
    case .configuration: _ = try ModelConfiguration(Self.json(bytes))
    case .tokenizer:
      // The file, a NUL, and a text to encode; a JSON document has none.
      let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      let tokenizer = try TokenizerFiles.singleFile(
        Self.json(Array(parts[0])), path: "tokenizer.json", files: [])
      try Self.use(tokenizer, parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "a b1é\n")
    case .template:
      let template = ChatTemplate(
        String(decoding: bytes, as: UTF8.self), place: "template", tokens: ["bos_token": "<s>"])
      _ = try template.render(Self.conversation)
    }
  }

  private static func check(_ tensors: Safetensors, _ bytes: [UInt8]) throws {
    for entry in tensors.entries.values {
      try check(entry.range.upperBound <= bytes.count, "a tensor outside of its file")
      let size = entry.shape.reduce(1, *) * entry.type.width
      try check(size == entry.range.count, "a tensor of another size")
      if entry.count < 1 << 16 {
        try check(tensors.elements(of: entry).count == entry.count, "elements are lost")
      }
    }
  }

  /// Encodes and decodes.
  private static func use(_ tokenizer: Tokenizer, _ text: String = "a b1é\n") throws {
    let ids = tokenizer.encode(text)
    try check(
      ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "an id outside of the vocabulary")
    _ = tokenizer.decode(ids)
  }

  private static func json(_ bytes: [UInt8]) throws -> JSONValue {
    do { return try JSONValue(parsing: bytes) } catch { throw EngineError(.malformed, "\(error)") }
  }

  private static let conversation = [
    ChatMessage(role: "system", content: "Be <b>brief</b>. "), ChatMessage(role: "user", content: "hé\n"),
    ChatMessage(role: "assistant", content: "a</think>b"), ChatMessage(role: "user", content: ""),
  ]

  /// A file in memory, because the readers map what they read.
  private static func mapped(_ bytes: [UInt8]) throws -> MappedFile {
    let path = "/dev/shm/evalkit-fuzz-\(getpid())"
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    try check(descriptor >= 0, "no file in memory")
    defer {
      close(descriptor)
      unlink(path)
    }
    var start = 0
    while start < bytes.count {
      let written = bytes[start...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      try check(written > 0, "the file in memory takes no bytes")
      start += written
    }
    return try MappedFile(path)
  }
}
