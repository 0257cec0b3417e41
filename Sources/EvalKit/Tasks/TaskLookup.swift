extension Benchmark {
  /// The benchmark that the task called `id` belongs to, known by the id's prefix.
  ///
  /// - Throws: ``EvalKitError`` (`usage`) that says what ids look like.
  public static func owning(task id: String) throws(EvalKitError) -> Benchmark {
    if let found = all.first(where: { id.hasPrefix($0.idPrefix) }) { return found }
    let lower = id.lowercased()
    // Somebody who types 'humaneval/3' or '3' is told the id, not the rule.
    let meant = all.compactMap { benchmark -> String? in
      if !id.isEmpty, id.allSatisfy(\.isNumber) { return benchmark.idPrefix + id }
      guard lower.hasPrefix(benchmark.idPrefix.lowercased()) else { return nil }
      return benchmark.idPrefix + id.dropFirst(benchmark.idPrefix.count)
    }
    let prefix = id.split(separator: "/", maxSplits: 1).first.map { String($0) } ?? ""
    let near = Spelling.nearest(to: "\(prefix.lowercased())/", among: all.map { $0.idPrefix.lowercased() })
    let spelled = all.filter { $0.idPrefix.lowercased() == near }.map {
      $0.idPrefix + id.dropFirst(prefix.count + 1)
    }
    let shown = meant.isEmpty ? spelled : meant
    throw EvalKitError(
      .usage, "no benchmark has tasks called '\(id)'",
      hint: shown.isEmpty
        ? "ids begin with \(all.map(\.idPrefix).joined(separator: " or "))"
        : "did you mean \(shown.joined(separator: " or "))?")
  }
}

extension TaskFile {
  /// The task called `id`.
  ///
  /// - Throws: ``EvalKitError`` (`nothingSelected`) that names the nearest ids.
  public func task(_ id: String, of benchmark: Benchmark) throws(EvalKitError) -> BenchmarkTask {
    if let found = tasks.first(where: { $0.id == id }) { return found }
    throw EvalKitError(
      .nothingSelected, "\(benchmark.name) has no task '\(id)'",
      hint: "the nearest are \(nearest(to: id, benchmark).joined(separator: ", "))")
  }

  /// Three ids that are near: by number where there is one, else by spelling, else the first.
  private func nearest(to id: String, _ benchmark: Benchmark) -> [String] {
    if let number = Int(id.dropFirst(benchmark.idPrefix.count)) {
      let distances = tasks.compactMap { task in
        Int(task.id.dropFirst(benchmark.idPrefix.count)).map {
          (id: task.id, distance: ($0.subtractingReportingOverflow(number)).partialValue.magnitude)
        }
      }
      return distances.sorted { ($0.distance, $0.id) < ($1.distance, $1.id) }.prefix(3).map(\.id)
    }
    if let near = Spelling.nearest(to: id, among: tasks.map(\.id)) { return [near] }
    return tasks.prefix(3).map(\.id)
  }
}
