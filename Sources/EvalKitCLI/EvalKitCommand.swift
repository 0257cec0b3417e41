import ArgumentParser
import DiffusionEngine
import EvalKit

@main
struct EvalKitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evalkit",
    abstract: "Score diffusion code models on HumanEval+ and MBPP+.",
    discussion: """
      EXAMPLES
        evalkit run humaneval+ --model ./ckpt      score a checkpoint
        evalkit run humaneval+ --model canonical   check data and sandbox: 100 %
        evalkit score samples.jsonl --benchmark humaneval+
        evalkit try HumanEval/32 answer.py         one program, in detail
        evalkit complete --model ./ckpt --prompt 'def f():'
        evalkit list                               benchmarks, models, runs
        evalkit show Results/new HumanEval/32      one case: program and verdict
        evalkit compare Results/old Results/new    do they differ, and where
        evalkit gate --baseline Results/b --run Results/new
        evalkit doctor                             what protects this machine

      EXIT CODES
        0    done, whatever the score
        1    the answer is no: doctor found this machine unfit to run candidates,
             the program that 'try' was given does not pass, 'gate' failed, or
             'verify' found a difference
        2    it could not be done: a bad file, no data, no space
        3    finished, but the sandbox failed and some samples have no verdict
        4    'gate' cannot tell: too few tasks for the margin
        5    nothing was selected
        64   the command line is wrong
        130  interrupted (143: terminated); the same command goes on from there

      Results go to standard output, everything else to standard error. There is
      no colour when NO_COLOR is set or the output is no terminal.
      Shell completions: evalkit --generate-completion-script bash|zsh|fish
      """,
    version: evalkitVersion,
    subcommands: [
      RunCommand.self, ScoreCommand.self, TryCommand.self, CompleteCommand.self, ChatCommand.self,
      ReportCommand.self, ShowCommand.self, CompareCommand.self, GateCommand.self, VerifyCommand.self,
      TraceCommand.self, TokenizeCommand.self, LogitsCommand.self, BenchCommand.self,
      ComparePrecisionCommand.self, PackCommand.self, ListCommand.self,
      DataCommand.self, DoctorCommand.self,
    ])

  static func main() async {
    DiffusionModel.stopIdleThreads()
    var arguments = Array(CommandLine.arguments.dropFirst())
    // A command of its own, as it shares no option with the gate but the rule's; both spellings are taken.
    if arguments.starts(with: ["gate", "--simulate"]) { arguments[1] = "simulate" }
    await main(arguments)
  }
}
