import JSON
import Subprocess
import Synchronization
import SystemPackage

/// Runs `evalkit-fetch`, the program that speaks HTTP, and hands its output on.
struct Fetcher: Sendable {
  /// The program's path.
  let executable: String
  /// How long the server may send nothing.
  let stallTimeout: Duration

  /// Status and headers of a response.
  struct Head: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
  }

  /// Where an earlier transfer stopped.
  struct Resumption: Sendable {
    let offset: Int
    /// The ETag or date of the file that the first `offset` bytes are of.
    let validator: String
  }

  /// Gets `url` and calls `onHead` once, then `onBody` for each piece.
  ///
  /// - Throws: what the two closures throw, or ``EvalKitError``: `network` for a connection that fails,
  ///   breaks or stalls, `cancelled`, `environment` when the program does not start.
  func get(
    _ url: String, resuming: Resumption?, onHead: (Head) throws -> Void, onBody: ([UInt8]) throws -> Void
  ) async throws {
    var arguments = [url]
    if let resuming { arguments += ["\(resuming.offset)", resuming.validator] }
    let stall = StallWatch(timeout: stallTimeout)
    do {
      let result = try await run(
        .path(FilePath(executable)), arguments: Arguments(arguments), input: .none, output: .sequence,
        error: .string(limit: 1 << 16)
      ) { execution in
        let watch = Task {
          try await stall.wait()
          try execution.send(signal: .kill)
        }
        defer { watch.cancel() }
        var head: [UInt8]? = []
        for try await buffer in execution.standardOutput {
          stall.touch()
          var bytes = buffer.withUnsafeBytes { Array($0) }
          if let line = head {
            guard let end = bytes.firstIndex(of: 0x0A) else {
              head = line + bytes
              continue
            }
            try onHead(Self.head(line + bytes[..<end]))
            head = nil
            bytes.removeFirst(end + 1)
          }
          if !bytes.isEmpty { try onBody(bytes) }
        }
      }
      if Task.isCancelled { throw CancellationError() }
      if stall.isOver {
        throw EvalKitError(.network, "\(url) sent nothing for \(stallTimeout)", hint: Self.again)
      }
      guard result.terminationStatus.isSuccess else {
        let reason = result.standardError.split(separator: "\n").last.map(String.init)
        throw EvalKitError(
          .network, "the transfer from \(url) broke", cause: reason ?? "\(result.terminationStatus)",
          hint: Self.again)
      }
    } catch let error as SubprocessError where !Task.isCancelled {
      throw EvalKitError(
        .environment, "cannot run \(executable)", cause: "\(error)",
        hint: "it belongs beside the evalkit program; reinstall it, or download \(url) by hand")
    }
  }

  static let again = "run the same command again, it resumes where it stopped"

  private static func head(_ line: [UInt8]) throws -> Head {
    let value = try JSONValue(parsing: line)
    var headers: [String: String] = [:]
    for member in try value.require("headers", \.object).members {
      headers[member.name] = member.value.string
    }
    return Head(status: try value.require("status", \.integer), headers: headers)
  }
}

/// Knows whether too much time has passed since the last sign of life.
private final class StallWatch: Sendable {
  private let timeout: Duration
  private let last = Mutex(ContinuousClock.now)
  private let over = Mutex(false)

  init(timeout: Duration) { self.timeout = timeout }

  var isOver: Bool { over.withLock { $0 } }

  func touch() { last.withLock { $0 = .now } }

  /// Returns when it is over.
  func wait() async throws {
    while true {
      let left = last.withLock { $0 + timeout - .now }
      if left <= .zero { break }
      try await Task.sleep(for: left)
    }
    over.withLock { $0 = true }
  }
}
