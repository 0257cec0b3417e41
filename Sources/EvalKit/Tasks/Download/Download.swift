import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Brings published task files to this machine.
///
/// A file appears under its name only when it is whole and its hash is right. Until then its bytes lie in a
/// hidden file beside it, from which the next attempt goes on. Several processes may pull at once.
public struct Download: Sendable {
  private let fetcher: Fetcher

  /// - Parameters:
  ///   - fetcher: the path of the program `evalkit-fetch`, see ``fetcher(beside:)``.
  ///   - stallTimeout: how long the server may send nothing.
  public init(fetcher: String, stallTimeout: Duration = .seconds(30)) {
    self.fetcher = Fetcher(executable: fetcher, stallTimeout: stallTimeout)
  }

  /// `evalkit-fetch` in the folder of the program at `executable`, where a build and an installation put it.
  public static func fetcher(beside executable: String) -> String {
    FilePath(executable).removingLastComponent().appending("evalkit-fetch").string
  }

  /// Downloads the task file of `benchmark`, unless the right one is there already.
  ///
  /// - Parameters:
  ///   - cache: the folder that ``DataLocator/cacheDirectory`` names; the file goes to `benchmarks/` in it.
  ///   - url: another place than the published one, `http` or `https`.
  ///   - progress: called with the bytes that are here and, where the server tells, the bytes there will be.
  /// - Returns: the file's path.
  /// - Throws: ``EvalKitError``: `network` (refused, broken, stalled), `data` (not the published file, which is
  ///   then removed), `environment` (cannot write), `usage` (not a URL), `cancelled`.
  public func pull(
    _ benchmark: Benchmark, into cache: String, from url: String? = nil,
    progress: (_ received: Int, _ total: Int?) -> Void = { _, _ in }
  ) async throws(EvalKitError) -> String {
    let url = url ?? benchmark.url
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      throw EvalKitError(.usage, "'\(url)' is not an http or https URL")
    }
    let folder = FilePath(cache).appending("benchmarks")
    let destination = folder.appending(benchmark.file)
    do {
      try createFolder(folder)
      let lock = try await FileLock.acquire(at: folder.appending(".\(benchmark.file).lock"))
      defer { withExtendedLifetime(lock) {} }
      if let there = try? FileBytes.read(destination.string, limit: TaskFile.largestFile),
        benchmark.isPublished(there)
      {
        return destination.string
      }
      var partial = PartialFile(for: destination)
      defer { partial.close() }
      try await transfer(benchmark, url, into: &partial, progress)
      let bytes = try partial.bytes(limit: TaskFile.largestFile)
      guard benchmark.isPublished(bytes) else {
        partial.remove()
        throw EvalKitError(
          .data, "\(url) is not \(benchmark.title) \(benchmark.version)",
          cause:
            "SHA-256 should be \(benchmark.sha256), found \(TaskFile.sha256(of: bytes)); the file was removed",
          hint: "run the same command again, or get the file from another place with --url")
      }
      try partial.publish(as: destination)
      return destination.string
    } catch {
      throw Self.translate(error, folder)
    }
  }

  private func transfer(
    _ benchmark: Benchmark, _ url: String, into partial: inout PartialFile,
    _ progress: (Int, Int?) -> Void
  ) async throws {
    let resumption = partial.resumption(of: url)
    do {
      try await request(benchmark, url, resumption, into: &partial, progress)
    } catch is RangeRefused {
      // Whatever the server has, it is not the rest of what we hold.
      partial.remove()
      try await request(benchmark, url, nil, into: &partial, progress)
    }
  }

  /// The server cannot send the part that was asked for.
  private struct RangeRefused: Error {}

  private func request(
    _ benchmark: Benchmark, _ url: String, _ resumption: Fetcher.Resumption?,
    into partial: inout PartialFile, _ progress: (Int, Int?) -> Void
  ) async throws {
    // A mirror's own gzip may be larger than the published one, but not by much.
    let limit = 4 * benchmark.byteCount + (1 << 20)
    var received = 0
    var total: Int?
    var file = partial
    defer { partial = file }
    try await fetcher.get(
      url, resuming: resumption,
      onHead: { head in
        switch head.status {
        case 200:
          try Self.refuseWebPage(head, url)
          try file.restart(url: url, validator: Self.validator(head))
        case 206:
          guard let resumption, Self.firstByte(head) == resumption.offset else { throw RangeRefused() }
          received = resumption.offset
          try file.reopen()
        case 416 where resumption != nil: throw RangeRefused()
        default:
          let hint = head.status == 404 ? "check the URL; the file may have moved" : "try again later"
          throw EvalKitError(.network, "\(url) answered with HTTP status \(head.status)", hint: hint)
        }
        total = head.headers["content-length"].flatMap { Int($0) }.map { $0 + received }
        progress(received, total)
      },
      onBody: { bytes in
        received += bytes.count
        guard received <= limit else {
          file.remove()
          throw EvalKitError(
            .data, "\(url) sends more than \(limit) bytes, \(benchmark.title) has \(benchmark.byteCount)",
            hint: "check the URL")
        }
        try file.append(bytes)
        progress(received, total)
      })
    if let total, received < total {
      throw EvalKitError(
        .network, "the transfer from \(url) broke", cause: "\(received) of \(total) bytes came",
        hint: Fetcher.again)
    }
  }

  /// A strong ETag or a date: what `If-Range` may carry (RFC 9110, section 13.1.5).
  private static func validator(_ head: Fetcher.Head) -> String? {
    if let tag = head.headers["etag"], tag.hasPrefix("\"") { return tag }
    return head.headers["last-modified"]
  }

  /// The 5 of `Content-Range: bytes 5-9/10`.
  private static func firstByte(_ head: Fetcher.Head) -> Int? {
    guard let range = head.headers["content-range"], range.hasPrefix("bytes ") else { return nil }
    return Int(range.dropFirst(6).prefix { $0 != "-" })
  }

  /// Sign-in pages and captive portals answer with status 200.
  private static func refuseWebPage(_ head: Fetcher.Head, _ url: String) throws {
    guard let type = head.headers["content-type"], type.lowercased().hasPrefix("text/html") else { return }
    throw EvalKitError(
      .network, "\(url) answered with a web page (HTTP status \(head.status), \(type)), not with a file",
      hint: "check the URL, or whether the network wants you to sign in")
  }

  private func createFolder(_ folder: FilePath) throws {
    guard mkdir(folder.string, 0o755) != 0 else { return }
    switch errno {
    case EEXIST: return
    case ENOENT:
      let parent = folder.removingLastComponent()
      guard parent != folder, !parent.isEmpty else { throw Errno.noSuchFileOrDirectory }
      try createFolder(parent)
      if mkdir(folder.string, 0o755) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
    default: throw Errno(rawValue: errno)
    }
  }

  private static func translate(_ error: any Error, _ folder: FilePath) -> EvalKitError {
    switch error {
    case let error as EvalKitError: error
    case is CancellationError:
      EvalKitError(.cancelled, "the download was cancelled", hint: Fetcher.again)
    case _ where Task.isCancelled:
      EvalKitError(.cancelled, "the download was cancelled", hint: Fetcher.again)
    case let errno as Errno:
      EvalKitError(
        .environment, "cannot write to \(folder)", cause: "\(errno)",
        hint: "free the disk or the permission, or choose another folder with XDG_CACHE_HOME")
    default: EvalKitError(.network, "the download failed", cause: "\(error)", hint: Fetcher.again)
    }
  }
}
