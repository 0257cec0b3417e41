import JSON
import Sandbox

/// Attacks in slots that are set up alike, one after the other in each slot, each as a task's first program and as a
/// later one, with an honest program after every attack. Gives back what went wrong, in words.
struct AttackRun: Sendable {
  let jail: Jail
  let python: PythonEnvironment
  /// The layers that the slots leave out.
  let without: [String]
  /// Forbidden calls are named, not only noticed.
  let namesCalls: Bool
  /// The number of the first slot.
  let firstSlot: Int
  let slots: Int

  func problems(of attacks: [Attack]) async -> [String] {
    let lanes = (0..<slots).map { lane in
      attacks.enumerated().filter { $0.offset % slots == lane }.map(\.element)
        .sorted { ($0.task.name, $0.name) < ($1.task.name, $1.name) }
    }
    let first = await withTaskGroup(of: [Finding].self) { group in
      for (lane, list) in lanes.enumerated() {
        group.addTask { await findings(of: list, slot: firstSlot + lane) }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    // Several slots on few cores: whoever ran into a time limit instead gets another try, alone. Nobody who
    // passed or did harm does.
    let late = attacks.filter { attack in first.contains { $0.attack == attack.name && $0.isLate } }
    let second = await findings(of: late, slot: firstSlot)
    return (first.filter { !$0.isLate } + second).map { "\($0.attack): \($0.problem)" }.sorted()
  }

  private struct Finding: Sendable {
    let attack: String
    let problem: String
    /// Only a time limit instead of the reason that was expected.
    var isLate = false
  }

  /// A slot that an attack broke is a finding, and the next attack gets a new one.
  private func findings(of attacks: [Attack], slot number: Int) async -> [Finding] {
    let progress = Progress()
    while await progress.done < attacks.count {
      do {
        try await jail.withSlot(python: python, number: number, without: without) { slot in
          var processes: Set<Int32> = []
          while await progress.done < attacks.count {
            let attack = attacks[await progress.done]
            let (reply, _) = try await slot.exchange(attack.task.request, blobs: attack.task.blobs)
            guard reply["reference"] == "ok" else { throw Broken(what: "the task did not open: \(reply)") }
            if processes.isEmpty { processes = Set(ProcessTable.slot(number)) }
            // A task's first program is forked from another process than those that follow.
            for place in ["first", "later"] {
              await progress.add(try await verdictFindings(attack, in: slot))
              let honest = try await judge(attack.task.referenceToken, in: slot)
              if honest["base"]?["status"] != "pass" || honest["plus"]?["status"] != "pass" {
                let problem = "an honest program after it, \(place): \(honest)"
                await progress.add([Finding(attack: attack.name, problem: problem)])
              }
              // The one more has parsed the task's inputs for the programs from the second on.
              let now = Set(ProcessTable.slot(number))
              if !now.isSuperset(of: processes) || now.count != processes.count + 1 {
                let problem = "processes \(processes) became \(now), \(place)"
                await progress.add([Finding(attack: attack.name, problem: problem)])
              }
            }
            await progress.next()
          }
        }
      } catch {
        let name = attacks[min(await progress.done, attacks.count - 1)].name
        await progress.add([Finding(attack: name, problem: "the slot broke: \(error)")])
        await progress.next()
      }
    }
    return await progress.findings
  }

  private func verdictFindings(_ attack: Attack, in slot: Slot) async throws -> [Finding] {
    let verdict = try await judge(attack.token, in: slot)
    var found: [Finding] = []
    for half in ["base", "plus"] where verdict[half]?["status"] == "pass" {
      found.append(Finding(attack: attack.name, problem: "PASSED on \(half): \(verdict)"))
    }
    let reason = verdict["base"]?["reason"]?.string ?? "none"
    let detail = verdict["base"]?["detail"]?.string ?? ""
    let expected = without.compactMap { attack.endsWithout[$0] }.first ?? attack.ends
    if !expected.contains(reason) {
      let isLate = reason.hasSuffix("timeout") && found.isEmpty
      found.append(Finding(attack: attack.name, problem: "\(reason) (\(detail))", isLate: isLate))
    } else if let call = attack.call, !(namesCalls ? detail.contains(call) : detail == "SIGSYS") {
      found.append(Finding(attack: attack.name, problem: "'\(detail)' does not name \(call)"))
    } else if let says = attack.says, !without.contains(attack.stoppedBy), !detail.contains(says) {
      found.append(Finding(attack: attack.name, problem: "'\(detail)' does not say \(says)"))
    }
    return found
  }

  private func judge(_ token: [UInt8], in slot: Slot) async throws -> JSONValue {
    let (reply, _) = try await slot.exchange(
      ["op": "candidate", "halves": ["base", "plus"], "fast": true], blobs: [token])
    guard reply["op"] == "candidate" else { throw Broken(what: "no verdict: \(reply)") }
    return reply
  }

  private struct Broken: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
  }

  /// Outlives the slots of a lane.
  private actor Progress {
    var done = 0
    var findings: [Finding] = []
    func next() { done += 1 }
    func add(_ new: [Finding]) { findings += new }
  }
}
