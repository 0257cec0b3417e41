import JSON

extension RunFolder {
  /// Writes the run's verdicts as evalplus would have, `X_eval_results.json`.
  ///
  /// - Parameters:
  ///   - report: of this folder.
  ///   - planned: the one benchmark of the run.
  ///   - file: replaced whole.
  public func writeEvalPlusResults(
    _ report: Report, for planned: PlannedBenchmark, to file: String
  ) throws(EvalKitError) {
    let ids = Dictionary(grouping: programs.keys, by: \.task)
    let tasks = planned.tasks.map { task in
      ResultFile.Task(
        id: task.id,
        samples: (ids[task.id] ?? []).sorted { $0.sample < $1.sample }.compactMap { id in
          report.verdict(of: id).map {
            ResultFile.Sample(program: programs[id], base: $0.base, plus: $0.plus)
          }
        })
    }
    let scores = report.benchmarks.first { $0.benchmark.name == planned.benchmark.name }
    let suite = RecordedBenchmark(
      name: planned.benchmark.name,
      tasks: tasks.map { task in
        RecordedTask(
          task: task.id,
          samples: task.samples.enumerated().map {
            .init(
              number: $0.offset, passedBase: $0.element.passed(.base), passedPlus: $0.element.passed(.plus))
          })
      },
      ks: scores?.score.rows.map(\.k) ?? [], missing: [], notJudged: [])
    try writeAtomically(
      try ResultWriter(suite, tasks: tasks, md5: planned.file.md5).evalplus(), to: file)
  }
}
