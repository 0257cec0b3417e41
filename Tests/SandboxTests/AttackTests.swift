import Foundation
import Sandbox
import SystemPackage
import Testing

/// Every program of `Attacks/` in real slots: as root and as an ordinary user with every layer, and once
/// without each layer that a slot can do without.
@Suite(.serialized)
struct AttackTests {
  /// Slots whose user ids nobody else has, not even another copy of these tests: what is left running is
  /// known by its user.
  static let numbers = 400 + Int(getpid()) % 140 * 16..<408 + Int(getpid()) % 140 * 16
  /// Rows of the catalogue that speak of a policy which evalkit does not have (see `Attacks/README.md`).
  static let notApplicable: Set<Int> = [27, 28, 29, 30, 31, 32, 33, 59, 91, 92, 94]

  private static let isRoot = geteuid() == 0

  /// Runs `attacks` and looks at the host before and after.
  private func run(
    _ isChosen: (Attack) -> Bool = { _ in true }, as attacker: Attacker, without layer: String? = nil,
    slots: Int
  ) async throws {
    let site = try AttackSite(slots: Self.numbers)
    defer { site.remove() }
    let program = try await JailProgram.shared.value
    let jail = try Jail(executable: FilePath(site.wrapper(of: program.path.string, as: attacker)))
    let report = try await jail.probe(python: program.python)
    if let layer, report.missingLayers.contains(layer) {
      let notice: Comment =
        "NOT TESTED without \(layer): this machine lacks it anyway"
      Issue.record(notice, severity: .warning)  // a cancellation alone leaves no line in the report
      try Test.cancel(notice)
    }
    if layer == nil, !report.missingLayers.isEmpty {
      Issue.record(
        "NOT TESTED with every layer: this machine lacks \(report.missingLayers)", severity: .warning)
    }
    var without = report.missingLayers
    if let layer {
      without.append(layer)
      // Only root has the other namespaces without a user namespace.
      if layer == "userns", !Self.isRoot { without += Jail.optionalLayers.filter { $0.hasSuffix("ns") } }
    }
    let attacks = try Attack.all(witness: site.witness).filter(isChosen)
    let before = site.state()
    let run = AttackRun(
      jail: jail, python: program.python, without: Set(without).sorted(),
      namesCalls: layer != "notify" && report.layers.contains { $0.name == "notify" && $0.state == .ok },
      firstSlot: Self.numbers.lowerBound, slots: slots)
    for problem in await run.problems(of: attacks) { Issue.record("\(problem)") }
    #expect(site.processes().isEmpty)
    let after = site.state()
    #expect(Set(after).subtracting(before).isEmpty && Set(before).subtracting(after).isEmpty)
    let errors = (try? String(contentsOfFile: site.errors, encoding: .utf8)) ?? ""
    #expect(!errors.contains("Traceback"), "\(errors.suffix(2000))")
    let name = Self.isRoot ? attacker.rawValue : "the user of the tests"
    print("\(attacks.count) attacks as \(name), without \(without.isEmpty ? ["nothing"] : run.without)")
  }

  @Test(.enabled(if: isRoot, "NOT TESTED: attacks as root, because the tests do not run as root"))
  func noAttackPassesAsRoot() async throws { try await run(as: .root, slots: 4) }

  /// Without root the tests' own user is the ordinary one.
  @Test func noAttackPassesAsAnOrdinaryUser() async throws {
    try await run(as: Self.isRoot ? .user : .root, slots: 4)
  }

  @Test(arguments: Jail.optionalLayers.sorted())
  func noAttackPassesWithout(layer: String) async throws {
    try await run({ !$0.isSlow }, as: .root, without: layer, slots: 3)
  }

  /// Each row has a program or a reason why not, and enough is tried that no catalogue names.
  @Test func theCatalogueIsComplete() throws {
    let attacks = try Attack.all(witness: "")
    let rows = Set(attacks.map(\.number).filter { $0 < 100 })
    #expect(rows == Set(1...94).subtracting(Self.notApplicable))
    #expect(attacks.filter { $0.number >= 100 }.count >= 25)
  }

  /// `EVALKIT_WRITE_ATTACK_TABLE=1 swift test --filter theTable` writes it anew.
  @Test func theTableOfLayersIsUpToDate() throws {
    let attacks = try Attack.all(witness: "")
    let counts = Dictionary(grouping: attacks, by: \.stoppedBy).mapValues(\.count)
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let table =
      "| stopped by | attacks |\n|---|---|\n" + counts.map { "| \($0.key) | \($0.value) |\n" }.joined()
      + "| all | \(attacks.count) |\n"
    print(table)
    let file = Attack.folder.appendingPathComponent("README.md")
    var text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: "<!-- table -->\n")?.upperBound)
    let end = try #require(text.range(of: "<!-- end of table -->")?.lowerBound)
    if ProcessInfo.processInfo.environment["EVALKIT_WRITE_ATTACK_TABLE"] == "1" {
      text.replaceSubrange(start..<end, with: table)
      try text.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(text[start..<end] == table)
    }
  }
}
