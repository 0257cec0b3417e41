import DiffusionEngine

/// A checkpoint ready for single requests, on the engine's thread.
actor LoadedModel {
  nonisolated let thread: EngineThread
  nonisolated let model: DiffusionModel

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  static func load(_ path: String, precision: Precision?, threads: Int?) async throws -> LoadedModel {
    let thread = EngineThread()
    return LoadedModel(try await Loader(thread: thread).load(path, precision, threads), thread)
  }

  private actor Loader {
    private let thread: EngineThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(thread: EngineThread) { self.thread = thread }

    func load(_ path: String, _ precision: Precision?, _ threads: Int?) throws -> DiffusionModel {
      try DiffusionModel.load(path, precision: precision, threads: threads)
    }
  }

  private init(_ model: DiffusionModel, _ thread: EngineThread) {
    self.model = model
    self.thread = thread
  }

  func logits(_ tokens: [Int32]) throws -> [Float] { try model.logits(tokens) }

  /// Reads all of the checkpoint once more: 15 GB take a while.
  func identity() throws -> ModelIdentity { try model.identity() }

  func measureSpeed(positions: Int, steps: Int) throws -> ModelSpeed {
    try model.measureSpeed(positions: positions, steps: steps, isCancelled: { Task.isCancelled })
  }

  func precisionReference(_ prompt: [Int32], _ options: DenoisingOptions) throws -> PrecisionReference {
    try model.precisionReference(prompt: prompt, options: options, isCancelled: { Task.isCancelled })
  }

  func compare(with reference: PrecisionReference) throws -> PrecisionComparison {
    try model.compare(with: reference, isCancelled: { Task.isCancelled })
  }

  func generate(
    _ prompt: [Int32], _ options: DenoisingOptions, onStep: @escaping @Sendable (DenoisingStep) -> Void
  ) throws -> Generation {
    try model.generate(
      prompt: prompt, options: options, key: SampleKey(task: "", sample: 0), onStep: onStep,
      isCancelled: { Task.isCancelled })
  }
}
