public import JSON

/// What one trace says about how the answer was decoded.
public struct TraceStatistics: Sendable, Equatable {
  /// AR-ness@k for k = 1, 2, ...: 0...1 each, `nil` when nothing was revealed.
  public struct ARness: Sendable, Equatable {
    /// See ``DecodingOrder/localARness(_:_:)``, ordered.
    public let local: [Double?]
    /// See ``DecodingOrder/globalARness(_:)``.
    public let global: [Double?]

    /// The paper plots local to k = 9, global to k = 4.
    init(_ order: DecodingOrder) {
      local = (1...9).map { order.localARness($0) }
      global = (1...4).map { order.globalARness($0) }
    }
  }

  /// Over the whole canvas, padding included.
  public let canvas: ARness
  /// Over the positions before the first end token.
  public let text: ARness
  /// Revealed tokens for each run of the network.
  public let tokensPerForward: Double?
  /// Revealed tokens before the first end token, for each run of the network.
  public let textTokensPerForward: Double?
  /// The part of the steps that revealed something, but only behind the first end token, 0...1. `nil` when
  /// no step revealed anything.
  public let tailStepShare: Double?

  /// The statistics of `trace`.
  public init(_ trace: GenerationTrace) {
    let order = trace.order
    let text = order.before(trace.end ?? trace.ids.count)
    canvas = ARness(order)
    self.text = ARness(text)
    func perForward(_ count: Int) -> Double? {
      trace.forwards == 0 ? nil : Double(count) / Double(trace.forwards)
    }
    tokensPerForward = perForward(order.positions.count)
    textTokensPerForward = perForward(text.positions.count)
    let working = Set(trace.commitStep.compactMap { $0 })
    let useful = Set(trace.commitStep.prefix((trace.end ?? trace.ids.count) + 1).compactMap { $0 })
    tailStepShare = working.isEmpty ? nil : Double(working.count - useful.count) / Double(working.count)
  }

  /// Both AR-nesses as lists from k = 1, and the shares.
  public var json: JSONValue {
    func list(_ values: [Double?]) -> JSONValue { .array(values.map { JSONValue($0) }) }
    func object(_ value: ARness) -> JSONValue {
      ["local_ar_ness": list(value.local), "global_ar_ness": list(value.global)]
    }
    return [
      "canvas": object(canvas), "text": object(text), "tokens_per_forward": JSONValue(tokensPerForward),
      "text_tokens_per_forward": JSONValue(textTokensPerForward),
      "tail_step_share": JSONValue(tailStepShare),
    ]
  }
}
