import JSON

/// What a task asks, for people who look at what came of it.
public struct TaskStatement: Sendable, Equatable {
  public let prompt: String
  /// The name of the function to write.
  public let entryPoint: String
  /// As the data calls it; HumanEval+ and MBPP+ have none.
  public let difficulty: String?

  public init(prompt: String, entryPoint: String, difficulty: String? = nil) {
    self.prompt = prompt
    self.entryPoint = entryPoint
    self.difficulty = difficulty
  }
}

/// The statements of a run's tasks, from the task files on this machine: run folders do not repeat them.
public struct TaskStatements: Sendable {
  private let byTask: [String: TaskStatement]
  /// Why statements are missing, a sentence for each benchmark that has none.
  public let absences: [String]

  public init(_ byTask: [String: TaskStatement], absences: [String] = []) {
    self.byTask = byTask
    self.absences = absences
  }

  public subscript(task: String) -> TaskStatement? { byTask[task] }

  /// Looks for the very files that the run was made with: one of other content has other tasks, and counts as
  /// absent.
  public init(of run: RecordedRun, at locator: DataLocator) {
    var byTask: [String: TaskStatement] = [:]
    var absences: [String] = []
    for part in run.benchmarks {
      guard let benchmark = Benchmark.all.first(where: { $0.name == part.name }) else {
        absences.append("this evalkit does not know \(part.name)")
        continue
      }
      guard let place = locator.find(benchmark) else {
        absences.append(
          "the task file of \(part.name) is not on this machine: evalkit data pull \(part.name)")
        continue
      }
      // A result file of evalplus knows the MD5 alone.
      let own = run.identity.benchmark(part.name)
      let (wanted, md5) = (own?["sha256"]?.string, own?["md5"]?.string)
      do {
        let file = try TaskFile.load(benchmark: benchmark, at: place.path, verifyHash: false)
        guard wanted == nil || file.contentSHA256 == wanted, md5 == nil || file.md5 == md5 else {
          absences.append("\(place.path) is not the task file that \(part.name) was run with")
          continue
        }
        for task in file.tasks {
          byTask[task.id] = TaskStatement(
            prompt: task.prompt, entryPoint: task.entryPoint, difficulty: task.difficulty)
        }
      } catch {
        absences.append(error.message)
      }
    }
    self.init(byTask, absences: absences)
  }
}
