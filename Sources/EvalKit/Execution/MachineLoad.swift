#if canImport(Glibc)
  import Glibc
#endif

/// How busy the machine is, and whether that may be what made a program slow.
///
/// Limits are of wall time, as the reference's are. A program that got less of a core than it asked for may
/// be over a limit that it keeps on a quiet machine.
struct MachineLoad: Sendable, Equatable {
  /// Processes that ran or waited for a core, averaged over a minute.
  var average: Double
  var cores: Int
  /// The share of the last ten seconds, in percent, in which something waited for a core; `nil` where the
  /// kernel does not count it.
  var pressure: Double?

  /// A little waiting is there on any machine.
  private static let pressureLimit = 5.0
  /// A program that computes and is alone gets all of the wall time but for reading its pages.
  private static let ownShare = 0.9

  var isHigh: Bool { average > Double(cores) || (pressure ?? 0) > MachineLoad.pressureLimit }

  /// Whether `verdict` holds a timeout that might be this load's doing.
  func mayExplain(_ verdict: Verdict) -> Bool {
    isHigh && [verdict.base, verdict.plus].contains(where: MachineLoad.waited)
  }

  /// Whether the half ended by a time limit although the program clearly did not have a core to itself.
  /// One that sleeps looks the same; judging it twice is what that costs.
  private static func waited(_ half: HalfVerdict) -> Bool {
    guard half.isOverTime, let wall = half.wallSeconds, let cpu = half.cpuSeconds else { return false }
    return cpu < ownShare * wall
  }
}

extension HalfVerdict {
  /// Whether a time limit ended it.
  var isOverTime: Bool { reason == "per-test timeout" || reason == "total timeout" }
}

extension Verdict {
  /// Whether a time limit ended either half.
  var isOverTime: Bool { base.isOverTime || plus.isOverTime }
}

extension MachineLoad {
  /// The load of this moment. What cannot be read counts as none.
  static var current: MachineLoad {
    MachineLoad(
      average: words(of: "/proc/loadavg").first.flatMap { Double($0) } ?? 0,
      cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
      pressure: words(of: "/proc/pressure/cpu").lazy.compactMap { word in
        word.hasPrefix("avg10=") ? Double(word.dropFirst(6)) : nil
      }.first)
  }

  /// Line by line; in the second file the line `some` is the first.
  private static func words(of path: String) -> [Substring] {
    guard let bytes = try? FileBytes.read(path, limit: 1 << 16) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
  }
}
