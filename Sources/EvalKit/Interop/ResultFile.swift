import Crypto
import JSON

/// A file of verdicts that evalplus or bigcodebench wrote, of any version: `X_eval_results.json`,
/// `X.eval_results.json`, gzipped or not.
///
/// | who | `eval[task]` |
/// |---|---|
/// | evalplus 0.1.1 to 0.2.0 | `{"nfiles": n, "base": [[status, details], …], "plus": […]}`; once `files` for `nfiles` |
/// | evalplus since 0.2.1 | `[{task_id, solution, base_status, plus_status, base_fail_tests, plus_fail_tests}, …]` |
/// | bigcodebench | `[{task_id, solution, status, details}, …]`, and `X_pass_at_k.json` beside it since 0.1.9 |
///
/// (`evaluate.py` of each.) Inputs and programs stay bytes: they hold integers of a hundred digits and halves of
/// surrogate pairs.
struct ResultFile {
  /// Whose tool wrote it, and how rows look.
  enum Format: String {
    case evalplus
    case evalplusLists = "evalplus, before 0.2.1"
    case bigcodebench
  }

  /// One task's samples, in the order in which they were judged.
  struct Task {
    let id: String
    let samples: [Sample]
  }

  /// One row.
  struct Sample {
    /// `nil` where the format has none.
    let program: Program?
    let base: HalfVerdict
    /// `nil` where only the base tests ran.
    let plus: HalfVerdict?
  }

  let path: String
  let format: Format
  /// Of the unzipped file.
  let sha256: String
  /// `2024-08-08 14:52`, of whatever time zone.
  let date: String?
  /// evalplus' `hash`: the MD5 of the task file.
  let dataMD5: String?
  /// By the number in the id, as the task files are ordered; evalplus writes them as they are done.
  let tasks: [Task]

  /// Larger files are not result files: 1,140 tasks of 200 programs have a quarter of a gigabyte.
  private static let largest = 4 << 30

  /// - Throws: ``EvalKitError`` (`data`) that names file, task, sample and field of what is not as it should be.
  init(reading path: String) throws(EvalKitError) {
    let bytes = try Self.unzipped(path)
    do {
      let document = try JSONSlices(of: bytes)
      guard let eval = document["eval"] else { throw JSONError("field 'eval' is missing") }
      let reader = ResultRows(bytes)
      let members = try JSONSlices(of: bytes, in: eval).members
      guard let first = members.first else { throw JSONError("'eval' holds no task") }
      format = try reader.format(of: first)
      var tasks: [Task] = []
      for member in members {
        tasks.append(Task(id: member.name, samples: try reader.samples(of: member, format)))
      }
      self.tasks = tasks.sorted { Self.order($0.id) < Self.order($1.id) }
      date = try reader.text("date", of: document)
      dataMD5 = try reader.text("hash", of: document)
      try Self.checkHalves(self.tasks)
      if let claims = document["pass_at_k"] { try reader.check(claims, against: self.tasks) }
    } catch let error as JSONError {
      throw EvalKitError(
        .data, "'\(path)' is no result file of evalplus or bigcodebench", cause: error.description,
        hint: "a whole one looks like {\"eval\": {\"HumanEval/0\": [{\"base_status\": \"pass\", …}]}}")
    } catch {
      throw EvalKitError(.data, "cannot read '\(path)'", cause: "\(error)")
    }
    self.path = path
    sha256 = SHA256.hash(data: bytes).hexadecimal
  }

  /// Whether the plus tests ran.
  var hasPlus: Bool { tasks.contains { $0.samples.contains { $0.plus != nil } } }

  private static func unzipped(_ path: String) throws(EvalKitError) -> [UInt8] {
    let bytes = try FileBytes.read(path, limit: largest)
    if !Gzip.recognises(bytes) { return bytes }
    do {
      return try Gzip.unzip(bytes, limit: largest)
    } catch {
      throw EvalKitError(.data, "'\(path)' is not a whole gzip file", cause: "\(error)")
    }
  }

  /// Letters first, then the number.
  private static func order(_ id: String) -> (String, Int, String) {
    let digits = id.reversed().prefix { $0.isASCII && $0.isNumber }.count
    return (String(id.dropLast(digits)), Int(id.suffix(digits)) ?? -1, id)
  }

  /// Of a whole file either all samples met the plus tests or none did.
  private static func checkHalves(_ tasks: [Task]) throws(JSONError) {
    guard tasks.contains(where: { $0.samples.contains { $0.plus != nil } }) else { return }
    for task in tasks {
      if let index = task.samples.firstIndex(where: { $0.plus == nil }) {
        throw JSONError("task '\(task.id)' #\(index): field 'plus_status' is missing, though others have it")
      }
    }
  }
}
