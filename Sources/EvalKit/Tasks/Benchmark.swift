import JSON

/// One published set of tasks in one version: what it is called, where it comes from, how its file is known.
///
/// The facts are those of `Benchmarks/manifest.json`, which is compiled into the program.
public struct Benchmark: Sendable, Equatable {
  /// The name on the command line and in run folders, `humaneval+` or `mbpp+`.
  public let name: String
  /// Other spellings that ``named(_:)`` knows.
  public let aliases: [String]
  /// The name in reports.
  public let title: String
  /// The release of the task file, with its `v`.
  public let version: String
  /// The oracle family.
  public let dataset: Dataset
  /// How many tasks the file holds.
  public let taskCount: Int
  /// The tasks whose reference programs take longest, longest first. They are begun first where the order
  /// is free, so that no slot is left alone with one at the end. Decides nothing else.
  public let slowestTasks: [String]
  /// What every task id starts with; a number follows.
  public let idPrefix: String
  /// The name under which evalkit keeps the file.
  public let file: String
  /// Where the file is published.
  public let url: String
  /// The size of the published file in bytes.
  public let byteCount: Int
  /// SHA-256 of the published `.jsonl.gz`, lower-case hexadecimal.
  public let sha256: String
  /// SHA-256 of the unzipped bytes. This decides whether a file is the right one: mirrors re-make the gzip
  /// container, which changes the first hash and no task.
  public let unzippedSHA256: String
  /// MD5 of the unzipped bytes, which evalplus calls `hash` in its results.
  public let unzippedMD5: String
  /// The licence of the tasks.
  public let licence: String

  /// Every benchmark of the manifest, in its order.
  ///
  /// Empty only if the compiled-in manifest cannot be read; a test holds that off.
  public static let all: [Benchmark] = (try? decode(PackageResources.manifest_json)) ?? []

  /// The benchmark called `name`, or one of its aliases, in any case.
  ///
  /// - Throws: ``EvalKitError`` (`usage`) that lists the known names and, for a near miss, the one meant.
  public static func named(_ name: String) throws(EvalKitError) -> Benchmark {
    let wanted = name.lowercased()
    if let found = all.first(where: { $0.name == wanted || $0.aliases.contains(wanted) }) { return found }
    let known = all.map(\.name).joined(separator: ", ")
    let near = Spelling.nearest(to: wanted, among: all.flatMap { [$0.name] + $0.aliases })
    let meant = all.first { $0.name == near || $0.aliases.contains(near ?? "") }
    throw EvalKitError(
      .usage, "unknown benchmark '\(name)'",
      hint: meant.map { "did you mean \($0.name)? Known: \(known)" } ?? "one of: \(known)")
  }

  /// Reads a manifest.
  static func decode(_ manifest: [UInt8]) throws(JSONError) -> [Benchmark] {
    let document = try JSONValue(parsing: manifest)
    guard try document.require("format", \.integer) == 1 else {
      throw JSONError("field 'format' is not 1")
    }
    var benchmarks: [Benchmark] = []
    for entry in try document.require("benchmarks", \.array) { benchmarks.append(try Benchmark(entry)) }
    return benchmarks
  }

  private init(_ entry: JSONValue) throws(JSONError) {
    name = try entry.require("name", \.string)
    aliases = try entry.require("aliases", \.array).compactMap(\.string)
    title = try entry.require("title", \.string)
    version = try entry.require("version", \.string)
    dataset = try entry.require("dataset") { $0.string.flatMap(Dataset.init(rawValue:)) }
    taskCount = try entry.require("tasks", \.integer)
    slowestTasks = (entry["slowest_tasks"]?.array ?? []).compactMap(\.string)
    idPrefix = try entry.require("id_prefix", \.string)
    file = try entry.require("file", \.string)
    url = try entry.require("url", \.string)
    byteCount = try entry.require("bytes", \.integer)
    sha256 = try entry.require("sha256", \.string)
    unzippedSHA256 = try entry.require("unzipped_sha256", \.string)
    unzippedMD5 = try entry.require("unzipped_md5", \.string)
    licence = try entry.require("licence", \.string)
  }
}
