import Foundation
import JSON
import Subprocess
import SystemPackage
import Testing

/// The built `evalkit`, driven as a user would.
enum Binary {
  struct Result {
    let code: Int
    let output: String
    let error: String

    /// Standard output as one JSON document.
    func json() throws -> JSONValue { try JSONValue(parsing: Array(output.utf8)) }
  }

  /// Test bundle and products lie in the same folder.
  static let folder: String = {
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: bundle ?? "").deletingLastPathComponent().path
  }()

  static var path: String { "\(folder)/evalkit" }

  /// Runs to the end.
  static func run(
    _ arguments: [String], executable: String = path, environment: [String: String] = [:],
    directory: String = "/"
  ) async throws -> Result {
    try await start(
      arguments, executable: executable, environment: environment, directory: directory
    ) { _ in }
  }

  /// Runs `meddle` beside the program, which may end it.
  static func start(
    _ arguments: [String], executable: String = path, environment: [String: String] = [:],
    directory: String = "/",
    meddle: (pid_t) async throws -> Void
  ) async throws -> Result {
    let output = "\(Scratch.root)/\(UUID().uuidString)"
    let files = ["\(output).out", "\(output).err"]
    let inherited = ["PATH", "HOME", "EVALKIT_DATA", "EVALKIT_PYTHON", "LD_LIBRARY_PATH"].compactMap { name in
      ProcessInfo.processInfo.environment[name].map { (name, $0) }
    }
    var variables = Dictionary(inherited, uniquingKeysWith: { first, _ in first })
    variables.merge(environment) { _, new in new }
    let descriptors = try files.map {
      try FileDescriptor.open(
        FilePath($0), .readWrite, options: [.create, .truncate], permissions: .ownerReadWrite)
    }
    let result = try await Subprocess.run(
      .path(FilePath(executable)), arguments: Arguments(arguments),
      environment: .custom(
        Dictionary(
          uniqueKeysWithValues: variables.compactMap { name, value in
            Environment.Key(rawValue: name).map { ($0, value) }
          })),
      workingDirectory: FilePath(directory), input: .none,
      output: .fileDescriptor(descriptors[0], closeAfterSpawningProcess: true),
      error: .fileDescriptor(descriptors[1], closeAfterSpawningProcess: true)
    ) { execution in
      try await meddle(execution.processIdentifier.value)
    }
    let code =
      switch result.terminationStatus {
      case .exited(let code): Int(code)
      case .signaled(let signal): 128 + Int(signal)
      }
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    for file in files { try FileManager.default.removeItem(atPath: file) }
    return Result(code: code, output: texts[0], error: texts[1])
  }
}

/// Folders that a test may fill.
enum Scratch {
  static let root = FileManager.default.temporaryDirectory.standardizedFileURL.path

  /// A fresh folder, removed afterwards.
  static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "\(root)/evalkit-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  static func lines(_ path: String) -> [String] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { String($0) }
  }

  static func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }
}

/// Whether the task files are at hand. `.ci/run` sees to it that no test is skipped for want of them.
let hasData = ProcessInfo.processInfo.environment["EVALKIT_DATA"] != nil
