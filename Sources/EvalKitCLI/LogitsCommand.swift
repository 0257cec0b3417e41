import ArgumentParser
import DiffusionEngine

struct LogitsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Write the raw logits of a token sequence, to compare with another implementation.",
    usage: "evalkit logits --model <path> --tokens <ids> --output <file> [<options>]",
    discussion: """
      The file is NumPy's format 1.0, float32, [tokens, vocabulary]. The logits are
      those of the network's own rows: for Dream and DiffuCoder row i - 1 predicts
      position i, and nothing is shifted here. With int8 they are what the sampler
      sees: bf16 where a logit can be one of its row's two largest, int8 elsewhere.

      EXAMPLES
        evalkit logits --model ./ckpt --tokens 1,2,3 --output logits.npy
        python3 -c 'import numpy; print(numpy.load("logits.npy").argmax(1))'
      """)

  @OptionGroup(title: "MODEL") var model: ModelOptions

  @Option(help: ArgumentHelp("Token ids, with commas.", valueName: "id,id"), transform: parseTokens)
  var tokens: [Int32]

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file(extensions: ["npy"]))
  var output: String

  func run() async throws {
    try await concluding {
      try await interruptible(isResumed: false) {
        let loaded = try await model.load()
        let logits = try await loaded.logits(tokens)
        try CommandFile.write(
          NumPyArray.file(
            logits, rows: tokens.count, columns: loaded.model.configuration.vocabularySize),
          to: output)
      }
    }
  }
}

func parseTokens(_ text: String) throws -> [Int32] {
  let ids = text.split(separator: ",", omittingEmptySubsequences: false).map {
    Int32($0.drop { $0 == " " })
  }
  guard !ids.isEmpty, ids.allSatisfy({ ($0 ?? -1) >= 0 }) else {
    throw ValidationError("ids are numbers from 0, with commas: 1,2,3")
  }
  return ids.compactMap { $0 }
}
