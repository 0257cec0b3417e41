/// A diffusion language model and its tokenizer, loaded and ready.
///
/// Immutable once loaded: `logits` and `generate` may be called from several threads, each call with
/// buffers of its own. Its threads are its own, and callers take turns with them; in single precision those of a
/// matrix product are OpenBLAS's, for the process.
public final class DiffusionModel: Sendable {
  /// The facts of config.json, or of the metadata.
  public let configuration: ModelConfiguration
  /// The tokenizer of the same folder or file.
  public let tokenizer: Tokenizer
  /// How the checkpoint writes conversations; `nil` when it does not say.
  public let chatTemplate: ChatTemplate?
  /// The numbers that weights are stored in and multiplied with.
  public let precision: Precision
  /// What the products of packed weights are computed with; `nil` in single precision, which is OpenBLAS's.
  public var instructions: InstructionSet? { precision == .fp32 ? nil : pool.instructions }

  /// What decides the bits of the logits besides the weights, since sums are rounded in another order elsewhere:
  /// precision and kernels, as `bf16/avx512` or `fp32/openblas-Haswell`.
  public var arithmetic: String {
    "\(precision.rawValue)/\(instructions.map(\.rawValue) ?? "openblas-\(BLAS.kernels)")"
  }

  let network: ForwardPass
  var pool: KernelPool { network.arithmetic.pool }
  private let table: TensorTable
  private let configurationFiles: [(name: String, file: MappedFile)]

  private init(_ checkpoint: Checkpoint, precision: Precision, network: ForwardPass) {
    configuration = checkpoint.configuration
    tokenizer = checkpoint.tokenizer
    chatTemplate = checkpoint.chatTemplate
    self.precision = precision
    self.network = network
    table = checkpoint.table
    configurationFiles = checkpoint.configurationFiles
  }

  /// Reads config.json, the safetensors and the tokenizer of a checkpoint folder, or a GGUF file, which holds
  /// all three.
  ///
  /// Weights are converted while they are read and held once: four bytes a parameter in single precision, two
  /// in bf16, one in int8 (two for the embedding, three for the head). Those that ``PackedCheckpoint`` stored are used
  /// where they are mapped, and so is an embedding of bf16 that is not the head as well: the file must stay as it is.
  ///
  /// - Parameters:
  ///   - path: the folder that holds config.json, or a GGUF file.
  ///   - precision: the numbers that weights are stored in and multiplied with; `nil` takes those of a packed
  ///     checkpoint, and single precision for others.
  ///   - threads: threads that compute; `nil` takes one for each core. OpenBLAS has one count for the whole process,
  ///     that of the model last loaded in single precision.
  /// - Throws: what is missing, malformed or unsupported, with its file, tensor or field.
  public static func load(
    _ path: String, precision: Precision? = nil, threads: Int? = nil
  ) throws(EngineError) -> DiffusionModel {
    if let threads, threads < 1 {
      throw EngineError(.invalidArgument, "threads is \(threads)", hint: "it must be at least 1")
    }
    let checkpoint = try Checkpoint(path)
    let stored = checkpoint.table.packed?.header.precision
    if let stored, let precision, precision != stored {
      throw EngineError(
        .invalidArgument, "'\(path)' is packed for \(stored.rawValue), not for \(precision.rawValue)",
        hint: "ask for \(stored.rawValue), or load the checkpoint that it was made of")
    }
    let precision = precision ?? stored ?? .fp32
    let pool = try KernelPool(try InstructionSet.chosen(), threads: threads)
    if precision == .fp32 { BLAS.setThreads(pool.threads) }
    let weights = try Weights(
      checkpoint.table, checkpoint.configuration, packing: WeightPacking(precision, pool: pool))
    return DiffusionModel(
      checkpoint, precision: precision,
      network: ForwardPass(
        configuration: checkpoint.configuration, weights: weights, arithmetic: LayerArithmetic(pool: pool)))
  }

  /// Ends the threads that OpenBLAS starts with the process, until a model needs them. In its first moments
  /// each of them spins, which costs a command without a model more than its own start.
  public static func stopIdleThreads() { BLAS.stopThreads() }

  /// Elements of all tensors used, a tied head counted once.
  public var parameterCount: Int { network.weights.parameterCount }

  /// Hashes the files that were loaded, which reads all of them once more: seconds for each gigabyte.
  ///
  /// Packed weights have the identity of the checkpoint that they were made of.
  ///
  /// - Throws: `.malformed` when packed weights are not those that were stored.
  public func identity() throws(EngineError) -> ModelIdentity {
    try table.packed?.verify()
    return ModelIdentity(
      weights: table.files, configuration: configurationFiles, tokenizer: tokenizer.files,
      parameterCount: parameterCount, packed: table.packed?.header)
  }

  /// The raw logits of every position, not shifted: N x V, row after row.
  ///
  /// - Throws: `.invalidArgument` for ids outside of the vocabulary or too many of them.
  public func logits(_ tokens: [Int32]) throws(EngineError) -> [Float] {
    try DenoisingOptions.checkTokens(tokens, configuration)
    guard tokens.count <= configuration.maximumPositions else {
      throw EngineError(
        .invalidArgument,
        "\(tokens.count) tokens exceed the model's \(configuration.maximumPositions) positions")
    }
    var work = Workspace(positions: tokens.count, network)
    network.run(tokens, rows: Array(tokens.indices), &work)
    return network.logits(work.wanted.hidden, &work.head)
  }

  /// Fills `maxNewTokens` masks after the prompt.
  ///
  /// A causal model has no masks: it writes up to `maxNewTokens` tokens from left to right and ends with its end
  /// token. Of the options it needs temperature, top-p, top-k and seed; the others say how masks are revealed.
  /// A model of blocks fills one block after the other, each in its share of the steps, the same number of masks in
  /// each; with one step for each token that is one mask.
  ///
  /// - Parameters:
  ///   - prompt: ids; masks among them are filled too.
  ///   - key: names the random numbers, together with `options.seed`.
  ///   - onStep: called after every step; what it throws ends the generation.
  ///   - isCancelled: asked before every step.
  ///   - isFinal: gets the answer as far as it is committed without a gap, whenever that has grown; true ends the
  ///     generation there, with masks left behind.
  /// - Throws: `.invalidArgument` with the option named, `.cancelled`, `.interrupted`, or `.malformed`
  ///   when the network yields no numbers.
  public func generate(
    prompt: [Int32], options: DenoisingOptions, key: SampleKey,
    onStep: ((DenoisingStep) throws -> Void)? = nil, isCancelled: () -> Bool = { false },
    isFinal: ([Int32]) -> Bool = { _ in false }
  ) throws(EngineError) -> Generation {
    try options.validate(prompt: prompt, configuration)
    let stream = key.stream(seed: options.seed)
    if configuration.architecture.isCausal {
      guard !prompt.isEmpty else {
        throw EngineError(
          .invalidArgument, "the prompt is empty", hint: "a causal model needs a token to go on from")
      }
      var decoder = AutoregressiveDecoder(network, prompt: prompt, options: options, stream: stream)
      return try decoder.run(onStep: onStep, isCancelled: isCancelled, isFinal: isFinal)
    }
    if let size = configuration.blockSize {
      let blocks = BlockDenoiser(network, blockSize: size, options: options, stream: stream)
      return try blocks.run(
        prompt: prompt, onStep: onStep, isCancelled: isCancelled, isFinal: isFinal)
    }
    var denoiser = Denoiser(network, prompt: prompt, options: options, stream: stream)
    return try denoiser.run(onStep: onStep, isCancelled: isCancelled, isFinal: isFinal)
  }
}
