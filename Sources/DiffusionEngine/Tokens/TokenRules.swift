import JSON

/// What a tokenizer does to text besides merging bytes, as its tokenizer.json declares it.
///
/// Every field that would change ids is supported or refused by name.
struct TokenRules: Sendable, Equatable {
  /// Whether text is composed first (normalizer `NFC`).
  var composes = true
  /// How many digits one word may hold.
  var longestNumber = 1
  /// Whether a word that is a token stays whole, whatever the merges say (`ignore_merges`, Llama 3).
  var keepsWholeWords = false
  /// Ids before every text (`TemplateProcessing`).
  var prefix: [Int32] = []

  /// Qwen2's, and so of Dream, DiffuCoder, CoDA and SDAR.
  static let qwen2 = TokenRules()

  /// Qwen2's.
  static let qwen2Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// The patterns that ``PreTokenizer`` implements, and the digits that each lets into one word. Spelled
  /// differently, they cut alike: after `\s*` one line end is the last one, and nothing is given back that a
  /// possessive quantifier would keep.
  private static let patterns: [String: Int] = [
    qwen2Pattern: 1,
    // Llama 3.
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#:
      3,
    // Ling, LLaDA.
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#:
      1,
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#:
      1,
    // GPT-4's of tiktoken, as converted.
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#:
      3,
  ]

  private init() {}

  /// Reads tokenizer.json.
  ///
  /// - Throws: `.unsupported` with the field that asks for something else.
  init(_ json: JSONValue, path: String) throws(EngineError) {
    func refuse(_ field: String, _ value: JSONValue?) -> EngineError {
      let text =
        value?["type"]?.string ?? value.map { String(decoding: $0.serialized(), as: UTF8.self) } ?? "absent"
      return EngineError(
        .unsupported, "'\(path)': field '\(field)' is \(text.count > 200 ? "another one" : text)",
        hint: "supported are byte-level BPE tokenizers of the kind of Qwen2, Llama 3 and LLaDA")
    }
    let model = json["model"]
    guard let model, model["type"]?.string ?? "BPE" == "BPE" else {
      throw refuse("model.type", model?["type"])
    }
    for name in ["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"] {
      let value = model[name]
      if let value, value != .string("") { throw refuse("model.\(name)", value) }
    }
    if model["byte_fallback"]?.bool == true { throw refuse("model.byte_fallback", model["byte_fallback"]) }
    keepsWholeWords = model["ignore_merges"]?.bool ?? false

    composes = false
    for step in TokenRules.steps(json["normalizer"], "normalizers") {
      guard step["type"]?.string == "NFC" else { throw refuse("normalizer", step) }
      composes = true
    }
    var digits: Int?
    for step in TokenRules.steps(json["pre_tokenizer"], "pretokenizers") {
      switch step["type"]?.string {
      case "Split":
        let pattern = step["pattern"]?["Regex"]
        let whole = (step["behavior"]?.string, step["invert"]?.bool ?? false)
        guard digits == nil, let known = TokenRules.patterns[pattern?.string ?? ""] else {
          throw refuse("pre_tokenizer.pattern", pattern)
        }
        guard whole == ("Isolated", false) || whole == ("Removed", true) || whole == (nil, false) else {
          throw refuse("pre_tokenizer.behavior", step["behavior"])
        }
        digits = known
      case "ByteLevel":
        for name in ["add_prefix_space", "use_regex"] where step[name]?.bool ?? true {
          throw refuse("pre_tokenizer.\(name)", .bool(true))
        }
      default: throw refuse("pre_tokenizer", step)
      }
    }
    guard let digits else { throw refuse("pre_tokenizer", json["pre_tokenizer"]) }
    longestNumber = digits
    for step in TokenRules.steps(json["post_processor"], "processors") {
      switch step["type"]?.string {
      case "ByteLevel": break
      case "TemplateProcessing": prefix += try TokenRules.prefix(step, path)
      default: throw refuse("post_processor", step)
      }
    }
  }

  /// The steps of a `Sequence`, or the one step that is none; nothing for null.
  private static func steps(_ value: JSONValue?, _ name: String) -> [JSONValue] {
    guard let value else { return [] }
    return value["type"]?.string == "Sequence" ? value[name]?.array ?? [] : [value]
  }

  /// The special tokens before the text of a `TemplateProcessing`.
  private static func prefix(_ step: JSONValue, _ path: String) throws(EngineError) -> [Int32] {
    func refuse(_ what: String) -> EngineError {
      EngineError(.unsupported, "'\(path)': field 'post_processor.single' \(what)")
    }
    var ids: [Int32] = []
    var isBefore = true
    for piece in step["single"]?.array ?? [] {
      if piece["Sequence"] != nil {
        isBefore = false
      } else {
        guard isBefore else {
          throw refuse("puts a token behind the text, after which nothing could be written")
        }
        let name = piece["SpecialToken"]?["id"]?.string ?? ""
        let found = step["special_tokens"]?[name]?["ids"]?.array?.map {
          $0.integer.flatMap { Int32(exactly: $0) }
        }
        guard let found, found.allSatisfy({ $0 != nil }) else {
          throw refuse("names '\(name)', which has no ids")
        }
        ids += found.compactMap { $0 }
      }
    }
    return ids
  }
}
