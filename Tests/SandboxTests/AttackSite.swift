import Foundation
import Glibc

/// The host as the attacks may not change it: a folder with files that everybody may write, and whatever
/// else a program could leave behind.
struct AttackSite: Sendable {
  /// The word in the names of all that attacks try to leave.
  static let mark = "left-by-attack"
  /// The user of the runs as an ordinary user; another copy of these tests has another.
  static let user = 53000 + Int(getpid()) % 1000

  /// Holds the jail's copy, the witness and what slots wrote to stderr; readable for everybody.
  let folder: URL
  /// The user ids that slots of this site run as.
  let users: Set<Int>

  var witness: String { folder.appendingPathComponent("witness").path }
  var errors: String { folder.appendingPathComponent("errors").path }

  init(slots: Range<Int>) throws {
    // Two for each slot, or the next that are free.
    users = Set(60000 + 2 * slots.lowerBound..<60000 + 2 * slots.upperBound + 16).union([AttackSite.user])
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("attacks-\(UUID().uuidString)")
    let files = FileManager.default
    let open: [FileAttributeKey: Any] = [.posixPermissions: 0o777]
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    try files.createDirectory(atPath: witness + "/samples", withIntermediateDirectories: true)
    for (name, text) in [
      "journal.jsonl": #"{"task":"HumanEval/0","sample":0,"base":"fail","plus":"fail"}"# + "\n",
      "record.json": #"{"pass@1":0.0}"# + "\n", "secret": "hunter2\n", "samples/0.py": "def f(x): pass\n",
    ] {
      try Data(text.utf8).write(to: folder.appendingPathComponent("witness/" + name))
      try files.setAttributes([.posixPermissions: 0o666], ofItemAtPath: witness + "/" + name)
    }
    for path in [witness, witness + "/samples"] { try files.setAttributes(open, ofItemAtPath: path) }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// A program that starts the jail at `path` as `user`, with its stderr kept in ``errors``.
  func wrapper(of path: String, as user: Attacker) throws -> String {
    let copy = folder.appendingPathComponent("evalkit-jail").path
    if !FileManager.default.fileExists(atPath: copy) {
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
    }
    let drop =
      "/usr/bin/setpriv --reuid \(AttackSite.user) --regid \(AttackSite.user) --clear-groups "
    let script = folder.appendingPathComponent("jail-as-\(user.rawValue)").path
    let text = "#!/bin/sh\nexec \(user == .user ? drop : "")\(copy) \"$@\" 2>>\(errors)\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: script))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    return script
  }

  /// Everything about the host that must be the same before and after, one line each.
  func state() -> [String] {
    var lines = witnessLines()
    lines += (ProcessTable.read("/proc/self/mountinfo") ?? "").split(separator: "\n").map { "mount \($0)" }
    for table in ["shm", "sem", "msg"] { lines += interprocess(table) }
    for table in ["tcp", "tcp6", "udp", "udp6", "raw"] {
      lines += rows("/proc/net/\(table)").filter { $0.count > 7 && users.contains(Int($0[7]) ?? -1) }
        .map { "socket \(table) \($0[1])" }
    }
    lines += rows("/proc/net/unix").filter { $0.last?.contains(AttackSite.mark) ?? false }
      .map { "socket unix \($0)" }
    for place in ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/", "/usr/lib", "/scratch"] {
      lines += leftFiles(in: place)
    }
    return lines
  }

  /// The processes of this machine that run as one of the slots' users.
  func processes() -> [String] {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return numbers.compactMap(pid_t.init).filter { process in
      let status = ProcessTable.read("/proc/\(process)/status") ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("Uid:") } ?? ""
      return line.split(separator: "\t").dropFirst().contains { users.contains(Int($0) ?? -1) }
    }.map { "process \($0)" }
  }

  private func witnessLines() -> [String] {
    let names = (FileManager.default.enumerator(atPath: witness)?.allObjects as? [String]) ?? []
    return names.sorted().map { name in
      let path = witness + "/" + name
      var info = stat()
      lstat(path, &info)
      let bytes = FileManager.default.contents(atPath: path) ?? Data()
      let time = "\(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec)"
      return "witness \(name) \(info.st_mode) \(time) \(bytes.base64EncodedString())"
    }
  }

  private func rows(_ path: String) -> [[String]] {
    (ProcessTable.read(path) ?? "").split(separator: "\n").dropFirst()
      .map { $0.split(separator: " ").map(String.init) }
  }

  /// Objects of a slot's user, or with the key that the attacks use.
  private func interprocess(_ table: String) -> [String] {
    let path = "/proc/sysvipc/\(table)"
    let head = (ProcessTable.read(path) ?? "").split(separator: "\n").first?.split(separator: " ") ?? []
    guard let key = head.firstIndex(of: "key"), let uid = head.firstIndex(of: "uid") else { return [] }
    return rows(path).filter { row in
      row.count > uid && (row[key] == "\(0x7919)" || users.contains(Int(row[uid]) ?? -1))
    }.map { "ipc \(table) \($0)" }
  }

  private func leftFiles(in place: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter { name in
      var info = stat()
      lstat(place + "/" + name, &info)
      return name.contains(AttackSite.mark) || users.contains(Int(info.st_uid))
    }.map { "file \(place)/\($0)" }
  }
}

/// Who runs evalkit while it is attacked.
enum Attacker: String, Sendable, CaseIterable {
  case root
  case user
}
