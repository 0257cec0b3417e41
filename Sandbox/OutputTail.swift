import Subprocess

/// The end of what a slot's processes wrote to stderr.
actor OutputTail {
  static let maximumBytes = 16 << 10
  private var bytes: [UInt8] = []
  private var hasEnded = false

  /// Reads to the end, so that a writer never waits.
  func drain(_ output: SubprocessOutputSequence) async {
    do {
      for try await chunk in output {
        chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
        if bytes.count > OutputTail.maximumBytes { bytes.removeFirst(bytes.count - OutputTail.maximumBytes) }
      }
    } catch {
      // The stream is closed with its process; what was read until then is the tail.
    }
    hasEnded = true
  }

  /// What there is, after the stream ended or half a second: the reason arrives with the end of the slot.
  func text() async -> String {
    for _ in 0..<50 where !hasEnded {
      do { try await Task.sleep(for: .milliseconds(10)) } catch { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
