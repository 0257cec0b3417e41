import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a regular file whole, and says in words why it cannot.
enum FileBytes {
  /// The content of the file at `path`.
  ///
  /// - Throws: ``EvalKitError`` (`data`) that names the path: absent, a directory, not permitted, larger than
  ///   `limit` bytes, or unreadable.
  static func read(_ path: String, limit: Int) throws(EvalKitError) -> [UInt8] {
    try withFile(at: path) { try read($0, $1, path, limit) }
  }

  /// Hands the content of the file at `path` to `visit`, a mebibyte at a time: files that are too large to be held.
  ///
  /// - Throws: as ``read(_:limit:)``, and what `visit` throws.
  static func pieces(
    of path: String, _ visit: (ArraySlice<UInt8>) throws(EvalKitError) -> Void
  ) throws(EvalKitError) {
    try withFile(at: path) { file, _ in
      var piece = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { return }
        try visit(piece[..<count])
      }
    }
  }

  /// Opens a regular file for `body`, with its size, and puts what goes wrong into words.
  private static func withFile<Value>(
    at path: String, _ body: (_ file: FileDescriptor, _ size: Int) throws -> Value
  ) throws(EvalKitError) -> Value {
    do {
      // Not blocking: opening a FIFO would otherwise wait for a writer.
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? file.close() }
      return try body(file, try sizeOfRegular(file, path))
    } catch let error as EvalKitError {
      throw error
    } catch let errno as Errno {
      throw failure(path, errno)
    } catch {
      throw EvalKitError(.data, "cannot read \(path)", cause: "\(error)")
    }
  }

  private static func sizeOfRegular(_ file: FileDescriptor, _ path: String) throws -> Int {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    case S_IFDIR: throw Errno.isDirectory
    default:
      throw EvalKitError(
        .data, "\(path) is not a regular file", hint: "write it to a file first, and name that")
    }
  }

  private static func read(
    _ file: FileDescriptor, _ size: Int, _ path: String, _ limit: Int
  ) throws -> [UInt8] {
    guard size <= limit else {
      throw EvalKitError(.data, "\(path) is larger than \(limit) bytes", hint: "is it the right file?")
    }
    // Into the array itself: for small files, a buffer of their own costs more than the reading.
    var bytes = try [UInt8](unsafeUninitializedCapacity: size + 1) { room, count in
      let raw = UnsafeMutableRawBufferPointer(room)
      while count < raw.count {
        let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[count...]))
        if read == 0 { break }
        count += read
      }
    }
    guard bytes.count > size else { return bytes }
    // It has grown since, or is one of the kernel's files, whose size is 0.
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      guard bytes.count <= limit else {
        throw EvalKitError(.data, "\(path) is larger than \(limit) bytes", hint: "is it the right file?")
      }
      let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  private static func failure(_ path: String, _ errno: Errno) -> EvalKitError {
    switch errno {
    case .noSuchFileOrDirectory, .notDirectory:
      EvalKitError(.data, "there is no file \(path)", hint: "check the path, or run: evalkit data pull")
    case .isDirectory:
      EvalKitError(.data, "\(path) is a directory, not a file", hint: "name the file inside it")
    case .permissionDenied, .notPermitted:
      EvalKitError(.data, "no permission to read \(path)", hint: "chmod u+r '\(path)', or use another user")
    default: EvalKitError(.data, "cannot read \(path)", cause: "\(errno)")
    }
  }
}
