import JSON
import Testing

@testable import EvalKit

struct MachineLoadTests {
  private let busy = MachineLoad(average: 3, cores: 2, pressure: nil)

  private func half(_ reason: String, wall: Double, cpu: Double) -> HalfVerdict {
    HalfVerdict(
      status: reason == "passed" ? .pass : reason == "total timeout" ? .timeout : .fail, reason: reason,
      detail: ["wall_seconds": .double(wall), "cpu_seconds": .double(cpu)])
  }

  private func verdict(_ reason: String, wall: Double, cpu: Double) -> Verdict {
    Verdict(base: half("passed", wall: 1, cpu: 0.1), plus: half(reason, wall: wall, cpu: cpu))
  }

  @Test(arguments: [
    (2.0, nil, false), (2.01, nil, true), (0, 5, false), (0, 5.1, true), (0, 0, false),
  ])
  func aMachineIsBusyAboveItsCoresOrUnderPressure(average: Double, pressure: Double?, isHigh: Bool) {
    #expect(MachineLoad(average: average, cores: 2, pressure: pressure).isHigh == isHigh)
  }

  @Test(arguments: [
    ("per-test timeout", 5.0, 4.4, true), ("total timeout", 60, 10, true),
    ("per-test timeout", 5, 4.6, false),  // it had its core
    ("wrong answer", 5, 1, false), ("crash", 5, 1, false), ("passed", 5, 1, false),
  ])
  func onlyATimeoutThatDidNotHaveItsCoreIsDoubted(reason: String, wall: Double, cpu: Double, isDoubted: Bool)
  {
    #expect(busy.mayExplain(verdict(reason, wall: wall, cpu: cpu)) == isDoubted)
    #expect(!MachineLoad(average: 1, cores: 2, pressure: 0).mayExplain(verdict(reason, wall: wall, cpu: cpu)))
  }

  @Test func aTimeoutWithoutTimesIsBelieved() {
    let bare = HalfVerdict(status: .fail, reason: "per-test timeout")
    #expect(!busy.mayExplain(Verdict(base: bare, plus: bare)))
  }

  @Test func onlyAnotherEndingMakesAVerdictTimingSensitive() {
    let first = verdict("per-test timeout", wall: 5, cpu: 1)
    #expect(!verdict("per-test timeout", wall: 9, cpu: 8).replacing(first).isTimingSensitive)
    #expect(verdict("passed", wall: 2, cpu: 2).replacing(first).isTimingSensitive)
    #expect(verdict("total timeout", wall: 2, cpu: 2).replacing(first).isTimingSensitive)
    #expect(!verdict("passed", wall: 2, cpu: 2).replacing(nil).isTimingSensitive)
  }

  @Test func thisMachineIsRead() {
    let load = MachineLoad.current
    #expect(load.cores >= 1 && load.average >= 0 && load.average < 10_000)
    #expect((0...100).contains(load.pressure ?? 0))
  }
}
