import Testing

@testable import DiffusionEngine

/// On the kernels for packed weights nothing but the numbers themselves decides a bit: not the threads, not the
/// other rows, not what is left out. Where only products differ, all instruction sets agree to the bit as well.
struct BitIdentityTests {
  static let precisions = [Precision.bf16, .int8]
  static let models = ["tiny", "tiny-llada", "tiny-qwen2", "tiny-qwen3.gguf"]

  private func network(
    _ name: String, _ precision: Precision, _ set: InstructionSet, threads: Int
  ) throws -> ForwardPass {
    let checkpoint = try Checkpoint(Fixture.path(name))
    let pool = try KernelPool(set, threads: threads)
    let weights = try Weights(
      checkpoint.table, checkpoint.configuration, packing: WeightPacking(precision, pool: pool))
    return ForwardPass(
      configuration: checkpoint.configuration, weights: weights, arithmetic: LayerArithmetic(pool: pool))
  }

  private func logits(_ network: ForwardPass, _ tokens: [Int32], rows: [Int]) -> [Float] {
    var work = Workspace(positions: tokens.count, network)
    network.run(tokens, rows: rows, &work)
    return network.logits(work.wanted.hidden, &work.head)
  }

  /// A canvas of several panels of keys and blocks of queries.
  static let tokens = (0..<151).map { Int32($0 * 37 % 300) }

  @Test(arguments: models, precisions)
  func rowsAndThreadsChangeNothing(_ name: String, _ precision: Precision) throws {
    for set in ProductTests.sets {
      let one = try network(name, precision, set, threads: 1)
      let whole = logits(one, Self.tokens, rows: Array(Self.tokens.indices))
      let size = one.configuration.vocabularySize
      for threads in 1...3 {
        let some = try network(name, precision, set, threads: threads)
        for rows in [[0], [150], [4, 0, 4, 6], Array(60..<95), Array(Self.tokens.indices)] {
          let found = logits(some, Self.tokens, rows: rows)
          let expected = rows.flatMap { whole[$0 * size..<($0 + 1) * size] }
          let areSame = found == expected
          #expect(areSame, "\(set), \(threads) threads, \(rows.count) rows from \(rows[0])")
        }
      }
    }
  }

  @Test(arguments: models, precisions)
  func cachedKeysAndValuesChangeNothing(_ name: String, _ precision: Precision) throws {
    let network = try network(name, precision, ProductTests.sets[0], threads: 2)
    guard network.configuration.architecture.isCausal else { return }
    let size = network.configuration.vocabularySize
    let whole = logits(network, Self.tokens, rows: Array(Self.tokens.indices))
    var cache = KeyValueCache(capacity: Self.tokens.count, network.configuration)
    var head = HeadBuffers()
    for piece in [70, 1, 1, 64, 15] {
      let next = Array(Self.tokens[cache.count..<cache.count + piece])
      let found = network.logits(cache.read(next, network), &head)
      let areSame = found[...] == whole[(cache.count - 1) * size..<cache.count * size]
      #expect(areSame, "after \(cache.count) tokens")
    }
  }

  /// Tokens, steps, confidences and entropies of whole generations.
  @Test(arguments: Trace.all.filter { $0.model == "tiny" }, precisions)
  func savingsChangeNothing(_ trace: Trace, _ precision: Precision) throws {
    let network = try network(trace.model, precision, ProductTests.sets[0], threads: 2)
    var plain: Generation?
    for savings: ExactSavings in [[], .rows, .emptySteps, [.rows, .emptySteps]] {
      var denoiser = Denoiser(
        network, prompt: trace.prompt, options: trace.options,
        stream: trace.key.stream(seed: trace.options.seed), savings: savings)
      let found = try denoiser.run(onStep: nil, isCancelled: { false })
      let expected = plain ?? found
      #expect(found.tokens == expected.tokens && found.commits == expected.commits, "\(savings)")
      #expect(found.tieDecidedShare == expected.tieDecidedShare && found.maskDraws == expected.maskDraws)
      plain = expected
    }
  }

  /// What 64 logits come to is the same whether the logits are kept, computed again, or summed up afterwards.
  @Test(arguments: precisions, [0, 0.3])
  func logitsThatAreNotKeptAreTheSame(_ precision: Precision, _ temperature: Double) throws {
    let network = try network("tiny", precision, ProductTests.sets[0], threads: 2)
    let size = network.configuration.vocabularySize
    var work = Workspace(positions: Self.tokens.count, network)
    network.run(Self.tokens, rows: Array(Self.tokens.indices), &work)
    let logits = network.logits(work.wanted.hidden, &work.head)
    for banned: Int32? in [nil, 17] {
      @Sendable func facts(_ row: LogitRow?) -> [Double] {
        row.map { [Double($0.top), Double($0.second), $0.sum, Double($0.best)] } ?? []
      }
      let expected = Self.tokens.indices.map { row in
        facts(LogitRow(logits[row * size..<(row + 1) * size], temperature: temperature, banned: banned))
      }
      for keepsLogits in [true, false] {
        let scoring = Scoring(temperature: temperature, banned: banned, keepsLogits: keepsLogits)
        let found = network.score(work.wanted.hidden, scoring, &work.head) { facts($1) }
        #expect(found == expected && !found.contains([]))
      }
    }
  }

  /// int8 products are exact integers and all else is written once for all sets, but rounding to bf16 (values and
  /// weights of attention) meets products whose sums differ in their last bits.
  @Test func setsAgreeToRounding() throws {
    for precision in Self.precisions {
      let all = try ProductTests.sets.map { set in
        logits(try network("tiny", precision, set, threads: 1), Self.tokens, rows: Array(0..<151))
      }
      let scale = all[0].reduce(0) { max($0, abs($1)) }
      for other in all {
        let error = zip(all[0], other).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
        #expect(error < 0.01, "\(precision): \(error)")
      }
    }
  }
}
