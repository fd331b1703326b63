package import ArgumentParser
internal import Chat

/// `verify`: proves a data directory, or names the first thing that is wrong with it.
package struct VerifyCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Proves a log: every byte, every event, every digest.",
    discussion: """
      Reads everything once and writes nothing. Ends with 0 when all is well and with 1 at the \
      first thing that is not, naming file, byte and offset. What a crash leaves at the very end, \
      and what a running server has not yet marked as safe, is no damage.

      EXAMPLES
        verbatim verify                     the log in data/run
        verbatim verify --data copy         a copied directory
        verbatim verify --json | jq .first_bad
        verbatim verify --from 5000000      go on where an earlier run was broken off
      """)

  @OptionGroup package var data: DirectoryOption

  @Option(help: "Begin at the nearest checkpoint before this offset, and believe it.")
  package var from: Int64 = 0

  @Flag(help: "One JSON object at the end instead of words.")
  package var json = false

  package init() {}

  package func validate() throws {
    guard from >= 0 else { throw ValidationError("--from must not be negative") }
  }

  package mutating func run() throws {
    let output = Output.standard()
    Interruption.watch()
    let verdict = try run(to: output)
    try output.finish()
    if let offset = verdict.interruptedAt {
      throw Complaint(
        .interrupted,
        "interrupted: nothing is wrong before offset \(offset); go on with --from \(offset)")
    }
    if !verdict.isOK { throw ExitCode(ExitStatus.difference.rawValue) }
  }

  /// The same, to anywhere.
  @discardableResult
  package func run(to output: Output) throws(Complaint) -> Verdict {
    let verdict = try Verifier.verify(data: data.path, from: from)
    guard verdict.interruptedAt == nil else { return verdict }
    for note in verdict.notes { Talk.say(note) }
    if json {
      output.line(verdict.json)
    } else {
      for line in verdict.lines { output.line(TerminalText.line(line)) }
    }
    return verdict
  }
}
