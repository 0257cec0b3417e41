import Testing

@testable import DiffusionEngine

/// A checkpoint in one precision against the same in another.
struct PrecisionComparisonTests {
  private static let prompt: [Int32] = [5, 9, 17, 33, 12]

  private static func options(_ steps: Int = 24) -> DenoisingOptions {
    var options = DenoisingOptions()
    options.algorithm = .entropy
    options.maxNewTokens = 24
    options.steps = steps
    options.bansMaskToken = true
    return options
  }

  private func model(_ name: String, _ precision: Precision = .fp32) throws -> DiffusionModel {
    try DiffusionModel.load(Fixture.path(name), precision: precision, threads: 1)
  }

  @Test(arguments: LogitsTests.models + ["tiny-qwen2"])
  func aModelAgreesWithItself(_ name: String) throws {
    let reference = try model(name).precisionReference(prompt: Self.prompt, options: Self.options())
    let isCausal = try model(name).configuration.architecture.isCausal
    #expect(reference.canvasCount == (isCausal ? 1 : 4))
    let comparison = try model(name).compare(with: reference)
    #expect(comparison.layerErrors.count == 2 && comparison.layerErrors.allSatisfy { $0 == 0 })
    #expect(comparison.logitError == 0 && comparison.choices == 1 && comparison.rows > 0)
    #expect(comparison.decode.tokens == 1 && comparison.decode.steps == 1)
    #expect(comparison.decode.orderCorrelation == 1 && comparison.decode.firstDifference == nil)
  }

  @Test(arguments: LogitsTests.models)
  func int8StraysFurtherThanBF16(_ name: String) throws {
    let reference = try model(name).precisionReference(prompt: Self.prompt, options: Self.options())
    let bf16 = try model(name, .bf16).compare(with: reference)
    let int8 = try model(name, .int8).compare(with: reference)
    for (near, far) in zip(bf16.layerErrors, int8.layerErrors) {
      #expect(0 < near && near < far && far < 0.1)
    }
    #expect(0 < bf16.logitError && bf16.logitError < int8.logitError)
    #expect(int8.choices <= bf16.choices && bf16.choices > 0.9)
    #expect(bf16.precision == .bf16 && bf16.instructions != nil && bf16.rows == int8.rows)
  }

  /// One step reveals everything: there is one canvas, and row i - 1 decides mask i.
  @Test func theErrorIsThatOfTheLogitsOfDecidingRows() throws {
    let reference = try model("tiny").precisionReference(prompt: Self.prompt, options: Self.options(1))
    #expect(reference.canvasCount == 1)
    let mask = try #require(model("tiny").configuration.maskToken)
    let canvas = Self.prompt + [Int32](repeating: mask, count: 24)
    let size = try model("tiny").configuration.vocabularySize
    let logits = try [Precision.fp32, .int8].map {
      try model("tiny", $0).logits(canvas)[(4 * size)..<(28 * size)]
    }
    var (difference, scale, same) = (0.0, 0.0, 0)
    for (expected, found) in zip(logits[0], logits[1]) {
      difference += Double(found - expected) * Double(found - expected)
      scale += Double(expected) * Double(expected)
    }
    for row in 0..<24 {
      let best = logits.map { logits in
        let row = Array(logits.dropFirst(row * size).prefix(size))
        return row.indices.filter { $0 != Int(mask) }.max { row[$0] < row[$1] }
      }
      same += best[0] == best[1] ? 1 : 0
    }
    let comparison = try model("tiny", .int8).compare(with: reference)
    #expect(abs(comparison.logitError - (difference / scale).squareRoot()) < 1e-4)
    #expect(comparison.rows == 24 && comparison.choices == Double(same) / 24)
  }

  @Test func anotherModelIsRefused() throws {
    let reference = try model("tiny").precisionReference(prompt: Self.prompt, options: Self.options(1))
    // Its rows are longer: they fill the blocks of its quantisation.
    let other = try model("tiny-k.gguf")
    let error = try engineError { try other.compare(with: reference) }
    #expect(error.kind == .invalidArgument && error.message.contains("reference"))
  }

  @Test func relativeErrorsAreNormsOverNorms() {
    var error = RelativeError()
    #expect(error.value == 0)
    error.add([3, 4], against: [3, 0])
    error.add([0], against: [4])
    #expect(error.value == (32.0 / 25).squareRoot())
    var zero = RelativeError()
    zero.add([0], against: [0])
    #expect(zero.value == 0)
  }

  private func generation(_ tokens: [Int32], _ steps: [Int?]) -> Generation {
    Generation(
      tokens: [1] + tokens, promptCount: 1, commitSteps: [nil] + steps, commits: [], forwards: 0,
      tieDecidedShare: 0, maskDraws: 0)
  }

  @Test func decodesAreComparedPositionByPosition() {
    let reference = generation([2, 3, 4, 5], [0, 1, 2, 3])
    let same = DecodeAgreement(reference, reference: reference)
    #expect(same.positions == 4 && same.tokens == 1 && same.steps == 1)
    #expect(same.orderCorrelation == 1 && same.firstDifference == nil)
    // The last two change places, and one of them its token.
    let other = DecodeAgreement(generation([2, 3, 9, 5], [0, 1, 3, 2]), reference: reference)
    #expect(other.tokens == 0.75 && other.steps == 0.5 && other.firstDifference == 2)
    #expect(abs((other.orderCorrelation ?? 0) - 0.8) < 1e-12)  // 1 - 6 Σd² / n(n² - 1) = 1 - 12/60
    // A mask that one of them leaves is no agreement, and has no rank.
    let left = DecodeAgreement(generation([2, 3, 4, 0], [0, 1, 2, nil]), reference: reference)
    #expect(left.positions == 4 && left.tokens == 0.75 && left.steps == 0.75 && left.firstDifference == 3)
    #expect(left.orderCorrelation == 1)
    let shorter = DecodeAgreement(generation([2, 3], [0, 1]), reference: reference)
    #expect(shorter.positions == 4 && shorter.tokens == 0.5 && shorter.firstDifference == 2)
  }

  /// By hand, from the definition.
  @Test func ranksOfOneStepAreShared() throws {
    #expect(DecodeAgreement.rankCorrelation([0, 1, 2], [5, 3, 1]) == -1)
    #expect(DecodeAgreement.rankCorrelation([0, 0, 1, 1], [0, 1, 0, 1]) == 0)
    let shared = try #require(DecodeAgreement.rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4]))
    #expect(abs(shared - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
    #expect(DecodeAgreement.rankCorrelation([2, 2], [0, 1]) == nil)
    #expect(DecodeAgreement.rankCorrelation([], []) == nil)
  }
}
