/// A diffusion language model and its tokenizer, loaded and ready.
///
/// Immutable once loaded: `logits` and `generate` may be called from several threads, each call with
/// buffers of its own. The number of threads inside one matrix product is OpenBLAS's, for the process.
public final class DiffusionModel: Sendable {
  /// The facts of config.json, or of the metadata.
  public let configuration: ModelConfiguration
  /// The tokenizer of the same folder or file.
  public let tokenizer: Tokenizer

  let network: ForwardPass
  private let weightsFiles: [(name: String, file: MappedFile)]
  private let configurationFiles: [(name: String, file: MappedFile)]

  private init(
    configuration: ModelConfiguration, tokenizer: Tokenizer, network: ForwardPass,
    weightsFiles: [(name: String, file: MappedFile)], configurationFiles: [(name: String, file: MappedFile)]
  ) {
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.network = network
    self.weightsFiles = weightsFiles
    self.configurationFiles = configurationFiles
  }

  /// Reads config.json, the safetensors and the tokenizer of a checkpoint folder, or a GGUF file, which holds
  /// all three.
  ///
  /// Weights are widened to single precision in memory: four bytes a parameter.
  ///
  /// - Parameters:
  ///   - path: the folder that holds config.json, or a GGUF file.
  ///   - threads: threads of one matrix product, for the whole process; `nil` leaves OpenBLAS's choice.
  /// - Throws: what is missing, malformed or unsupported, with its file, tensor or field.
  public static func load(_ path: String, threads: Int? = nil) throws(EngineError) -> DiffusionModel {
    if let threads {
      guard threads >= 1 else {
        throw EngineError(.invalidArgument, "threads is \(threads)", hint: "it must be at least 1")
      }
      BLAS.setThreads(threads)
    }
    let checkpoint = try Checkpoint(path)
    let weights = try Weights(checkpoint.table, checkpoint.configuration)
    return DiffusionModel(
      configuration: checkpoint.configuration, tokenizer: checkpoint.tokenizer,
      network: ForwardPass(configuration: checkpoint.configuration, weights: weights),
      weightsFiles: checkpoint.table.files, configurationFiles: checkpoint.configurationFiles)
  }

  /// Ends the threads that OpenBLAS starts with the process, until a model needs them. In its first moments
  /// each of them spins, which costs a command without a model more than its own start.
  public static func stopIdleThreads() { BLAS.stopThreads() }

  /// Elements of all tensors used, a tied head counted once.
  public var parameterCount: Int { network.weights.parameterCount }

  /// Hashes the files that were loaded, which reads all of them once more: seconds for each gigabyte.
  public func identity() throws(EngineError) -> ModelIdentity {
    ModelIdentity(
      weights: weightsFiles, configuration: configurationFiles,
      tokenizer: tokenizer.files, parameterCount: parameterCount)
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
    var work = Workspace(positions: tokens.count, configuration)
    network.run(tokens, rows: Array(tokens.indices), &work)
    var out: [Float] = []
    out.reserveCapacity(tokens.count * configuration.vocabularySize)
    try network.forEachLogits(work) { (_, row) throws(EngineError) in
      out += row
    }
    return out
  }

  /// Fills `maxNewTokens` masks after the prompt.
  ///
  /// A causal model has no masks: it writes up to `maxNewTokens` tokens from left to right and ends with its end
  /// token. Of the options it needs temperature, top-p, top-k and seed; the others say how masks are revealed.
  ///
  /// - Parameters:
  ///   - prompt: ids; masks among them are filled too.
  ///   - key: names the random numbers, together with `options.seed`.
  ///   - onStep: called after every step; what it throws ends the generation.
  ///   - isCancelled: asked before every step.
  /// - Throws: `.invalidArgument` with the option named, `.cancelled`, `.interrupted`, or `.malformed`
  ///   when the network yields no numbers.
  public func generate(
    prompt: [Int32], options: DenoisingOptions, key: SampleKey,
    onStep: ((DenoisingStep) throws -> Void)? = nil, isCancelled: () -> Bool = { false }
  ) throws(EngineError) -> Generation {
    try options.validate(prompt: prompt, configuration)
    let stream = key.stream(seed: options.seed)
    if configuration.architecture.isCausal {
      guard !prompt.isEmpty else {
        throw EngineError(
          .invalidArgument, "the prompt is empty", hint: "a causal model needs a token to go on from")
      }
      var decoder = AutoregressiveDecoder(network, prompt: prompt, options: options, stream: stream)
      return try decoder.run(onStep: onStep, isCancelled: isCancelled)
    }
    var denoiser = Denoiser(network, prompt: prompt, options: options, stream: stream)
    return try denoiser.run(onStep: onStep, isCancelled: isCancelled)
  }
}
