import JSON
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A download that is not whole yet: its bytes, and beside them a note of what they are the beginning of.
struct PartialFile {
  private let data: FilePath
  private let note: FilePath
  private var descriptor: FileDescriptor?

  /// - Parameter destination: the name that the file gets when it is whole.
  init(for destination: FilePath) {
    let name = destination.lastComponent?.string ?? "download"
    let folder = destination.removingLastComponent()
    data = folder.appending(".\(name).partial")
    note = folder.appending(".\(name).partial.json")
  }

  /// Where to go on from, if there are bytes of the same URL and the server gave them a version.
  func resumption(of url: String) -> Fetcher.Resumption? {
    guard let bytes = try? FileBytes.read(note.string, limit: 1 << 16),
      let value = try? JSONValue(parsing: bytes), value["url"]?.string == url,
      let validator = value["validator"]?.string
    else { return nil }
    var status = stat()
    guard stat(data.string, &status) == 0, status.st_size > 0 else { return nil }
    return .init(offset: Int(status.st_size), validator: validator)
  }

  /// Starts over with an empty file. Without a validator a later call cannot resume it.
  mutating func restart(url: String, validator: String?) throws {
    remove()
    try open([.create, .truncate])
    guard let validator else { return }
    let text: JSONValue = ["url": .string(url), "validator": .string(validator)]
    let file = try FileDescriptor.open(
      note, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
    try file.closeAfter { _ = try file.writeAll(text.serialized()) }
  }

  /// Goes on at the end of what is there.
  mutating func reopen() throws { try open([.append]) }

  private mutating func open(_ options: FileDescriptor.OpenOptions) throws {
    close()
    descriptor = try FileDescriptor.open(
      data, .writeOnly, options: options.union(.closeOnExec),
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
  }

  func append(_ bytes: [UInt8]) throws { _ = try descriptor?.writeAll(bytes) }

  /// All bytes so far.
  func bytes(limit: Int) throws(EvalKitError) -> [UInt8] { try FileBytes.read(data.string, limit: limit) }

  /// Gives the file its final name, in one step, after its bytes have reached the disk.
  mutating func publish(as destination: FilePath) throws {
    guard let descriptor, fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    close()
    guard rename(data.string, destination.string) == 0 else { throw Errno(rawValue: errno) }
    unlink(note.string)
    let folder = try FileDescriptor.open(
      destination.removingLastComponent(), .readOnly, options: [.closeOnExec])
    // Some file systems cannot sync a folder; the file is complete all the same.
    try folder.closeAfter { _ = fsync(folder.rawValue) }
  }

  /// Forgets the bytes.
  mutating func remove() {
    close()
    unlink(note.string)
    unlink(data.string)
  }

  mutating func close() {
    try? descriptor?.close()
    descriptor = nil
  }
}
