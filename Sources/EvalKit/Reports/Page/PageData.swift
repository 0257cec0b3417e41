import JSON

/// Everything that the page's script shows, as one compact document: texts once, samples as numbers.
struct PageData {
  private let runs: [PageRun]
  private let bounds: PageBounds
  private var tasks: [JSONValue] = []
  private var taskIndex: [String: Int] = [:]
  private var outcomes: [JSONValue] = []
  private var outcomeIndex: [[RecordedTask.Ending]: Int] = [:]

  /// - Parameter changes: for each run but the first, the tasks that came out otherwise than in it.
  static func document(
    of runs: [PageRun], changes: [[BenchmarkChanges]], within bounds: PageBounds
  ) -> JSONValue {
    var data = PageData(runs: runs, bounds: bounds)
    return data.document(changes)
  }

  private init(runs: [PageRun], bounds: PageBounds) {
    self.runs = runs
    self.bounds = bounds
  }

  private mutating func document(_ changes: [[BenchmarkChanges]]) -> JSONValue {
    let rows = runs.map { run($0) }
    let changed = zip(runs.dropFirst(), changes).map { page, list -> JSONValue in
      .array(list.flatMap { $0.worse + $0.better }.map { change($0, in: page) })
    }
    return [
      "tasks": .array(tasks), "outcomes": .array(outcomes), "runs": .array(rows), "changes": .array(changed),
    ]
  }

  // MARK: Tasks

  private mutating func index(of id: String, suite: String, _ statement: TaskStatement?) -> Int {
    if let known = taskIndex[id] { return known }
    var row: JSONObject = ["id": .string(id), "suite": .string(suite)]
    if let statement {
      row["entry"] = .string(statement.entryPoint)
      row["prompt"] = .string(PageBounds.head(statement.prompt, bounds.prompt))
      row["level"] = statement.difficulty.map { .string($0) }
    }
    taskIndex[id] = tasks.count
    tasks.append(.object(row))
    return tasks.count - 1
  }

  private mutating func index(of sample: RecordedTask.Sample) -> Int {
    let endings = [sample.base, sample.plus]
    if let known = outcomeIndex[endings] { return known }
    outcomeIndex[endings] = outcomes.count
    outcomes.append(.array(endings.flatMap { [.string($0.status.rawValue), .string($0.word)] }))
    return outcomes.count - 1
  }

  // MARK: Runs

  private mutating func run(_ page: PageRun) -> JSONValue {
    var room = bounds.positions
    var results: [JSONValue] = []
    for part in page.run.benchmarks {
      var unjudged: [String: Int] = [:]
      for sample in part.notJudged {
        // "HumanEval/3 #0"
        guard let mark = sample.lastIndex(of: "#") else { continue }
        unjudged[String(sample[..<mark].dropLast()), default: 0] += 1
      }
      for task in part.tasks {
        let id = task.score.task
        var row: JSONObject = [
          "t": JSONValue(index(of: id, suite: part.name, page.statements[id])),
          "o": .array(task.samples.map { JSONValue(index(of: $0)) }),
        ]
        if part.halves == [.base] { row["baseOnly"] = true }
        if task.samples.enumerated().contains(where: { $0.offset != $0.element.number }) {
          row["n"] = .array(task.samples.map { JSONValue($0.number) })
        }
        let sensitive = task.samples.filter(\.isTimingSensitive).map(\.number)
        if !sensitive.isEmpty { row["f"] = .array(sensitive.map { JSONValue($0) }) }
        if let count = unjudged[id] { row["x"] = JSONValue(count) }
        let times = task.samples.compactMap { page.cases.seconds[SampleID(task: id, sample: $0.number)] }
        if let slowest = times.max() { row["s"] = number(slowest) }
        let cases = page.cases(of: task, atMost: bounds.samplesPerTask).map {
          self.case($0, halves: part.halves, room: &room)
        }
        if !cases.isEmpty { row["c"] = .array(cases) }
        results.append(.object(row))
      }
    }
    return ["name": .string(page.run.name), "results": .array(results)]
  }

