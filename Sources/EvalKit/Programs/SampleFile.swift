import Crypto
import FoundationEssentials
import JSON
import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// Samples that another tool made, in one of evalplus' formats.
///
/// - `.jsonl`, `.jsonl.gz`: rows with `task_id` and `solution` (used as it is) or `completion` (the task's
///   prompt is put before it). Repeated task ids are further samples, in order of appearance.
/// - a folder: `HumanEval_0/0.py`, one sample a file (`evalplus/data/utils.py`, `load_solutions`).
public struct SampleFile: Sendable {
  public let path: String
  /// SHA-256 over what was read.
  public let sha256: String
  /// Task ids in the order of the benchmark, each with its samples.
  public let programs: [String: [Program]]
  /// Task ids in the file that the benchmark does not have, each once, in order of appearance.
  public let unknownTasks: [String]

  /// - Parameter tasks: the whole benchmark, also when only a part of it will be scored.
  public static func load(_ path: String, tasks: [BenchmarkTask]) throws(EvalKitError) -> SampleFile {
    var collected = Collected(tasks: tasks)
    guard access(path, F_OK) == 0 else {
      throw EvalKitError(.data, "there is no sample file '\(path)'", cause: "\(Errno.current)")
    }
    if isFolder(path) {
      try collected.readFolder(path)
    } else {
      try collected.readLines(path)
    }
    if collected.programs.isEmpty {
      let ids = collected.unknown.prefix(3).joined(separator: ", ")
      throw EvalKitError(
        .data, "'\(path)' holds no sample of this benchmark",
        cause: ids.isEmpty ? nil : "its task ids are of another one: \(ids)",
        hint: "a row looks like {\"task_id\": \"\(tasks.first?.id ?? "HumanEval/0")\", \"solution\": \"...\"}"
      )
    }
    return SampleFile(
      path: path, sha256: collected.hash.finalize().hexadecimal, programs: collected.programs,
      unknownTasks: collected.unknown)
  }
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

private struct Collected {
  let tasks: [String: BenchmarkTask]
  var programs: [String: [Program]] = [:]
  var unknown: [String] = []
  var hash = SHA256()

  init(tasks: [BenchmarkTask]) {
    self.tasks = Dictionary(tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func add(_ program: Program, to task: String) {
    if tasks[task] != nil {
      programs[task, default: []].append(program)
    } else if !unknown.contains(task) {
      unknown.append(task)
    }
  }

  mutating func readLines(_ path: String) throws(EvalKitError) {
    let bytes = try lines(of: path)
    hash.update(data: bytes)
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
      do {
        try readRow(Array(line))
      } catch {
        throw EvalKitError(.data, "'\(path)', line \(number): \(error.description)")
      }
    }
  }

  private func lines(of path: String) throws(EvalKitError) -> [UInt8] {
    let limit = 4 << 30
    let bytes = try FileBytes.read(path, limit: limit)
    if !Gzip.recognises(bytes) { return bytes }
    do {
      return try Gzip.unzip(bytes, limit: limit)
    } catch {
      throw EvalKitError(.data, "'\(path)' is not a whole gzip file", cause: "\(error)")
    }
  }

  private mutating func readRow(_ line: [UInt8]) throws(JSONError) {
    let slices = try JSONSlices(of: line)
    func token(_ name: String) throws(JSONError) -> [UInt8]? {
      guard let range = slices[name], JSONKind(firstByte: line[range.lowerBound]) != .literal else {
        return nil
      }
      guard JSONKind(firstByte: line[range.lowerBound]) == .string else {
        throw JSONError("field '\(name)' is not text")
      }
      return Array(line[range])
    }
    guard let id = try token("task_id") else { throw JSONError("field 'task_id' is missing") }
    guard let task = try JSONValue(parsing: id).string else { throw JSONError("'task_id' is not text") }
    if let solution = try token("solution") {
      add(Program(token: solution), to: task)
    } else if let completion = try token("completion") {
      add(Program(joining: tasks[task]?.rawPrompt ?? Array("\"\"".utf8), completion), to: task)
    } else {
      throw JSONError("task '\(task)' has neither 'solution' nor 'completion'")
    }
  }

  mutating func readFolder(_ path: String) throws(EvalKitError) {
    for folder in try list(path) {
      let inner = "\(path)/\(folder)"
      guard isFolder(inner) else { continue }
      let task = folder.split(separator: "_", omittingEmptySubsequences: false).joined(separator: "/")
      let files = try list(inner).filter { $0.hasSuffix(".py") }
      // "10.py" comes after "9.py".
      for file in files.sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
        let bytes = try FileBytes.read("\(inner)/\(file)", limit: 1 << 26)
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw EvalKitError(.data, "'\(inner)/\(file)' is not UTF-8")
        }
        hash.update(data: Array("\(task)\0\(bytes.count)\0".utf8))
        hash.update(data: bytes)
        add(Program(text: text), to: task)
      }
    }
  }

  private func list(_ path: String) throws(EvalKitError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw EvalKitError(.data, "cannot list '\(path)'", cause: "\(error)")
    }
  }
}
