#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A whole file, mapped privately and read-only for the life of this object.
///
/// The one place of the engine that holds a raw pointer to a file. Nobody writes through the mapping,
/// so sharing it between threads is safe; a file that another process truncates under us is not
/// defended against (the system raises SIGBUS), as for every program that maps files.
final class MappedFile: @unchecked Sendable {
  let path: String
  let count: Int
  private let start: UnsafeRawPointer?

  /// - Throws: `.missing` when `path` cannot be opened, `.malformed` when it is no regular file.
  init(_ path: String) throws(EngineError) {
    // Without O_NONBLOCK a named pipe would block here until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw MappedFile.failure("cannot open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MappedFile.failure("cannot inspect", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw EngineError(.malformed, "'\(path)' is not a regular file")
    }
    guard let size = Int(exactly: status.st_size), size >= 0 else {
      throw EngineError(.malformed, "'\(path)' reports the size \(status.st_size)")
    }
    self.path = path
    count = size
    // The kernel refuses mappings of nothing.
    if size == 0 {
      start = nil
      return
    }
    guard let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
      throw MappedFile.failure("cannot map", path)
    }
    start = UnsafeRawPointer(mapping)
  }

  deinit {
    if let start { munmap(UnsafeMutableRawPointer(mutating: start), count) }
  }

  /// Lends the bytes of `range`; the pointer must not leave `body`.
  func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the mapped file")
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    return body(UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  /// Where the bytes of `range` lie; valid as long as this object lives.
  func address(of range: Range<Int>) -> UnsafeRawBufferPointer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the mapped file")
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(start: start, count: count)[range])
  }

  /// Takes the pages of `range` out of this process: what was converted should not count twice. The system still
  /// has them, and whoever reads them again gets them back.
  func forget(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the mapped file")
    guard let start, !range.isEmpty else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = range.lowerBound / page * page
    // Only advice: without it more of the file stays resident.
    _ = madvise(UnsafeMutableRawPointer(mutating: start + first), range.upperBound - first, MADV_DONTNEED)
  }

  /// A copy of the whole file, for the small ones that are parsed.
  func bytes() -> [UInt8] { withBytes(0..<count) { Array($0) } }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// What lies in `folder`, in no order; `nil` when it cannot be listed, and errno says why.
  static func names(in folder: String) -> [String]? {
    guard let handle = opendir(folder) else { return nil }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func failure(_ what: String, _ path: String) -> EngineError {
    let number = errno
    let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
    return EngineError(
      .missing, "\(what) '\(path)': \(reason.lowercased())",
      hint: "check that the checkpoint folder is complete and readable")
  }
}
