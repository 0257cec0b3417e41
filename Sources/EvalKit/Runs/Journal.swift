import Dispatch
import JSON
import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// An append-only file of JSON lines that survives a crash in the middle of a write.
///
/// A line counts once its newline is there. What a crash left after the last newline is cut off when
/// the file is opened again; every earlier line must be whole, or the file is refused.
final class Journal {
  private let descriptor: FileDescriptor
  private let path: String
  private var lastSync = ContinuousClock.now
  private var isSynced = true
  // A disk may take tens of milliseconds, in which the slots would wait for their next candidate.
  private let disk = DispatchQueue(label: "evalkit.journal")

  /// Opens or creates the file and hands each whole line to `visit`.
  ///
  /// - Parameter visit: line number from 1, and the line without its newline.
  init(path: String, visit: (_ line: Int, _ bytes: [UInt8]) throws(JSONError) -> Void) throws(EvalKitError) {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .append, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw EvalKitError(.data, "cannot open '\(path)'", cause: "\(error)")
    }
    let size = try JournalLines.read(
      path, hint: "remove that line to have its sample made again, or start in another folder", visit: visit)
    if size.torn > 0, ftruncate(descriptor.rawValue, off_t(size.whole)) != 0 {
      throw EvalKitError(.data, "cannot cut the torn last line off '\(path)'", cause: "\(Errno.current)")
    }
  }

  deinit {
    sync()
    disk.sync {}
    try? descriptor.close()
  }

  /// Begins to force what was appended to the disk; does not wait for it.
  func sync() {
    lastSync = .now
    if isSynced { return }
    isSynced = true
    disk.async { [descriptor] in fdatasync(descriptor.rawValue) }
  }

  /// Appends one line in a single write, and begins to force it to the disk once a second.
  func append(_ row: JSONObject) throws(EvalKitError) {
    var line = JSONValue.object(row).serialized()
    line.append(UInt8(ascii: "\n"))
    do {
      try descriptor.writeAll(line)
    } catch {
      throw EvalKitError(.data, "cannot append to '\(path)'", cause: "\(error)")
    }
    isSynced = false
    if .now - lastSync > .seconds(1) { sync() }
  }
}

extension Errno {
  /// The calling thread's `errno`.
  static var current: Errno { Errno(rawValue: errno) }
}

/// Writes a file so that readers see either the old content or the whole new one.
func writeAtomically(_ bytes: [UInt8], to path: String) throws(EvalKitError) {
  let temporary = path + ".part"
  do {
    let file = try FileDescriptor.open(
      FilePath(temporary), .writeOnly, options: [.create, .truncate, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try file.closeAfter {
      try file.writeAll(bytes)
      if fsync(file.rawValue) != 0 { throw Errno.current }
    }
    if rename(temporary, path) != 0 { throw Errno.current }
  } catch {
    throw EvalKitError(.data, "cannot write '\(path)'", cause: "\(error)")
  }
}
