import Crypto
import JSON

/// A task file, read whole and checked, or not at all.
public struct TaskFile: Sendable {
  /// Where it was read from.
  public let path: String
  /// SHA-256 of the file as it lies there, lower-case hexadecimal.
  public let sha256: String
  /// SHA-256 of the unzipped bytes: the same for every gzip container.
  public let contentSHA256: String
  /// MD5 of the unzipped bytes, which evalplus calls `hash` in its results.
  public let md5: String
  /// The tasks in the order of the file.
  public let tasks: [BenchmarkTask]

  /// No known task file comes near; a gzip file that unzips to more is an accident or an attack.
  static let largestFile = 1 << 30

  /// Reads the tasks of `benchmark` from `path`, a `.jsonl` file or the same gzipped.
  ///
  /// - Parameter verifyHash: whether the unzipped bytes must be those of the published file. Without it any
  ///   file of the right shape passes, and the scores are those of that file.
  /// - Throws: ``EvalKitError`` (`data`) that names the file, and the line and task where there is one.
  public static func load(
    benchmark: Benchmark, at path: String, verifyHash: Bool = true
  ) throws(EvalKitError) -> TaskFile {
    let found = try FileBytes.read(path, limit: largestFile)
    let pull = "evalkit data pull \(benchmark.name)"
    if found.isEmpty { throw EvalKitError(.data, "\(path) is empty", hint: pull) }
    let sha256 = Self.sha256(of: found)
    let content: [UInt8]
    do {
      content = Gzip.recognises(found) ? try Gzip.unzip(found, limit: largestFile) : found
    } catch {
      throw EvalKitError(.data, "\(path) is not a whole gzip file", cause: "\(error)", hint: pull)
    }
    // Compared unzipped: a mirror's own gzip container holds the same tasks under another hash.
    let unzipped = Self.sha256(of: content)
    if verifyHash, unzipped != benchmark.unzippedSHA256 {
      let zipped = Gzip.recognises(found)
      throw EvalKitError(
        .data, "\(path) is not \(benchmark.title) \(benchmark.version)",
        cause: "SHA-256 should be \(zipped ? benchmark.sha256 : benchmark.unzippedSHA256), found \(sha256)",
        hint: pull)
    }
    // Not computed for the published bytes: it would be a quarter of the reading.
    let isPublished = unzipped == benchmark.unzippedSHA256
    let md5 = isPublished ? benchmark.unzippedMD5 : Insecure.MD5.hash(data: content).hexadecimal
    return TaskFile(
      path: path, sha256: sha256, contentSHA256: unzipped, md5: md5,
      tasks: try tasks(of: benchmark, in: content, path))
  }

  private static func tasks(
    of benchmark: Benchmark, in content: [UInt8], _ path: String
  ) throws(EvalKitError) -> [BenchmarkTask] {
    var tasks: [BenchmarkTask] = []
    var lines: [String: Int] = [:]
    var number = 0
    for line in content.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let task = try task(Array(line), number, benchmark, path)
      if let first = lines.updateValue(number, forKey: task.id) {
        throw EvalKitError(
          .data, "\(path), line \(number): task \(task.id) is there already, on line \(first)",
          hint: "evalkit data pull \(benchmark.name)")
      }
      tasks.append(task)
    }
    guard tasks.count == benchmark.taskCount else {
      throw EvalKitError(
        .data,
        "\(path) has \(tasks.count) tasks, \(benchmark.title) \(benchmark.version) has \(benchmark.taskCount)",
        hint: "evalkit data pull \(benchmark.name)")
    }
    return tasks
  }

  private static func task(
    _ line: [UInt8], _ number: Int, _ benchmark: Benchmark, _ path: String
  ) throws(EvalKitError) -> BenchmarkTask {
    do {
      let task = try BenchmarkTask(line: line, number: number)
      guard task.id.hasPrefix(benchmark.idPrefix), Int(task.id.dropFirst(benchmark.idPrefix.count)) != nil
      else {
        throw JSONError("field 'task_id' is not \(benchmark.idPrefix) and a number")
      }
      return task
    } catch {
      let id = taskID(of: line).map { " (\($0))" } ?? ""
      throw EvalKitError(
        .data, "\(path), line \(number)\(id): \(error)", hint: "evalkit data pull \(benchmark.name)")
    }
  }

  /// The id on a line that cannot be read as a task, if that much of it can.
  private static func taskID(of line: [UInt8]) -> String? {
    guard let range = try? JSONSlices(of: line)["task_id"] else { return nil }
    return try? JSONValue(parsing: Array(line[range])).string
  }
}

extension TaskFile {
  /// Lower-case hexadecimal.
  static func sha256(of bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }
}

extension Benchmark {
  /// Whether these are the published tasks, gzipped by whomever or not at all.
  func isPublished(_ bytes: [UInt8]) -> Bool {
    guard Gzip.recognises(bytes) else { return TaskFile.sha256(of: bytes) == unzippedSHA256 }
    guard let content = try? Gzip.unzip(bytes, limit: TaskFile.largestFile) else { return false }
    return TaskFile.sha256(of: content) == unzippedSHA256
  }
}

extension Sequence<UInt8> {
  /// Two lower-case digits a byte, the usual spelling of a hash.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
