/// A diffusion language model and its tokenizer, loaded and ready.
///
/// Immutable once loaded: `logits` and `generate` may be called from several threads, each call with
/// buffers of its own. In single precision the threads inside one matrix product are OpenBLAS's, for the
/// process; in the other precisions they are the model's own, and callers take turns with them.
public final class DiffusionModel: Sendable {
  /// The facts of config.json.
  public let configuration: ModelConfiguration
  /// The tokenizer of the same folder.
  public let tokenizer: Tokenizer
  /// The numbers that weights are stored in and multiplied with.
  public let precision: Precision
  /// What the products of packed weights are computed with; `nil` in single precision, which is OpenBLAS's.
  public let instructions: InstructionSet?

  let network: ForwardPass
  private let weightsFiles: [(name: String, file: MappedFile)]
  private let configurationFile: MappedFile

  private init(
    configuration: ModelConfiguration, tokenizer: Tokenizer, precision: Precision,
    instructions: InstructionSet?, network: ForwardPass,
    weightsFiles: [(name: String, file: MappedFile)], configurationFile: MappedFile
  ) {
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.precision = precision
    self.instructions = instructions
    self.network = network
    self.weightsFiles = weightsFiles
    self.configurationFile = configurationFile
  }

  /// Reads config.json, the safetensors and the tokenizer of a checkpoint folder.
  ///
  /// Weights are converted while they are read and held once: four bytes a parameter in single precision, two
  /// in bf16, one in int8 (two for embedding and head).
  ///
  /// - Parameters:
  ///   - folder: the folder that holds config.json.
  ///   - precision: the numbers that weights are stored in and multiplied with.
  ///   - threads: threads of one matrix product; `nil` takes one for each core. OpenBLAS has one count for the
  ///     whole process, that of the model loaded last: these in single precision, otherwise 1.
  /// - Throws: what is missing, malformed or unsupported, with its file, tensor or field.
  public static func load(
    _ folder: String, precision: Precision = .fp32, threads: Int? = nil
  ) throws(EngineError) -> DiffusionModel {
    if let threads, threads < 1 {
      throw EngineError(.invalidArgument, "threads is \(threads)", hint: "it must be at least 1")
    }
    let files = try CheckpointFolder(folder)
    let configurationFile = try files.file("config.json")
    let configuration = try ModelConfiguration(files.json(configurationFile))
    let tokenizer = try TokenizerFiles.load(files)
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw EngineError(
        .malformed,
        "the tokenizer has ids up to \(tokenizer.vocabularySize - 1), the model a vocabulary of "
          + "\(configuration.vocabularySize)",
        hint: "tokenizer and config.json are of different models")
    }
    let table = try TensorTable(files)
    let packing = try WeightPacking(precision, threads: threads)
    if packing != nil {
      // Attention is left to OpenBLAS, whose bits depend on its threads, and whose threads spin for a while after
      // each product, on the cores that the model's own want.
      BLAS.setThreads(1)
    } else if let threads {
      BLAS.setThreads(threads)
    }
    let weights = try Weights(table, configuration, packing: packing)
    return DiffusionModel(
      configuration: configuration, tokenizer: tokenizer, precision: precision,
      instructions: packing?.pool.instructions,
      network: ForwardPass(configuration: configuration, weights: weights),
      weightsFiles: table.files, configurationFile: configurationFile)
  }

  /// Ends the threads that OpenBLAS starts with the process, until a model needs them. In its first moments
  /// each of them spins, which costs a command without a model more than its own start.
  public static func stopIdleThreads() { BLAS.stopThreads() }

  /// Elements of all tensors used, a tied head counted once.
  public var parameterCount: Int { network.weights.parameterCount }

  /// Hashes the files that were loaded, which reads all of them once more: seconds for each gigabyte.
  public func identity() throws(EngineError) -> ModelIdentity {
    ModelIdentity(
      weights: weightsFiles, configuration: [("config.json", configurationFile)],
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
    network.run(tokens, &work)
    var out: [Float] = []
    out.reserveCapacity(tokens.count * configuration.vocabularySize)
    try network.forEachLogits(rows: Array(tokens.indices), work) { (_, row) throws(EngineError) in
      out += row
    }
    return out
  }

  /// Fills `maxNewTokens` masks after the prompt.
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
    var denoiser = Denoiser(
      network, prompt: prompt, options: options, stream: key.stream(seed: options.seed))
    return try denoiser.run(onStep: onStep, isCancelled: isCancelled)
  }
}
