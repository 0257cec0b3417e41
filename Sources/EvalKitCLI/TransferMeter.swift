import Synchronization

/// The line that shows how far a download is. Nothing in a pipe: a task file takes seconds.
final class TransferMeter: Sendable {
  private let lastShown = Mutex<ContinuousClock.Instant?>(nil)
  private let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet || !Console.errorIsTerminal }

  func show(_ received: Int, of total: Int?) {
    if isQuiet { return }
    let isDue = lastShown.withLock { last in
      let now = ContinuousClock.now
      if let last, now - last < .milliseconds(100) { return false }
      last = now
      return true
    }
    if !isDue { return }
    let whole = total.map { " of \($0 / 1024)" } ?? ""
    Console.write("\r\(received / 1024)\(whole) KiB\u{1B}[K", to: 2)
  }

  func finish() {
    if !isQuiet, lastShown.withLock({ $0 != nil }) { Console.write("\r\u{1B}[K", to: 2) }
  }
}
