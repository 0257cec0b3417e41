import JSON
import Testing

@testable import DiffusionEngine

/// The network against PyTorch in single precision (Fixtures/make_vectors.py).
struct LogitsTests {
  static let models = ["tiny", "tiny-bf16", "tiny-f16", "tiny-tied-sharded"]

  @Test(arguments: models)
  func agreeWithReference(_ name: String) throws {
    let tokens = try Fixture.tokens(Fixture.json("traces.json")["logit_tokens"])
    let model = try Fixture.model(name)
    let expected = try Fixture.littleEndian("\(name).logits.f32").map { Float(bitPattern: $0) }
    let found = try model.logits(tokens)
    try #require(found.count == expected.count)
    try #require(found.count == tokens.count * model.configuration.vocabularySize)
    // Relative to the logits' own scale: single cells may be close to 0.
    let scale = expected.reduce(0) { max($0, abs($1)) }
    var worst = 0
    for index in found.indices where abs(found[index] - expected[index]) > abs(found[worst] - expected[worst])
    {
      worst = index
    }
    let error = abs(found[worst] - expected[worst])
    let (row, column) = worst.quotientAndRemainder(dividingBy: model.configuration.vocabularySize)
    print("\(name): worst cell row \(row), token \(column): \(found[worst]) for \(expected[worst])")
    #expect(error < 1e-4 * max(abs(expected[worst]), 1), "row \(row), token \(column): \(found[worst])")
    #expect(error < 1e-5 * scale, "row \(row), token \(column): \(found[worst]) for \(expected[worst])")
  }

  @Test func rowsOnRequestAreTheSame() throws {
    let model = try Fixture.model("tiny")
    let tokens: [Int32] = [5, 9, 304, 17, 304, 33, 2]
    let all = try model.logits(tokens)
    var work = Workspace(positions: tokens.count, model.network)
    let rows = [4, 0, 4, 6]
    model.network.run(tokens, rows: rows, &work)
    let some = model.network.logits(work.wanted.hidden, &work.head)
    for (index, row) in rows.enumerated() {
      for token in 0..<320 {
        #expect(abs(some[index * 320 + token] - all[row * 320 + token]) < 1e-4)
      }
    }
  }

  @Test func everyPositionSeesEveryOther() throws {
    let model = try Fixture.model("tiny")
    let one = try model.logits([1, 2, 3, 4])
    let other = try model.logits([1, 2, 3, 5])
    #expect(one[..<320] != other[..<320], "a later token must change the first row")
  }

  @Test func refusesForeignTokens() throws {
    let model = try Fixture.model("tiny")
    for token: Int32 in [-1, 320, .max, .min] {
      let error = try engineError { try model.logits([1, token]) }
      #expect(error.kind == .invalidArgument)
      #expect(error.message.contains("position 1"))
    }
    #expect(try model.logits([]).isEmpty)
    #expect(try engineError { try model.logits([Int32](repeating: 1, count: 2049)) }.message.contains("2048"))
  }

  @Test func widensEveryHalf() {
    // Values from IEEE 754: largest, one, smallest normal, subnormals, zeros, infinities.
    let pairs: [(UInt16, Float)] = [
      (0x7BFF, 65504), (0x3C00, 1), (0x0400, 0x1p-14), (0x0001, 0x1p-24), (0x03FF, 0x3FFp-24),
      (0x8000, -0.0), (0xC000, -2), (0x7C00, .infinity), (0xFC00, -.infinity), (0x3555, 0x1.554p-2),
      (0x8001, -0x1p-24),
    ]
    for (bits, value) in pairs { #expect(ElementType.single(half: bits).bitPattern == value.bitPattern) }
    #expect(ElementType.single(half: 0x7E00).isNaN)
  }
}
