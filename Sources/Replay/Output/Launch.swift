package import ArgumentParser
internal import Chat

/// Runs a command line the way this program promises: data on standard output, one line of
/// complaint on standard error, and the documented exit code, 2 for everything misspelt.
package enum Launch {
  /// Parses and runs; returns the exit code.
  package static func run(_ root: any ParsableCommand.Type, _ arguments: [String]) -> Int32 {
    do {
      var command = try root.parseAsRoot(arguments)
      try command.run()
      return ExitStatus.ok.rawValue
    } catch {
      return conclude(error, in: root)
    }
  }

  /// Says what an error of parsing or running means and returns the exit code.
  package static func conclude(_ error: any Error, in root: any ParsableCommand.Type) -> Int32 {
    if let complaint = error as? Complaint {
      Talk.say(complaint.description)
      return complaint.status.rawValue
    }
    if let code = error as? ExitCode { return code.rawValue }
    guard root.exitCode(for: error) == .success else {
      for line in TerminalText.lines(root.fullMessage(for: error)) { Talk.say(line) }
      return ExitStatus.usage.rawValue
    }
    // Help and version.
    let output = Output.standard()
    output.line(root.fullMessage(for: error))
    output.flush()
    return ExitStatus.ok.rawValue
  }
}

extension ParsableCommand {
  /// A command as the line `arguments` would make it; throws what parsing throws.
  package static func parsing(_ arguments: [String]) throws -> Self { try parse(arguments) }

  /// What `--help` prints.
  package static var helpText: String { helpMessage() }
}
