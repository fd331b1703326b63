package import ArgumentParser
internal import Chat
internal import LogStore
internal import Projector

/// `backup`: a consistent copy, also beside a running server.
package struct BackupCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies a data directory, also while a server writes it.",
    discussion: """
      Copies every sealed segment, the last one up to what a running server has committed when it \
      is asked (to its recovery point, a second behind at most, where it does not answer), and the \
      newest checkpoint. Every batch is checked on its way; damage is named and ends the \
      copy. Start a server on a restored copy with --new-epoch.

      EXAMPLES
        verbatim backup data/run --to /mnt/backup/monday
        verbatim verify --data /mnt/backup/monday
        verbatim serve --data /mnt/backup/monday --new-epoch
      """)

  @Argument(help: ArgumentHelp("The server's data directory.", valueName: "dir"))
  package var path: String

  @Option(help: "Where the copy goes: a directory that is new, or holds no log.")
  package var to: String

  @Flag(help: "One JSON object instead of words.")
  package var json = false

  package init() {}

  package mutating func run() throws {
    let output = Output.standard()
    try run(to: output)
    try output.finish()
  }

  /// The same, to anywhere.
  package func run(to output: Output) throws(Complaint) {
    let report: Backup.Report
    do {
      report = try Backup.run(path, to: to) { AdminLine.committedEnd(of: path) }
    } catch {
      throw Complaint(error, data: path)
    }
    let checkpoint = CheckpointDirectory(data: path).newest(
      of: report.state, upTo: report.offsets.upperBound)
    do throws(StorageError) {
      if let checkpoint { try CheckpointDirectory(data: to).save(checkpoint) }
    } catch {
      throw Complaint(error)
    }
    guard json else {
      let count = report.offsets.count
      output.line(
        "\(count) \(count == 1 ? "event" : "events") in \(report.segments) "
          + "\(report.segments == 1 ? "segment" : "segments"), next offset "
          + "\(report.offsets.upperBound), copied to \(to)")
      if report.inUse {
        let end = report.isToldEnd ? "what it had committed" : "its recovery point"
        output.line("a server is running: copied up to \(end)")
      }
      return
    }
    var json = JSONWriter()
    json.beginObject()
    json.field("start", report.offsets.lowerBound)
    json.field("next", report.offsets.upperBound)
    json.field("segments", report.segments)
    json.field("bytes", report.bytes)
    json.field("in_use", report.inUse)
    json.endObject()
    output.line(json.bytes)
  }
}

extension Complaint {
  fileprivate init(_ failure: Backup.Failure, data: String) {
    switch failure {
    case .open(let error): self.init(error, data: data)
    case .taken(let path):
      self.init(.refused, "there is a log in \(path): name another directory with --to")
    case .damaged(let damage):
      self.init(
        .difference,
        "\(damage.file) is damaged at byte \(damage.position): \(damage.what); nothing usable was"
          + " copied; 'verbatim repair \(data)' mends it")
    case .disk(let error): self.init(error)
    }
  }
}
