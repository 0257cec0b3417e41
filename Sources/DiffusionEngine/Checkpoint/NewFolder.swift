#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A folder that gets its name when all of its files are on the disk.
struct NewFolder: Sendable {
  private let path: String
  private let partial: String

  init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    partial = "\(self.path).partial-\(getpid())"
  }

  /// - Throws: `.invalidArgument` when something of that name exists, `.missing` when there is less space than `count`
  ///   bytes.
  func create(needing count: Int) throws(EngineError) {
    var status = stat()
    guard lstat(path, &status) != 0 else {
      throw EngineError(.invalidArgument, "'\(path)' exists already", hint: "name a folder that does not")
    }
    guard mkdir(partial, 0o777) == 0 else { throw NewFolder.failure("make the folder", partial) }
    var space = statvfs()
    guard statvfs(partial, &space) == 0 else { return }
    let free = UInt64(space.f_bavail) * UInt64(space.f_frsize)
    guard free >= UInt64(count) else {
      discard()
      throw EngineError(
        .missing,
        "'\(path)' needs \(count / 1_000_000 + 1) MB, and its disk has \(free / 1_000_000) MB left",
        hint: "free some space, or name a folder on another disk")
    }
  }

  func file(_ name: String) throws(EngineError) -> NewFile { try NewFile("\(partial)/\(name)") }

  /// Gives the folder its name.
  func publish() throws(EngineError) {
    NewFolder.sync(partial)
    // Another folder of that name, made meanwhile, is in the way if it holds anything.
    guard rename(partial, path) == 0 else { throw NewFolder.failure("rename '\(partial)' to", path) }
    let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    NewFolder.sync(parent)
  }

  /// Removes the folder as long as it has no name.
  func discard() {
    guard let names = MappedFile.names(in: partial) else { return }
    for name in names { unlink("\(partial)/\(name)") }
    rmdir(partial)
  }

  /// Some file systems cannot sync a folder; its files are complete all the same.
  private static func sync(_ path: String) {
    let folder = open(path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    close(folder)
  }

  fileprivate static func failure(_ what: String, _ path: String) -> EngineError {
    let number = errno
    let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
    return EngineError(
      .missing, "cannot \(what) '\(path)': \(reason.lowercased())",
      hint: number == ENOSPC || number == EDQUOT
        ? "free some space, or name a folder on another disk" : "check the folder that it is to be in")
  }
}

/// A file that is written front to back.
final class NewFile {
  private let path: String
  private let descriptor: Int32

  fileprivate init(_ path: String) throws(EngineError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw NewFolder.failure("make", path) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws(EngineError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(EngineError) in try write(bytes) }
    }
    try result.get()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Musl)
        let count = Musl.write(descriptor, piece.baseAddress, piece.count)
      #else
        let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
      #endif
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw NewFolder.failure("write", path) }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes over the beginning of the file.
  func rewrite(_ bytes: [UInt8]) throws(EngineError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw NewFolder.failure("write", path) }
    try write(bytes)
  }

  /// Waits until all of it is on the disk.
  func finish() throws(EngineError) {
    guard fsync(descriptor) == 0 else { throw NewFolder.failure("write", path) }
  }
}
