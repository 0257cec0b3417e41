import JSON
import Testing

@testable import DiffusionEngine

/// Whole models in other precisions than the reference's.
struct PrecisionTests {
  /// The largest difference from the fixture's single-precision logits, relative to their largest.
  private func error(_ name: String, _ precision: Precision) throws -> Float {
    let tokens = try Fixture.tokens(Fixture.json("traces.json")["logit_tokens"])
    let model = try DiffusionModel.load(Fixture.path(name), precision: precision, threads: 2)
    let expected = try Fixture.littleEndian("\(name).logits.f32").map { Float(bitPattern: $0) }
    let found = try model.logits(tokens)
    try #require(found.count == expected.count)
    let scale = expected.reduce(0) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  /// The same numbers in another file are packed the same: rows of GGUF files are lent as they are stored or
  /// widened, and LLaDA's are put into the order of the rotation first.
  @Test(arguments: [("tiny", "tiny-f32.gguf"), ("tiny-llada", "tiny-llada.gguf")])
  func filesOfTheSameWeightsGiveTheSameBits(folder: String, file: String) throws {
    for precision in [Precision.bf16, .int8] {
      let both = try [folder, file].map { name in
        try DiffusionModel.load(Fixture.path(name), precision: precision).logits(Array(1..<24))
      }
      let areSame = both[0] == both[1]  // thousands of numbers, which the report should not hold
      #expect(areSame, "\(precision)")
    }
  }

  /// An embedding that is no head is not held when its file has the numbers that would be.
  @Test(arguments: ["tiny-bf16", "tiny", "tiny-tied-sharded"])
  func embeddingsAreReadWhereTheyAreStored(_ name: String) throws {
    let checkpoint = try Checkpoint(Fixture.path(name))
    let (configuration, table) = (checkpoint.configuration, checkpoint.table)
    let packing = try #require(WeightPacking(.bf16, pool: KernelPool(ProductTests.sets[0], threads: 1)))
    let found = try Weights(table, configuration, packing: packing).embedding
    #expect((found.packed == nil) == (name == "tiny-bf16"))
    let tensors = NetworkTensors(configuration, configuration.architecture.tensors)
    let packed = try packing.matrix(tensors.embedding, of: table)
    for row in [0, 1, configuration.vocabularySize - 1] {
      var rows = Matrix(rows: 2, columns: configuration.hiddenSize)
      found.copyRow(row, to: 0, of: &rows)
      packed.copyRow(row, to: 1, of: &rows)
      #expect(rows.values[rows.range(ofRow: 0)] == rows.values[rows.range(ofRow: 1)], "row \(row)")
    }
  }

  @Test(arguments: LogitsTests.models)
  func bf16StaysCloseToReference(_ name: String) throws {
    let error = try error(name, .bf16)
    print("\(name): bf16 logits differ from fp32 by \(error) of their scale")
    // bf16 has 8 bits: 2^-9 at every rounding. Below 1e-5 it would not be bf16 at all.
    #expect(error < 0.02 && error > 1e-5)
  }

  @Test(arguments: LogitsTests.models)
  func int8StaysNearReference(_ name: String) throws {
    let error = try error(name, .int8)
    print("\(name): int8 logits differ from fp32 by \(error) of their scale")
    // Random weights exaggerate this: they have no structure that survives noise.
    #expect(error < 0.1 && error > 1e-4)
  }

  /// On a canvas so long that OpenBLAS would share out attention among threads, if it were let.
  @Test(arguments: [Precision.bf16, .int8])
  func logitsDoNotDependOnThreads(_ precision: Precision) throws {
    let tokens = (0..<701).map { Int32($0 * 37 % 300) }
    let logits = try [1, 2, 3].map { threads in
      try DiffusionModel.load(Fixture.path("tiny"), precision: precision, threads: threads).logits(tokens)
    }
    #expect(!logits[0].contains { !$0.isFinite })
    #expect(logits[1] == logits[0] && logits[2] == logits[0])
  }

  @Test(arguments: [Precision.bf16, .int8])
  func generationsDoNotDependOnThreads(_ precision: Precision) throws {
    var options = DenoisingOptions()
    options.maxNewTokens = 12
    options.steps = 12
    options.temperature = 0.4
    let prompt: [Int32] = [5, 9, 17, 33]
    let key = SampleKey(task: "t", sample: 0)
    let texts = try [1, 2, 3].map { threads in
      let model = try DiffusionModel.load(Fixture.path("tiny"), precision: precision, threads: threads)
      #expect(model.instructions != nil)
      return try model.generate(prompt: prompt, options: options, key: key).generated
    }
    #expect(texts[0].count == 12 && texts[1] == texts[0] && texts[2] == texts[0])
  }
}
