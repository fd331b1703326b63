package import ArgumentParser
internal import Chat
package import LogStore
internal import Projector

/// `repair`: mends a damaged log, and says what that cost.
package struct RepairCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Mends a damaged log; says what was kept and what was lost.",
    discussion: """
      Reads every byte. Where nothing is wrong, nothing is written. Otherwise every good batch is \
      kept, wherever it lies: in place of records that are gone from the middle there are \
      placeholders of the type 'erased', and only what no good batch follows is cut. If records \
      were lost a new epoch begins, so that clients start from a snapshot. Files that are replaced \
      are kept as they were, under DIR/log/damaged-…. The server must not be running.

      EXAMPLES
        verbatim repair data/run
        verbatim repair data/run --json | jq .lost_records
        verbatim verify --data data/run         what is wrong, without mending it
      """)

  @Argument(help: ArgumentHelp("The server's data directory.", valueName: "dir"))
  package var path: String

  @Flag(help: "One JSON object instead of words.")
  package var json = false

  /// What stands for an event that is gone: every fold and `verify` know it.
  private static let placeholder = [UInt8]("{\"type\":\"erased\"}".utf8)

  package init() {}

  package mutating func run() throws {
    let output = Output.standard()
    try run(to: output)
    try output.finish()
  }

  /// The same, to anywhere.
  @discardableResult
  package func run(to output: Output) throws(Complaint) -> RepairReport {
    let report: RepairReport
    do {
      report = try Repair.run(path, placeholder: Self.placeholder) {
        (first) throws(StorageError) in
        // A fold of records that are gone is not one of this log any more.
        try CheckpointDirectory(data: path).remove(after: first)
      }
    } catch {
      throw Complaint(error)
    }
    if json {
      output.line(report.json)
    } else {
      for line in report.lines { output.line(TerminalText.line(line)) }
    }
    return report
  }
}

extension Complaint {
  init(_ error: RepairError) {
    switch error {
    case .locked(let path):
      self.init(.refused, "\(path) is in use: stop the server first, then repair")
    case .missing(let path): self.init(.refused, "there is no log in \(path)")
    case .otherVersion(let file, let found, let supported):
      self.init(
        .refused,
        "\(file) has format version \(found), this release reads \(supported): use the release "
          + "that wrote it")
    case .disk(let error):
      self.init(
        .refused,
        "cannot \(error): nothing was taken for damage that could not be read; copy the disk "
          + "first if it is failing")
    }
  }
}