  private func `case`(_ found: RecordedCase, halves: [Half], room: inout Int) -> JSONValue {
    var row: JSONObject = ["n": JSONValue(found.id.sample)]
    let program = found.program.map { PageBounds.head($0, bounds.program) }
    row["program"] = program.map { .string($0) }
    if let raw = found.rawText {
      let shown = PageBounds.head(raw, bounds.program)
      row["raw"] = .string(shown)
      row["kept"] = program.flatMap { Self.edits(shown, $0) }.map { .string($0) }
    }
    if found.sanitizerGaveUp { row["gaveUp"] = true }
    if let verdict = found.verdict {
      row["rawPassed"] = verdict.passedUnsanitized.map { .bool($0) }
      row["base"] = half(verdict.base)
      if halves.contains(.plus) { row["plus"] = half(verdict.plus) }
    }
    if let tokens = found.promptTokens { row["promptTokens"] = JSONValue(tokens) }
    if let passes = found.forwardPasses { row["passes"] = JSONValue(passes) }
    if let masks = found.masksLeft { row["masks"] = JSONValue(masks) }
    if let decoding = found.decoding {
      row["perPass"] = decoding.tokensPerForward.map { number($0) }
      row["local"] = .array(decoding.localARness.map { number($0) })
      row["global"] = .array(decoding.globalARness.map { number($0) })
      if let canvas = decoding.canvas { row["canvas"] = self.canvas(canvas, room: &room) }
    }
    return .object(row)
  }

  private func half(_ half: HalfVerdict) -> JSONValue {
    var row: JSONObject = ["status": .string(half.status.rawValue), "reason": .string(half.reason)]
    func text(_ name: String, _ value: String?, _ limit: Int) {
      row[name] = value.map { .string(PageBounds.head($0, limit)) }
    }
    text("message", half.message, bounds.output)
    text("input", half.input, bounds.value)
    text("expected", half.expected, bounds.value)
    text("got", half.got, bounds.value)
    row["output"] = half.outputTail.map { .string(PageBounds.tail($0, bounds.output)) }
    row["line"] = half.line.map { JSONValue($0) }
    row["test"] = half.test.map { JSONValue($0) }
    if half.testsRun > 0 { row["ran"] = JSONValue(half.testsRun) }
    row["wall"] = half.wallSeconds.map { number($0) }
    row["cpu"] = half.cpuSeconds.map { number($0) }
    row["memory"] = half.memoryBytes.map { JSONValue($0) }
    return .object(row)
  }

  /// Up to the first end token: what follows is padding.
  private func canvas(_ canvas: RecordedDecoding.Canvas, room: inout Int) -> JSONValue? {
    let count = min(canvas.pieces.count, (canvas.end ?? canvas.pieces.count) + 1)
    guard count > 0, count <= room else { return nil }
    room -= count
    return [
      "steps": JSONValue(canvas.steps), "pieces": .array(canvas.pieces[..<count].map { .string($0) }),
      "step": .array(canvas.commitStep[..<count].map { JSONValue($0) }),
      "padding": JSONValue(canvas.pieces.count - count),
    ]
  }

  // MARK: Changes

  private func change(_ change: TaskChange, in page: PageRun) -> JSONValue {
    var row: JSONObject = [
      "t": JSONValue(taskIndex[change.task]),
      "base": [JSONValue(change.base.right), JSONValue(change.base.of), JSONValue(change.baseSample)],
      "new": [JSONValue(change.new.right), JSONValue(change.new.of), JSONValue(change.newSample)],
    ]
    if change.isTimingSensitive { row["f"] = true }
    if let before = runs.first.flatMap({ program(of: change.task, change.baseSample, in: $0) }),
      let after = program(of: change.task, change.newSample, in: page)
    {
      row["edits"] = Self.edits(before, after).map { .string($0) }
    }
    return .object(row)
  }

  private func program(of task: String, _ sample: Int?, in page: PageRun) -> String? {
    sample.flatMap { page.cases[task, $0]?.program }.map { PageBounds.head($0, bounds.program) }
  }

  /// The rows of a ``LineDiff``, a digit each: 0 in both, 1 left only, 2 right only, 3 one for the other. `nil` for
  /// texts of very many lines, whose difference would take long.
  static func edits(_ left: String, _ right: String) -> String? {
    guard [left, right].allSatisfy({ $0.utf8.count { $0 == 0x0A } < 500 }) else { return nil }
    return LineDiff(left, right).rows.map { row in
      row.isCommon ? "0" : row.right == nil ? "1" : row.left == nil ? "2" : "3"
    }.joined()
  }

  /// Three digits that count are enough to look at.
  private func number(_ value: Double) -> JSONValue {
    guard value.isFinite, value != 0 else { return 0 }
    var scale = 1000.0
    while abs(value) * scale < 100, scale < 1e9 { scale *= 10 }
    return .double((value * scale).rounded() / scale)
  }
}
