import ArgumentParser
import DiffusionEngine
import EvalKit
import JSON

struct TokenizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Show the tokens of a text, or the text of tokens.",
    usage: """
      evalkit tokenize --model <path>
             (--text <text> | --file <file> | --decode <ids>) [<options>]
      """,
    discussion: """
      Prints a line for each token: its id, and its text with what cannot be printed
      escaped. Only the tokenizer is read, so that a folder without weights will do.

      --json prints one object: 'ids', 'pieces' (the text of each; U+FFFD where a
      token is a part of a character) and 'encode_seconds', the time of encoding
      alone.

      EXAMPLES
        evalkit tokenize --model ./ckpt --text 'def f():'
        evalkit tokenize --model ./ckpt --file task.py --count
        evalkit tokenize --model ./ckpt --decode 750,282,4555
      """)

  @Option(help: ArgumentHelp("Checkpoint folder or GGUF file.", valueName: "path"), completion: .directory)
  var model: String

  @Option(help: ArgumentHelp("The text itself.", valueName: "text"))
  var text: String?

  @Option(
    help: ArgumentHelp("A file with the text; '-' reads standard input.", valueName: "file"),
    completion: .file())
  var file: String?

  @Option(
    help: ArgumentHelp("Ids to turn into text, with commas.", valueName: "id,id"), transform: parseTokens)
  var decode: [Int32]?

  @Flag(help: "Print only how many tokens there are.")
  var count = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    guard [text != nil, file != nil, decode != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("give one of --text, --file and --decode")
    }
  }

  func run() async throws {
    try await concluding {
      let text = try file.map { try CommandFile.text($0) } ?? text ?? ""
      let tokenizer = try Tokenizer(folder: model)
      if let decode {
        let decoded = tokenizer.decode(decode)
        if json {
          Console.result(JSONValue.object(["text": .string(decoded)]).serialized())
        } else {
          Console.result(decoded)
        }
        return
      }
      var ids: [Int32] = []
      let elapsed = ContinuousClock().measure { ids = tokenizer.encode(text) }
      if json {
        var object: JSONObject = [
          "count": JSONValue(ids.count), "encode_seconds": .double(elapsed / .seconds(1)),
        ]
        if !count {
          object["ids"] = .array(ids.map { JSONValue(Int($0)) })
          object["pieces"] = .array(ids.map { .string(tokenizer.decode([$0])) })
        }
        Console.result(JSONValue.object(object).serialized())
      } else if count {
        Console.result("\(ids.count)")
      } else {
        Console.result(
          ids.map { "\($0)\t\(tokenizer.decode([$0]).debugDescription)" }.joined(separator: "\n"))
      }
    }
  }
}
