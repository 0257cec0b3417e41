import JSON

/// The parts of a page that are one run's own.
struct PageSections {
  private let page: PageRun
  private let index: Int
  private let samples: [RecordedTask.Sample]

  init(_ page: PageRun, index: Int) {
    self.page = page
    self.index = index
    samples = page.run.benchmarks.flatMap(\.tasks).flatMap(\.samples)
  }

  var view: [String: Any] {
    var view: [String: Any] = [
      "index": "\(index)", "name": PageText.escaped(page.run.name), "endings": endings,
      "taxonomyCaption":
        "\(PageText.grouped(samples.count)) samples, by the first half that did not pass",
      "charts": charts.map(\.html), "sanitizer": sanitizer,
      "repeat": command,
      "identity": leaves(.object(page.run.identity.json), "").map(escaped),
      "machine": leaves(.object(page.machine), "").filter { $0.key != "" }.map(escaped),
    ]
    if let decoding { view["decoding"] = decoding }
    return view
  }

  /// No line ends within an option.
  private var command: String {
    RepeatCommand(page.run.identity).text.split(separator: " ").map { word in
      let text = PageText.escaped(String(word))
      return word.count < 40 ? "<span>\(text)</span>" : text
    }.joined(separator: " ")
  }

  // MARK: Endings

  private var endings: [[String: String]] {
    var counts: [String: (all: Int, plusOnly: Int)] = [:]
    for sample in samples {
      let word = PageRun.failure(of: sample)?.word ?? "passed"
      counts[word, default: (0, 0)].all += 1
      if sample.passedBase, !sample.passedPlus { counts[word, default: (0, 0)].plusOnly += 1 }
    }
    let most = Double(counts.values.map(\.all).max() ?? 1)
    let ordered = counts.sorted {
      ($0.key == "passed" ? 0 : 1, -$0.value.all, $0.key) < (
        $1.key == "passed" ? 0 : 1, -$1.value.all, $1.key
      )
    }
    return ordered.map { word, count in
      let (wide, inner) = (Double(count.all) / most * 100, Double(count.all - count.plusOnly) / most * 100)
      let style = word == "passed" ? "a" : "c"
      return [
        "word": PageText.escaped(word), "count": PageText.grouped(count.all),
        "share": "\(percent(Double(count.all) / Double(max(samples.count, 1)))) %",
        "plusOnly": count.plusOnly == 0 ? "" : PageText.grouped(count.plusOnly),
        "drawn":
          "<svg class=\"track\" aria-hidden=\"true\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">"
          + "<rect class=\"bar \(style) light\" width=\"\(wide.decimals(2))\" height=\"10\"/>"
          + "<rect class=\"bar \(style)\" width=\"\(inner.decimals(2))\" height=\"10\"/></svg>",
      ]
    }
  }

  // MARK: Charts

  private var charts: [PageChart] {
    page.run.benchmarks.compactMap(curve)
      + [
        PageChart.histogram(
          title: "Time of a sample, base and plus together", of: Array(page.cases.seconds.values),
          unit: "samples", label: PageText.seconds)
      ].compactMap { $0 }
  }

