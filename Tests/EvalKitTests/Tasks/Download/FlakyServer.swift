import Foundation
import Testing

/// `flaky_server.py`, running for as long as the value lives.
final class FlakyServer {
  private let process = Process()
  private let input = Pipe()
  private let port: Int

  init(serving file: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("flaky_server.py").path
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-I", "-B", script, file]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)), "the server did not start")
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func url(_ mode: String, _ key: String) -> String { "http://127.0.0.1:\(port)/\(mode)/\(key)" }

  /// The `Range` headers that requests for `key` carried, `all` for those without.
  func requests(_ key: String) throws -> [String] {
    let text = try python(
      "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode(), end='')",
      url("log", key))
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
