internal import ArgumentParser
internal import Glibc
internal import Replay

@main
enum Main {
  static func main() {
    exit(Launch.run(Verbatim.self, Array(CommandLine.arguments.dropFirst())))
  }
}

/// The command line: names the commands, nothing else.
struct Verbatim: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "verbatim",
    abstract: "An append-only log server for live, anonymous, public chat with a language model.",
    discussion: """
      Every key, every message and every word of the model is an event in one log. What is shown \
      is what the log says, and the log can be replayed and verified by anybody.

      EXAMPLES
        verbatim serve --model-url http://127.0.0.1:8081/v1 --model SmolLM2
        verbatim replay --room lobby
        verbatim verify --data data/run
      """,
    version: version,
    subcommands: [
      ServeCommand.self, ReplayCommand.self, DiffCommand.self, VerifyCommand.self,
      RepairCommand.self, BackupCommand.self, DumpCommand.self, ExportCommand.self,
      TailCommand.self, DriveCommand.self, ModerateCommand.self, CompletionCommand.self,
    ])
}
