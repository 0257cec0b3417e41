import EvalKit
import Synchronization

/// One line redrawn on a terminal; in a pipe a plain line at every twentieth and every half minute.
final class Progress: Sendable {
  private struct State {
    var total = 0
    var alreadyDone = 0
    var done = 0
    var generated = 0
    var basePassed = 0
    var plusPassed = 0
    var faults = 0
    var lastDrawn: ContinuousClock.Instant?
    var lastShare = 0
    var isOpen = false
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now
  private let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  func receive(_ event: RunEvent) {
    if case .notJudged(let id, let fault) = event {
      note("warning: \(id.task) sample \(id.sample) is not judged: \(fault.detail)")
    }
    state.withLock { state in
      switch event {
      case .began(let total, let done):
        state.total = total
        state.alreadyDone = done
        if done > 0 { Console.note("\(done) of \(total) samples are already judged") }
      case .generated: state.generated += 1
      case .judged(_, let verdict):
        state.done += 1
        if verdict.base.status == .pass {
          state.basePassed += 1
          if verdict.plus.status == .pass { state.plusPassed += 1 }
        }
      case .notJudged:
        state.done += 1
        state.faults += 1
      }
      draw(&state)
    }
  }

  /// Ends the redrawn line; what is printed next begins a line of its own.
  func finish() {
    state.withLock { state in
      if state.isOpen { Console.write("\r\u{1B}[K", to: 2) }
      state.isOpen = false
    }
  }

  private func note(_ text: String) {
    finish()
    Console.write(text + "\n", to: 2)
  }

  private func draw(_ state: inout State) {
    if isQuiet || state.total == 0 { return }
    let now = ContinuousClock.now
    if Console.errorIsTerminal {
      if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
      state.isOpen = true
      let line = line(state, at: now)
      Console.write("\r\(line.prefix(Console.width - 1))\u{1B}[K", to: 2)
    } else {
      let share = 20 * (state.alreadyDone + state.done) / state.total
      let isDue = state.lastDrawn.map { now - $0 > .seconds(30) } ?? true
      if share == state.lastShare && !isDue { return }
      state.lastShare = share
      Console.write(line(state, at: now) + "\n", to: 2)
    }
    state.lastDrawn = now
  }

  private func line(_ state: State, at now: ContinuousClock.Instant) -> String {
    let seconds =
      Double((now - start).components.seconds) + 1e-18 * Double((now - start).components.attoseconds)
    var parts = ["\(state.alreadyDone + state.done)/\(state.total) judged"]
    if state.generated > 0 { parts.append("\(state.generated) generated") }
    if state.done > 0 {
      parts.append("base \(percent(Double(state.basePassed) / Double(state.done))) %")
      parts.append("plus \(percent(Double(state.plusPassed) / Double(state.done))) %")
    }
    if state.faults > 0 { parts.append("\(state.faults) NOT JUDGED") }
    // Generation is the slow half where there is any, so it sets the rate.
    let made = max(state.done, state.generated)
    let rate = Double(made) / max(seconds, 0.001)
    if made > 0 {
      let tenths = Int((rate * 10).rounded())
      parts.append("\(tenths / 10).\(tenths % 10)/s")
      let left = Int((Double(state.total - state.alreadyDone - made) / max(rate, 0.001)).rounded())
      parts.append("\(max(left, 0) / 60):\(pad(max(left, 0) % 60)) left")
    }
    return parts.joined(separator: "  ")
  }

  private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
