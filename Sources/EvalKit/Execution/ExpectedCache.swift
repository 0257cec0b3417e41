import Crypto
import JSON
public import Sandbox
import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// Expected values and reference times of earlier runs, one file a task, named by everything that made it.
///
/// Running the reference programs takes as long as judging one candidate of every task. The content is the
/// judge's own (`Sandbox/Python/expected.py`) and is never looked at here. Candidates cannot reach the
/// folder; a file that is not whole is made again.
public struct ExpectedCache: Sendable {
  /// The names of the files depend on these as well as on the task.
  private let environment: [String]
  /// `nil` keeps nothing.
  private let folder: FilePath?
  /// Files from before this moment do not count.
  private let notBefore: timespec?

  /// - Parameters:
  ///   - folder: where the files are; made when the first is written. `nil`: nothing is kept.
  ///   - refresh: expected values of earlier runs are made again.
  public init(folder: String?, refresh: Bool, python: PythonEnvironment, report: SandboxReport) {
    self.folder = folder.map { FilePath($0) }
    environment = [
      evalkitVersion, python.implementation, python.version, python.numpyVersion ?? "none",
      report.moduleFingerprints,
    ]
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    notBefore = refresh ? now : nil
  }

  /// The file for one task.
  func file(for task: BenchmarkTask, of benchmark: Benchmark) -> FilePath? {
    var hash = SHA256()
    func add(_ bytes: [UInt8]) {
      withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: bytes)
    }
    for text in environment + [benchmark.dataset.rawValue, task.id, task.entryPoint] { add(Array(text.utf8)) }
    for bytes in [task.rawBaseInput, task.rawPlusInput, task.referenceProgram()] { add(bytes) }
    return folder?.appending(hash.finalize().hexadecimal)
  }

  /// What `write` was given for this file, or `nil`.
  func read(_ file: FilePath?) -> [UInt8]? {
    var status = stat()
    guard let file, stat(file.string, &status) == 0, status.st_uid == geteuid() else { return nil }
    let changed = status.st_mtim
    if let start = notBefore, (changed.tv_sec, changed.tv_nsec) < (start.tv_sec, start.tv_nsec) { return nil }
    guard var bytes = try? FileBytes.read(file.string, limit: Slot.maximumReplyBytes),
      bytes.suffix(SHA256.byteCount).elementsEqual(SHA256.hash(data: bytes.dropLast(SHA256.byteCount)))
    else { return nil }
    bytes.removeLast(SHA256.byteCount)
    return bytes
  }

  /// Keeps `content`. Whatever stands in the way (a full disk, no permission) costs the next run time and
  /// nothing else, so it is no error.
  func write(_ content: [UInt8], to file: FilePath?) {
    guard let folder, let file else { return }
    // Runs side by side may write the same file; each has a name of its own until it is whole.
    let temporary = "\(file.string).\(getpid())-\(UInt32.random(in: 0 ... .max))"
    do {
      try makeFolders(folder.string, mode: 0o700)
      let descriptor = try FileDescriptor.open(
        FilePath(temporary), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite])
      try descriptor.closeAfter { _ = try descriptor.writeAll(content + SHA256.hash(data: content)) }
      if rename(temporary, file.string) != 0 { throw Errno.current }
    } catch {
      unlink(temporary)
    }
  }
}
