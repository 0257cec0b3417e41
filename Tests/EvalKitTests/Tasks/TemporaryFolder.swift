import Foundation
import Testing

/// A folder of one test's own, gone with the value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/evalkit-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with its folders, and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let file = path + "/" + name
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// Runs a Python program and returns what it printed: the independent reader and writer of these tests.
func python(_ program: String, _ arguments: String..., input: [UInt8] = []) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  let standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.write("input", input)))
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
  process.arguments = ["-I", "-c", program] + arguments
  process.standardInput = standardInput
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let printed = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "python3 failed")
  return [UInt8](printed)
}
