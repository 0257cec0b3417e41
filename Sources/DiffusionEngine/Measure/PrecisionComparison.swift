/// How far a model strays from another precision of the same checkpoint, in single passes and over a decode.
///
/// Random weights exaggerate all of it: their best and second best tokens lie close together, and nothing was
/// trained to survive noise.
public struct PrecisionComparison: Sendable, Equatable {
  /// The precision compared.
  public let precision: Precision
  /// What its products were computed with; `nil` for OpenBLAS.
  public let instructions: InstructionSet?
  /// ‖x − reference‖ / ‖reference‖ of the hidden states after each layer over all canvases and positions; after
  /// the last layer only of the rows that decide a mask, because the others are never computed.
  public let layerErrors: [Double]
  /// The same of the logits of these rows.
  public let logitError: Double
  /// The rows, over all canvases.
  public let rows: Int
  /// The share of the rows with the same best token, 0...1, each canvas being the reference's.
  public let choices: Double
  /// The decode from the first canvas to the last, each model on its own canvas: after the first difference the
  /// rest may differ for that reason alone.
  public let decode: DecodeAgreement
}

extension DiffusionModel {
  /// Computes the reference's canvases and repeats its decode.
  ///
  /// - Parameters:
  ///   - reference: made from the same checkpoint, in any precision.
  ///   - isCancelled: asked before every step and pass.
  /// - Throws: `.invalidArgument` when the reference is of a model with another shape, and what
  ///   ``generate(prompt:options:key:onStep:isCancelled:)`` throws.
  public func compare(
    with reference: PrecisionReference, isCancelled: () -> Bool = { false }
  ) throws(EngineError) -> PrecisionComparison {
    var layers = [RelativeError](repeating: RelativeError(), count: configuration.layerCount)
    var logits = RelativeError()
    var (rows, sameChoices) = (0, 0)
    let banned = reference.options.bansMaskToken ? configuration.maskToken.map { Int($0) } : nil
    for pass in reference.passes {
      if isCancelled() { throw .cancelled }
      try checkShape(of: pass)
      let found = observe(pass.tokens, pass.rows) { index, hidden in
        layers[index].add(hidden.values, against: pass.layers[index])
      }
      logits.add(found, against: pass.logits)
      rows += pass.rows.count
      let size = configuration.vocabularySize
      sameChoices += pass.rows.indices.count { row in
        let range = row * size..<(row + 1) * size
        return Self.best(found[range], without: banned) == Self.best(pass.logits[range], without: banned)
      }
    }
    let generation = try generate(
      prompt: reference.prompt, options: reference.options, key: SampleKey(task: "", sample: 0),
      isCancelled: isCancelled)
    return PrecisionComparison(
      precision: precision, instructions: instructions, layerErrors: layers.map(\.value),
      logitError: logits.value, rows: rows, choices: rows == 0 ? 1 : Double(sameChoices) / Double(rows),
      decode: DecodeAgreement(generation, reference: reference.generation))
  }

  private func checkShape(of pass: PrecisionReference.Pass) throws(EngineError) {
    let hidden = pass.tokens.count * configuration.hiddenSize
    guard pass.layers.count == configuration.layerCount,
      pass.layers.dropLast().allSatisfy({ $0.count == hidden }),
      pass.layers.last?.count == pass.rows.count * configuration.hiddenSize,
      pass.logits.count == pass.rows.count * configuration.vocabularySize
    else {
      throw EngineError(
        .invalidArgument, "the reference has other layers, hidden states or logits than this model",
        hint: "compare precisions of one checkpoint")
    }
  }

  /// The most probable token; the lowest of several.
  private static func best(_ logits: ArraySlice<Float>, without banned: Int?) -> Int {
    var best = -1
    var highest = -Float.infinity
    for (token, logit) in logits.enumerated() where logit > highest && token != banned {
      (best, highest) = (token, logit)
    }
    return best
  }
}
