internal import ArgumentParser
internal import Replay

/// `verbatim completion`: what a shell needs to complete this command line.
struct CompletionCommand: ParsableCommand {
  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish

    var known: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: """
      EXAMPLES
        source <(verbatim completion bash)
        verbatim completion bash > ~/.local/share/bash-completion/completions/verbatim
        verbatim completion zsh > ~/.zfunc/_verbatim         with ~/.zfunc in fpath
        verbatim completion fish > ~/.config/fish/completions/verbatim.fish
      """)

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  func run() throws {
    let output = Output.standard()
    output.line(Verbatim.completionScript(for: shell.known))
    try output.finish()
  }
}
