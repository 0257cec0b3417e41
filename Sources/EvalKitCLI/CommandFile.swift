import EvalKit

#if canImport(Glibc)
  import Glibc
#endif

/// Files named on the command line, with the system's own word for what is wrong with them.
enum CommandFile {
  /// No prompt and no recording comes near; a device that never ends does.
  private static let largest = 64 << 20

  /// The whole file; "-" is standard input.
  static func read(_ path: String) throws(EvalKitError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= largest else {
        throw EvalKitError(
          .data, "'\(path)' is larger than \(largest >> 20) MiB", hint: "is it the right file?")
      }
    }
  }

  /// The whole file as text.
  static func text(_ path: String) throws(EvalKitError) -> String {
    guard let text = String(validating: try read(path), as: UTF8.self) else {
      throw EvalKitError(
        .data, "'\(path)' is not UTF-8", hint: "iconv -f LATIN1 -t UTF-8, if that is what it is")
    }
    return text
  }

  /// Writes `bytes` to a new or emptied file.
  static func write(_ bytes: [UInt8], to path: String) throws(EvalKitError) {
    try put(bytes, to: path, O_TRUNC)
  }

  /// Writes `bytes` behind what the file holds.
  static func append(_ bytes: [UInt8], to path: String) throws(EvalKitError) {
    try put(bytes, to: path, O_APPEND)
  }

  private static func put(_ bytes: [UInt8], to path: String, _ mode: Int32) throws(EvalKitError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | mode | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("write", path) }
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = failure("write", path)
        close(descriptor)
        throw failure
      }
      start += count
    }
    guard close(descriptor) == 0 else { throw failure("write", path) }
  }

  private static func failure(_ verb: String, _ path: String) -> EvalKitError {
    EvalKitError(.data, "cannot \(verb) '\(path)'", cause: String(cString: strerror(errno)))
  }
}
