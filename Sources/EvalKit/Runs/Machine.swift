public import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// What a run was made on: beside the identity, never part of it.
public struct Machine: Sendable {
  public let json: JSONObject

  /// This machine.
  public static var current: Machine {
    var name = utsname()
    uname(&name)
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return Machine(json: [
      "system": .string(text(of: name.sysname)), "kernel": .string(text(of: name.release)),
      "architecture": .string(text(of: name.machine)), "processor": JSONValue(processor),
      "cores": JSONValue(cores), "memory_bytes": JSONValue(memory),
    ])
  }

  private static var processor: String? {
    guard let bytes = try? FileBytes.read("/proc/cpuinfo", limit: 1 << 26) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first {
      $0.hasPrefix("model name")
    }
    return line?.split(separator: ":").last?.drop { $0 == " " }.description
  }

  /// A C array of characters, up to its NUL.
  private static func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
