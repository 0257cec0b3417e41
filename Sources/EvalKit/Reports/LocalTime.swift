#if canImport(Glibc)
  import Glibc
#endif

/// Seconds since 1970 as `2026-01-31 23:59`, in local time.
public func localTime(_ seconds: Int) -> String {
  var moment = time_t(seconds)
  var local = tm()
  localtime_r(&moment, &local)
  var text = [CChar](repeating: 0, count: 32)
  let count = strftime(&text, text.count, "%Y-%m-%d %H:%M", &local)
  return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
