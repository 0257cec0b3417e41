import ArgumentParser
import DiffusionEngine
import EvalKit
import Sandbox

#if canImport(Glibc)
  import Glibc
#endif

/// The exit codes, as `evalkit --help` documents them.
enum Outcome {
  static let no = ExitCode(1)
  static let failed = ExitCode(2)
  static let notTrusted = ExitCode(3)
  static let cannotTell = ExitCode(4)
  static let nothingSelected = ExitCode(5)
}

/// Runs a command's body and turns whatever it throws into a sentence on standard error and an exit code.
func concluding(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let code as ExitCode {
    throw code
  } catch let error as ValidationError {
    throw error
  } catch let interruption as Interruption {
    Console.note(interruption.message)
    throw ExitCode(128 + interruption.signal)
  } catch {
    let failure = Failure(error)
    Console.error(failure.message)
    if let cause = failure.cause { Console.errorDetail("cause", cause) }
    if let hint = failure.hint { Console.errorDetail("hint", hint) }
    throw failure.code
  }
}

/// What a person is told about an error: what happened, why, what to do.
struct Failure {
  var message: String
  var cause: String?
  var hint: String?
  var code = Outcome.failed

  init(_ error: any Error) {
    switch error {
    case let error as EvalKitError:
      message = error.message
      cause = error.cause
      hint = error.hint
      if error.code == .nothingSelected { code = Outcome.nothingSelected }
      if error.code == .usage { code = ExitCode(EX_USAGE) }
    case let error as EngineError:
      message = error.message
      hint = error.hint.isEmpty ? nil : error.hint
      if error.kind == .invalidArgument { code = ExitCode(EX_USAGE) }
    case let error as SandboxError:
      message = "the sandbox failed"
      cause = "\(error)"
      hint = "run 'evalkit doctor'"
    case let fault as HarnessFault:
      message = "the sandbox failed"
      cause = fault.detail
      hint = "run 'evalkit doctor'"
    default:
      message = "\(error)"
    }
  }
}
