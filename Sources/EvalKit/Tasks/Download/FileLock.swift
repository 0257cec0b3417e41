import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An advisory lock that the kernel drops when its holder ends, however it ends.
struct FileLock: ~Copyable {
  private let descriptor: FileDescriptor

  private init(holding descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// Waits for the lock, as long as the task is not cancelled.
  ///
  /// The lock's file stays: removing it would let a third process lock a new one beside the second.
  static func acquire(at path: FilePath) async throws -> FileLock {
    let descriptor = try FileDescriptor.open(
      path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
    do {
      while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
        guard errno == EWOULDBLOCK || errno == EINTR else { throw Errno(rawValue: errno) }
        try await Task.sleep(for: .milliseconds(50))
      }
    } catch {
      try? descriptor.close()
      throw error
    }
    return FileLock(holding: descriptor)
  }

  deinit { try? descriptor.close() }
}
