/// How much of each text a page carries. What is longer is cut, and says so where it is.
struct PageBounds {
  /// Characters (Unicode scalars) of a program and of a raw text.
  var program = 16_000
  var prompt = 8_000
  /// Of an input, an expected and a returned value; the judge cuts them first.
  var value = 1_000
  /// Of what a program wrote, from its end.
  var output = 2_000
  /// Samples of a task whose texts are there.
  var samplesPerTask: Int
  /// Positions of all canvases of a run together.
  var positions = 120_000

  /// What a page of more data is cut to, in bytes as they stand in the file.
  static let largestData = 1_900_000

  /// - Parameter tasks: of all runs.
  init(tasks: Int) { samplesPerTask = max(1, min(200, 3_000 / max(tasks, 1))) }

  /// Half of everything but the samples, and those too, down to one.
  var tightened: PageBounds {
    var bounds = self
    bounds.program /= 2
    bounds.prompt /= 2
    bounds.value = max(80, value / 2)
    bounds.output /= 2
    bounds.samplesPerTask = max(1, samplesPerTask / 2)
    bounds.positions /= 2
    return bounds
  }

  /// Whether cutting further would leave anything to read.
  var isTight: Bool { program < 200 }

  static func head(_ text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
    let kept = String(text.unicodeScalars.prefix(limit))
    return "\(kept)\n… cut here: \(PageText.grouped(text.unicodeScalars.count - limit)) more characters"
  }

  static func tail(_ text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
    let kept = String(text.unicodeScalars.suffix(limit))
    return "… \(PageText.grouped(text.unicodeScalars.count - limit)) characters cut\n\(kept)"
  }
}
