import DiffusionEngine
import EvalKit
import JSON

/// Comparisons with one reference, as a table and as JSON.
struct PrecisionReport {
  let identity: ModelIdentity
  let reference: PrecisionReference
  let options: DenoisingOptions

  private struct Row {
    let name: String
    let values: [String]
  }

  func table(_ comparisons: [PrecisionComparison]) -> String {
    func row(_ name: String, _ value: (PrecisionComparison) -> String) -> Row {
      Row(name: name, values: comparisons.map(value))
    }
    func percent(_ value: Double, _ digits: Int) -> String { (value * 100).decimals(digits) + " %" }
    var rows = (comparisons.first?.layerErrors.indices ?? 0..<0).map { layer in
      row("error after layer \(layer)") { percent($0.layerErrors[layer], 3) }
    }
    rows += [
      row("error of the logits") { percent($0.logitError, 3) },
      row("same best token") { percent($0.choices, 1) },
      row("decode: same token") { percent($0.decode.tokens, 1) },
      row("decode: same step") { percent($0.decode.steps, 1) },
      row("decode: rank correlation") { $0.decode.orderCorrelation.map { $0.decimals(3) } ?? "-" },
      row("decode: first difference") { $0.decode.firstDifference.map { "step \($0)" } ?? "none" },
      row("instructions") { name($0.instructions) },
    ]
    let table = TerminalTable<Row> { row in
      [Column(title: "", value: row.name)]
        + comparisons.indices.map {
          Column(title: comparisons[$0].precision.rawValue, value: row.values[$0], align: .right)
        }
    }
    let generation = reference.generation
    return """
      \(table.text(for: rows))
      reference  \(reference.precision.rawValue), \(name(reference.instructions))
      canvas     \(generation.promptCount) prompt tokens, \(options.maxNewTokens) masks, \(options.steps) steps; \
      single passes over \(reference.canvasCount) canvases, \(comparisons.first?.rows ?? 0) rows
      sampler    \(options.algorithm.rawValue), temperature \(options.temperature), \
      top-p \(options.topP ?? 1), seed \(options.seed)
      model      sha256 \(identity.sha256), \(identity.parameterCount) parameters
      """
  }

  func json(_ comparisons: [PrecisionComparison]) -> JSONValue {
    [
      "schema": "evalkit.precision-comparison", "schema_version": 1,
      "model": [
        "sha256": .string(identity.sha256), "weights_sha256": .string(identity.weights),
        "tokenizer_sha256": .string(identity.tokenizer), "parameters": JSONValue(identity.parameterCount),
      ],
      "sampler": .object(options.json),
      "canvas": [
        "prompt_tokens": JSONValue(reference.generation.promptCount),
        "masks": JSONValue(options.maxNewTokens), "canvases": JSONValue(reference.canvasCount),
      ],
      "reference": [
        "precision": .string(reference.precision.rawValue),
        "instruction_set": .string(name(reference.instructions)),
      ],
      "comparisons": .array(comparisons.map(document)),
      "evalkit": .string(evalkitVersion),
    ]
  }

  private func document(_ comparison: PrecisionComparison) -> JSONValue {
    [
      "precision": .string(comparison.precision.rawValue),
      "instruction_set": .string(name(comparison.instructions)),
      "layer_errors": .array(comparison.layerErrors.map { .double($0) }),
      "logit_error": .double(comparison.logitError), "rows": JSONValue(comparison.rows),
      "same_best_token": .double(comparison.choices),
      "decode": [
        "positions": JSONValue(comparison.decode.positions),
        "same_token": .double(comparison.decode.tokens), "same_step": .double(comparison.decode.steps),
        "rank_correlation": JSONValue(comparison.decode.orderCorrelation),
        "first_difference_step": JSONValue(comparison.decode.firstDifference),
      ],
    ]
  }

  /// Single precision is OpenBLAS's, which chooses for itself.
  private func name(_ instructions: InstructionSet?) -> String { instructions?.rawValue ?? "openblas" }
}
