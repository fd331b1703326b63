package import ArgumentParser

/// `dump`: the batches and events of segment files as they are.
package struct DumpCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Lists the batches and events of a segment or a directory.",
    discussion: """
      FILE is one segment, wherever it lies; DIR is a data directory, or one with segment files. \
      Damaged batches are named on standard error and passed over; 'verify' is the judge.

      EXAMPLES
        verbatim dump data/run                                  everything
        verbatim dump 00000000000000000000.log                  one file, also a copied one
        verbatim dump data/run --from 1200 --to 1299 --json     a hundred events, one a line
        verbatim dump data/run --json | jq 'select(.event.type == "message.sent")'
      """)

  @Argument(help: ArgumentHelp("A segment file or a directory.", valueName: "file|dir"))
  package var path: String

  @Option(help: "The first offset to show.")
  package var from: Int64 = 0

  @Option(help: "The last offset to show.")
  package var to: Int64 = .max

  @Flag(help: #"One object a line: {"offset":…,"time":…,"room":…,"event":…}."#)
  package var json = false

  package init() {}

  package func validate() throws {
    guard from >= 0, from <= to else {
      throw ValidationError("--from must not be negative, nor above --to")
    }
  }

  package mutating func run() throws {
    let output = Output.standard()
    Interruption.watch()
    let isWhole = try run(to: output)
    try output.finish()
    if !isWhole { throw ExitCode(ExitStatus.difference.rawValue) }
  }

  /// The same, to anywhere; `false` when something was damaged.
  @discardableResult
  package func run(to output: Output) throws(Complaint) -> Bool {
    var dump = SegmentDump(offsets: from...to, json: json)
    for file in try DumpSource(path).files where output.isOpen {
      try dump.write(file.path, limit: file.limit, to: output)
      guard let next = dump.interruptedAt else { continue }
      output.flush()
      throw Complaint(.interrupted, "interrupted: go on with --from \(next)")
    }
    return !dump.metDamage
  }
}