  private func curve(_ part: RecordedBenchmark) -> PageChart? {
    let fewest = part.tasks.map(\.score.samples).filter { $0 > 0 }.min() ?? 1
    let ks = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1000].filter { $0 < fewest }
    let rows = Score(of: part.tasks.map(\.score), ks: ks + [fewest]).rows
    func series(_ name: String, _ style: String, _ half: (Score.Row) -> Estimate) -> PageChart.Series {
      PageChart.Series(
        name: name, style: style, points: rows.map { (x: $0.k, y: half($0).value, band: half($0).interval) })
    }
    let suite = page.run.benchmarks.count > 1 ? " of \(part.name)" : ""
    let base = part.fullest == .plus ? [series("base", "b", \.base)] : []
    return PageChart.lines(
      title: "pass@k\(suite) with its 95 % band", abscissa: "k",
      base + [series(part.fullest.title, "a", \.plus)])
  }

  // MARK: Decoding

  private var decoding: [String: Any]? {
    let all = Array(page.cases.decodings.values)
    guard !all.isEmpty else { return nil }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    func series(_ name: String, _ style: String, _ list: (RecordedDecoding) -> [Double]) -> PageChart.Series {
      let longest = all.map { list($0).count }.max() ?? 0
      return PageChart.Series(
        name: name, style: style,
        points: (0..<longest).map { k in
          (x: k + 1, y: mean(all.compactMap { list($0).count > k ? list($0)[k] : nil }), band: nil)
        })
    }
    let perPass = all.compactMap(\.tokensPerForward)
    let charts = [
      PageChart.lines(
        title: "AR-ness@k, mean over samples", abscissa: "k",
        [series("local", "a", \.localARness), series("global", "b", \.globalARness)]),
      perPass.isEmpty
        ? nil
        : PageChart.histogram(
          title: "Tokens of the answer a step", of: perPass, unit: "samples", isLogarithmic: false,
          label: { $0.decimals(2) }),
    ]
    var facts =
      "\(PageText.grouped(all.count)) answers; AR-ness is 100 % where decoding goes from left to right; what follows the end token does not count"
    if !perPass.isEmpty { facts += " · \(mean(perPass).decimals(2)) tokens a step in the mean" }
    return [
      "index": "\(index)", "facts": facts + " · a task's first sample can be played step by step",
      "charts": charts.compactMap { $0?.html },
    ]
  }

  // MARK: Sanitizer

  private var sanitizer: String {
    if let altered { return altered }
    let raw = page.cases.all.filter { $0.rawText != nil }
    if raw.isEmpty {
      return "<p>The run has no raw texts: its programs were taken as they came.</p>"
    }
    let gaveUp = raw.count { $0.sanitizerGaveUp }
    return
      "<p>The run did not judge what the sanitizer was given (<code>evalkit run --judge-unsanitized</code>), "
      + "so it is unknown which of its changes altered a verdict. "
      + "Of \(PageText.grouped(raw.count)) raw texts on this page the sanitizer gave up on "
      + "\(PageText.grouped(gaveUp)); what it left out of the others is marked beside their programs.</p>"
  }

  /// The samples whose verdict the sanitizer changed, where the run judged its input too.
  private var altered: String? {
    let before = page.cases.passedUnsanitized
    if before.isEmpty { return nil }
    var (saved, broken): ([SampleID], [SampleID]) = ([], [])
    for task in page.run.benchmarks.flatMap(\.tasks) {
      for sample in task.samples {
        let id = SampleID(task: task.score.task, sample: sample.number)
        guard let passed = before[id], passed != sample.passedPlus else { continue }
        if passed { broken.append(id) } else { saved.append(id) }
      }
    }
    func list(_ title: String, _ ids: [SampleID]) -> String {
      if ids.isEmpty { return "" }
      let names = ids.prefix(200).map { id in
        "<li><a href=\"#\(Self.address(of: id.task))\">\(PageText.escaped(id.task))</a> #\(id.sample)</li>"
      }
      let rest = ids.count > 200 ? "<li>and \(PageText.grouped(ids.count - 200)) more</li>" : ""
      return
        "<h3>\(title) (\(PageText.grouped(ids.count)))</h3><ul class=\"names\">\(names.joined())\(rest)</ul>"
    }
    return
      "<p>\(PageText.grouped(before.count)) samples were also judged as the sanitizer was given them. Its changes "
      + "altered \(PageText.grouped(saved.count + broken.count)) verdicts.</p>"
      + list("Pass only sanitised", saved) + list("Pass only as they were", broken)
  }

  /// A task's name in the page's address: letters and digits of ASCII as they are, all else by its bytes.
  private static func address(of task: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return task.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        return String(UnicodeScalar(byte))
      default: return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }.joined()
  }

  // MARK: Identity

  private func escaped(_ leaf: (key: String, value: String)) -> [String: String] {
    ["key": PageText.escaped(leaf.key), "value": PageText.escaped(leaf.value)]
  }

  private func leaves(_ value: JSONValue, _ path: String) -> [(key: String, value: String)] {
    switch value {
    case .object(let object) where !object.members.isEmpty:
      return object.members.flatMap { leaves($0.value, path.isEmpty ? $0.name : "\(path).\($0.name)") }
    case .array(let values) where !values.isEmpty && values.allSatisfy({ $0.object != nil }):
      return values.enumerated().flatMap {
        leaves($0.element, "\(path).\($0.element["name"]?.string ?? "\($0.offset)")")
      }
    case .object, .null: return path.isEmpty ? [] : [(path, "–")]
    default: return [(path, value.string ?? String(decoding: value.serialized(), as: UTF8.self))]
    }
  }
}
