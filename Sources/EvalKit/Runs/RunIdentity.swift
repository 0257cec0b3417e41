import Crypto
public import JSON

/// Everything that decides a run's numbers, and nothing else: no date, no host, no number of jobs.
///
/// Two runs with the same identity must give the same report; a folder is continued only by a run with
/// the identity it was begun with.
public struct RunIdentity: Sendable, Equatable {
  public static let schemaVersion = 1

  public let json: JSONObject

  public init(_ json: JSONObject) { self.json = json }

  /// The member that lists ``notRecorded``.
  static let notRecordedKey = "not_recorded"

  /// Dotted keys, or beginnings of them, that are known to have decided the numbers and are not known
  /// themselves: of runs that other tools made.
  public var notRecorded: [String] {
    json[Self.notRecordedKey]?.array?.compactMap(\.string) ?? []
  }

  /// What is known of the benchmark called `name`: version, hashes, tasks.
  func benchmark(_ name: String) -> JSONValue? {
    json["benchmarks"]?.array?.first { $0["name"]?.string == name }
  }

  /// The first eight hex digits of the SHA-256 of the compact document; names default run folders.
  public var shortHash: String {
    let digest = SHA256.hash(data: JSONValue.object(json).serialized())
    return String(digest.hexadecimal.prefix(8))
  }

  /// The first key, as a dotted path, in which two identities differ, with both values.
  public func firstDifference(from other: RunIdentity) -> (key: String, ours: String, theirs: String)? {
    Self.difference(.object(json), .object(other.json), path: "")
  }

  private static func difference(
    _ ours: JSONValue?, _ theirs: JSONValue?, path: String
  ) -> (key: String, ours: String, theirs: String)? {
    if ours == theirs { return nil }
    if case .object(let left)? = ours, case .object(let right)? = theirs {
      let names = left.members.map(\.name) + right.members.map(\.name).filter { left[$0] == nil }
      for name in names {
        let inner = path.isEmpty ? name : "\(path).\(name)"
        if let found = difference(left[name], right[name], path: inner) { return found }
      }
      return nil
    }
    return (path, ours?.excerpt ?? "absent", theirs?.excerpt ?? "absent")
  }
}
