import Foundation
import JSON
import Testing

@testable import DiffusionEngine

/// The files of `Fixtures/`, and folders that tests may damage.
enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path()

  /// The folder of `EVALKIT_DATA`, or `nil`.
  static let data = ProcessInfo.processInfo.environment["EVALKIT_DATA"]

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] { try MappedFile(path(name)).bytes() }

  static func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: bytes(name)) }

  static func model(_ name: String) throws -> DiffusionModel {
    try DiffusionModel.load(path(name), threads: 1)
  }

  static func integers(_ value: JSONValue?) throws -> [Int] {
    try #require(value?.array).map { try #require($0.integer) }
  }

  static func tokens(_ value: JSONValue?) throws -> [Int32] { try integers(value).map { Int32($0) } }

  /// Single-precision numbers written as the integers of their bits.
  static func floats(_ value: JSONValue?) throws -> [Float] {
    try integers(value).map { Float(bitPattern: UInt32(bitPattern: Int32($0))) }
  }

  static func littleEndian(_ name: String) throws -> [UInt32] {
    let bytes = try bytes(name)
    return stride(from: 0, to: bytes.count, by: 4).map { at in
      (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
    }
  }

  /// A copy of the checkpoint `name` that `body` may change; removed afterwards.
  static func withCopy<Result>(of name: String, _ body: (String) throws -> Result) throws -> Result {
    let copy = FileManager.default.temporaryDirectory.appending(
      path: "evalkit-engine-\(UUID().uuidString)-\(name)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: URL(filePath: path(name)), to: copy)
    return try body(copy.path())
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }

  static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
}

/// What `body` throws as an ``EngineError``.
func engineError(_ body: () throws -> some Any) throws -> EngineError {
  do {
    _ = try body()
  } catch let error as EngineError {
    return error
  }
  Issue.record("nothing was thrown")
  throw EngineError(.invalidArgument, "nothing was thrown")
}

extension TokenDistribution {
  /// Of V raw logits.
  init?(
    _ logits: ArraySlice<Float>, temperature: Double = 0, topP: Double? = nil, topK: Int? = nil,
    banned: Int32? = nil
  ) {
    guard let row = LogitRow(logits, temperature: temperature, banned: banned) else { return nil }
    self.init(row, topP: topP, topK: topK)
  }
}
