import Crypto
import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// `SHA256SUMS` of a run folder, as `sha256sum --check` reads it: what the files were when the run ended.
enum Checksums {
  static let file = "SHA256SUMS"
  static let covered = [
    "identity.json", "samples.jsonl", "verdicts.jsonl", "report.json", "report.md",
  ]

  /// Written last: a folder that has it holds a finished run.
  static func write(
    of names: [String] = covered, in folder: String, also more: [String] = []
  ) throws(EvalKitError) {
    var text = ""
    for name in names + more { text += "\(try sha256(of: "\(folder)/\(name)"))  \(name)\n" }
    try writeAtomically(Array(text.utf8), to: "\(folder)/\(file)")
  }

  /// Says that the folder's files are about to change.
  static func remove(in folder: String) { unlink("\(folder)/\(file)") }

  static func exist(in folder: String) -> Bool { access("\(folder)/\(file)", F_OK) == 0 }

  /// The first thing that is not as it was, or `nil`.
  ///
  /// - Parameter names: files that must be covered.
  static func firstDifference(
    of names: [String] = covered, in folder: String
  ) throws(EvalKitError) -> String? {
    let bytes = try FileBytes.read("\(folder)/\(file)", limit: 1 << 20)
    var named: Set<String> = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      let text = String(decoding: line, as: UTF8.self)
      let name = String(text.dropFirst(66))
      guard text.utf8.count > 66, text.dropFirst(64).hasPrefix("  "), !name.contains("/") else {
        return "\(file), line \(index + 1), is not a checksum"
      }
      named.insert(name)
      guard access("\(folder)/\(name)", F_OK) == 0 else { return "\(name) is missing" }
      let found = try sha256(of: "\(folder)/\(name)")
      if found != text.prefix(64) {
        return "\(name) was changed: its SHA-256 is \(found.prefix(12))…, \(file) has \(text.prefix(12))…"
      }
    }
    return names.first { !named.contains($0) }.map { "\(file) does not name \($0)" }
  }

  /// Reads in pieces: journals of a hundred thousand samples have gigabytes.
  static func sha256(of path: String) throws(EvalKitError) -> String {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
      return try file.closeAfter {
        var hash = SHA256()
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
          let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
          if count == 0 { return hash.finalize().hexadecimal }
          hash.update(data: chunk[..<count])
        }
      }
    } catch {
      throw EvalKitError(.data, "cannot read '\(path)'", cause: "\(error)")
    }
  }
}
