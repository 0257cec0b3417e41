public import ArgumentParser
public import DiffusionEngine

/// A checkpoint, and the cores that compute it.
struct CheckpointOptions: ParsableArguments {
  @Option(
    name: .customLong("model"), help: ArgumentHelp("Checkpoint folder or GGUF file.", valueName: "path"),
    completion: .directory)
  var path: String

  @Option(help: ArgumentHelp("Cores for the model (default: all).", valueName: "count"))
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  func load(_ precision: Precision?) async throws -> LoadedModel {
    try await LoadedModel.load(path, precision: precision, threads: threads)
  }
}

/// What every command that loads a model is told about it.
struct ModelOptions: ParsableArguments {
  @OptionGroup var checkpoint: CheckpointOptions

  @Option(help: "Numbers of the weights: fp32, bf16, int8 (default: those of 'pack', or fp32).")
  var precision: Precision?

  func load() async throws -> LoadedModel { try await checkpoint.load(precision) }
}

extension Precision: ExpressibleByArgument {}
