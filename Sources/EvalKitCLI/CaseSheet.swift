import EvalKit

/// One recorded case as a page of text.
struct CaseSheet {
  /// Columns to stay within; `nil` for a pipe.
  let width: Int?
  let hasColour: Bool

  func text(of shown: ShownCase) -> String {
    let record = shown.record
    var title = shown.task.score.task
    if let statement = shown.statement {
      title += " \(statement.entryPoint)"
      if let difficulty = statement.difficulty { title += " (\(difficulty))" }
    }
    var lines = [strong(plain(title))]
    lines += wrapped(source(shown), after: "")
    if let statement = shown.statement { lines += section("prompt") + code(statement.prompt, failing: nil) }
    let halves = shown.benchmark.halves.map { ($0, shown.half($0)) }
    if let text = record.program {
      let failing = halves.first { $0.1.status != .pass }.flatMap(\.1.line)
      lines += section("program") + code(text, failing: failing)
      if record.sanitizerGaveUp {
        lines += wrapped("the sanitizer gave up: this is the raw text, cut", after: "  ")
      }
    } else {
      lines += ["", "no program is recorded"]
    }
    let sheet = HalfSheet(width: width, hasColour: hasColour, program: (record.program ?? "").programLines)
    for (half, verdict) in halves { lines += [""] + sheet.lines(half.rawValue, verdict, tests: nil) }
    if shown.sample.isTimingSensitive {
      lines += wrapped("timing-sensitive: it ended otherwise while the machine was busy", after: "  ")
    }
    lines += decoding(record)
    return lines.joined(separator: "\n")
  }

  private func source(_ shown: ShownCase) -> String {
    let (part, score) = (shown.benchmark, shown.task.score)
    var text = "\(part.name), run \(plain(shown.run.name)), sample \(shown.sample.number)"
    if score.samples > 1 { text += " of \(score.samples), \(score.correct(part.fullest)) of which passed" }
    return text
  }

  private func decoding(_ record: RecordedCase) -> [String] {
    var parts: [String] = []
    if let tokens = record.promptTokens { parts.append("\(tokens) tokens of prompt") }
    if let passes = record.forwardPasses { parts.append("\(passes) forward passes") }
    if let masks = record.masksLeft, masks > 0 { parts.append("\(masks) masks left") }
    if let decoding = record.decoding {
      if let rate = decoding.tokensPerForward { parts.append("\(HalfSheet.decimal(rate)) tokens a pass") }
      if let local = decoding.localARness.first, let global = decoding.globalARness.first {
        parts.append("AR-ness@1 \(percent(local)) % local, \(percent(global)) % global")
      }
    }
    return parts.isEmpty ? [] : [""] + wrapped(parts.joined(separator: ", "), after: "decoded   ")
  }

  private func section(_ name: String) -> [String] { ["", strong(name)] }

  /// Lines with their numbers; the one that a message names has a sign, and colour where there is any.
  private func code(_ text: String, failing: Int?) -> [String] {
    var lines = text.programLines
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    let digits = max(2, "\(lines.count)".count)
    return lines.enumerated().flatMap { index, line -> [String] in
      let isFailing = index + 1 == failing
      let label = "\(isFailing ? ">" : " ") \(Wrapping.padded("\(index + 1)", to: digits, right: true)) | "
      let wrapped = wrapped(plain(String(line)), after: label)
      return isFailing && hasColour ? wrapped.map { "\u{1B}[31m\($0)\u{1B}[0m" } : wrapped
    }
  }

  private func strong(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  private func wrapped(_ text: String, after label: String) -> [String] {
    Wrapping.lines(text, after: label, width: width)
  }
}
