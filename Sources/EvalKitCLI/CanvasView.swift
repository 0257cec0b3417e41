import DiffusionEngine
import Synchronization

/// The canvas of one generation while it fills in: redrawn on a terminal, elsewhere written once and for all
/// as far as it is final.
final class CanvasView: Sendable {
  private struct State {
    var commitStep: [Int?]
    var screen = CanvasScreen()
    var written = ""
  }

  private let tokenizer: Tokenizer
  /// `nil` for a causal model, whose canvas grows instead.
  private let maskToken: Int32?
  private let promptCount: Int
  private let steps: Int
  private let state: Mutex<State>

  init(_ model: DiffusionModel, promptCount: Int, steps: Int) {
    tokenizer = model.tokenizer
    maskToken = model.configuration.maskToken
    self.promptCount = promptCount
    self.steps = steps
    state = Mutex(State(commitStep: []))
  }

  func show(_ step: DenoisingStep) {
    let tokens = step.tokens[promptCount...]
    state.withLock { state in
      let missing = tokens.count - state.commitStep.count
      if missing > 0 { state.commitStep += [Int?](repeating: nil, count: missing) }
      for position in step.committed where position >= promptCount {
        state.commitStep[position - promptCount] = step.index
      }
      if Console.outputIsTerminal {
        guard !step.committed.isEmpty else { return }
        let pieces = tokens.map { $0 == maskToken ? nil : tokenizer.decode([$0]) }
        state.screen.redraw(CanvasScreen.painted(pieces, state.commitStep, steps))
      } else {
        let final = tokens.prefix { $0 != maskToken && !tokenizer.endTokens.contains($0) }
        write(tokenizer.decode(Array(final)), isWhole: false, &state)
      }
    }
  }

  /// Leaves the answer, in plain, as the last thing on the screen or in the pipe.
  func finish(_ generation: Generation) {
    let answer = tokenizer.decode(generation.answer(endTokens: tokenizer.endTokens))
    state.withLock { state in
      if Console.outputIsTerminal {
        state.screen.redraw(CanvasScreen.wrapped([(answer, nil)]))
        Console.write("\n", to: 1)
      } else {
        write(answer, isWhole: true, &state)
        Console.write("\n", to: 1)
      }
    }
  }

  /// Writes what is new. A character whose bytes are spread over tokens reads as U+FFFD until the last of
  /// them is there, so trailing ones wait.
  private func write(_ text: String, isWhole: Bool, _ state: inout State) {
    var scalars = Array(text.unicodeScalars)
    if !isWhole {
      while scalars.last == "\u{FFFD}" { scalars.removeLast() }
    }
    let known = state.written.unicodeScalars.count
    guard scalars.count > known else { return }
    var new = ""
    new.unicodeScalars.append(contentsOf: scalars[known...])
    state.written.unicodeScalars.append(contentsOf: new.unicodeScalars)
    Console.write(new, to: 1)
  }
}

/// Lines of coloured text that replace each other in place on a terminal.
struct CanvasScreen {
  private var drawn = 0

  /// Replaces what was drawn last.
  mutating func redraw(_ lines: [String]) {
    // Lines that have scrolled off the top cannot be replaced.
    let shown = lines.suffix(max((Console.outputHeight ?? 24) - 1, 1))
    let up = drawn > 1 ? "\u{1B}[\(drawn - 1)A" : ""
    Console.write((drawn > 0 ? "\(up)\r\u{1B}[J" : "") + shown.joined(separator: "\n"), to: 1)
    drawn = shown.count
  }

  /// Tokens coloured by step; `nil` is a mask.
  static func painted(_ pieces: [String?], _ commitStep: [Int?], _ steps: Int) -> [String] {
    wrapped(
      zip(pieces, commitStep).map { piece, step in
        guard let piece else { return ("·", "2") }
        let colour = TracePicture.colour(step: step ?? 0, of: steps)
        return (piece, step == nil ? nil : "38;2;\(colour.red);\(colour.green);\(colour.blue)")
      })
  }

  /// Cuts parts of text, each with its colour, into lines of the terminal's width.
  static func wrapped(_ parts: [(text: String, colour: String?)]) -> [String] {
    let width = Console.outputWidth ?? 80
    var lines: [String] = []
    var line = ""
    var used = 0
    func end() {
      lines.append(line)
      (line, used) = ("", 0)
    }
    for (text, colour) in parts {
      let paint = Console.outputHasColour ? colour : nil
      if let paint { line += "\u{1B}[\(paint)m" }
      for character in text {
        if character == "\n" || character == "\r\n" {
          end()
          if let paint { line += "\u{1B}[\(paint)m" }
          continue
        }
        let shown = visible(character)
        // East Asian characters and emoji take two columns.
        let columns = shown.reduce(0) { $0 + (($1.unicodeScalars.first?.value ?? 0) < 0x1100 ? 1 : 2) }
        if used + columns > width {
          end()
          if let paint { line += "\u{1B}[\(paint)m" }
        }
        line += shown
        used += columns
      }
      if paint != nil { line += "\u{1B}[0m" }
    }
    end()
    return lines
  }

  /// A model may write control characters; the terminal must not obey them.
  private static func visible(_ character: Character) -> String {
    if character == "\t" { return "    " }
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return isControl ? "\u{FFFD}" : String(character)
  }
}
