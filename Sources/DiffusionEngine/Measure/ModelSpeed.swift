import EngineKernels

#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How fast a model runs on this machine, beside what the machine can do.
public struct ModelSpeed: Sendable {
  /// Length of the canvas.
  public let positions: Int
  /// Median seconds of a forward pass with the logits of every row.
  public let passSeconds: Double
  /// Mean seconds of a denoising step while half of the canvas is decoded, sampler and exact savings included;
  /// of a token, for a causal model.
  public let stepSeconds: Double
  /// The instructions of the peak; in single precision the products themselves are OpenBLAS's.
  public let instructions: InstructionSet
  public let threads: Int
  /// Multiplications and additions of one pass.
  public let operations: Double
  /// Operations a second of the precision's multiply-add on operands in registers, measured between the passes.
  public let peak: Double

  /// The part of the peak that a pass reaches, 0...1.
  public var peakFraction: Double { operations / passSeconds / peak }

  /// The most memory that this process ever had resident, in bytes, mapped files included; `nil` where the system
  /// does not say.
  public static var peakResidentBytes: Int? {
    // Not getrusage: its maximum is inherited from whoever started the process.
    var bytes = [UInt8](repeating: 0, count: 1 << 13)
    let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split { !$0.isWholeNumber }.first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}

extension DiffusionModel {
  /// Passes take turns with the steps of one decode: clocks move with the host, and neighbours come and go. There are
  /// five, or one for sixteen steps: the first before the decode, the others during it, evenly spread.
  ///
  /// - Parameters:
  ///   - positions: length of the canvas, at least 2.
  ///   - steps: denoising steps for half of the canvas. A step costs less the fewer masks are left, so that few
  ///     steps over all masks have the mean of many.
  /// - Throws: `.invalidArgument` for lengths that the model has not, `.cancelled`.
  public func measureSpeed(
    positions: Int, steps: Int, isCancelled: () -> Bool = { false }
  ) throws(EngineError) -> ModelSpeed {
    guard positions >= 2, positions <= configuration.maximumPositions, steps >= 1 else {
      throw EngineError(
        .invalidArgument,
        "\(positions) positions and \(steps) steps: the model has 2 to \(configuration.maximumPositions)")
    }
    let tokens = (0..<positions).map { Int32(($0 * 7919 + 13) % min(configuration.vocabularySize, 1000)) }
    let clock = ContinuousClock()
    let passes = max(5, steps / 16)
    var work = Workspace(positions: positions, network)
    _ = try pass(tokens, &work, clock)
    if isCancelled() { throw .cancelled }
    var (peaks, times) = ([peak(pool, clock)], [try pass(tokens, &work, clock)])
    let options = decodeOptions(masks: positions - positions / 2, steps)
    var (stepsDone, aside) = (0, Duration.zero)
    let start = clock.now
    let generation = try generate(
      prompt: Array(tokens[..<(positions / 2)]), options: options, key: SampleKey(task: "", sample: 0),
      onStep: { [self] _ in
        stepsDone += 1
        guard times.count < passes, stepsDone * passes >= times.count * options.steps else { return }
        let turn = clock.now
        peaks.append(peak(pool, clock))
        times.append(try pass(tokens, &work, clock))
        aside += clock.now - turn
      }, isCancelled: isCancelled)
    let decoding = clock.now - start - aside
    return ModelSpeed(
      positions: positions, passSeconds: times.sorted()[times.count / 2],
      stepSeconds: decoding / .seconds(1) / Double(max(generation.forwards, 1)),
      instructions: pool.instructions, threads: pool.threads, operations: operations(positions),
      peak: peaks.sorted()[peaks.count / 2])
  }

  private func pass(
    _ tokens: [Int32], _ work: inout Workspace, _ clock: ContinuousClock
  ) throws(EngineError) -> Double {
    let start = clock.now
    network.run(tokens, rows: Array(tokens.indices), &work)
    let areNumbers = network.score(work.wanted.hidden, Scoring(), &work.head) { _, row in row != nil }
    guard areNumbers.allSatisfy({ $0 }) else { throw EngineError(.malformed, "the logits are not numbers") }
    return (clock.now - start) / .seconds(1)
  }

  private func decodeOptions(masks: Int, _ steps: Int) -> DenoisingOptions {
    var options = DenoisingOptions()
    options.algorithm = .entropy
    options.temperature = 0.2
    options.topP = 0.95
    options.maxNewTokens = configuration.architecture.isCausal ? min(masks, steps) : masks
    options.steps = min(steps, masks)
    options.bansMaskToken = true  // with random weights it may be drawn
    return options
  }

  private func peak(_ pool: KernelPool, _ clock: ContinuousClock) -> Double {
    let arithmetic: ek_arithmetic =
      switch precision {
      case .fp32: EK_SINGLE
      case .bf16: EK_BF16
      case .int8: EK_INT8
      }
    let start = clock.now
    let operations = ek_peak_run(pool.instructions.path, arithmetic, pool.handle, 1_000_000)
    return operations / ((clock.now - start) / .seconds(1))
  }

  /// Of the products alone; everything else is less than a hundredth of them.
  private func operations(_ positions: Int) -> Double {
    let (hidden, inner) = (Double(configuration.hiddenSize), Double(configuration.intermediateSize))
    let queries = Double(configuration.headCount * configuration.headSize)
    let keys = Double(configuration.keyValueHeadCount * configuration.headSize)
    let count = Double(positions)
    let attention = 2 * count * queries
    let layer = 2 * hidden * queries + 2 * hidden * keys + 3 * hidden * inner + attention
    return 2 * count
      * (Double(configuration.layerCount) * layer + hidden * Double(configuration.vocabularySize))
  }
}
