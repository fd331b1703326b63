internal import ArgumentParser
internal import Chat
internal import Client
internal import Replay

/// `verbatim drive`: recorded people typing, over real sockets.
struct DriveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drive",
    abstract: "Type recorded sessions into a running server, and check that all of it arrived.",
    discussion: """
      Reads recorded typing (JSON lines, one session a line), types it over WebSockets at its own \
      pace times --speed, reconnects and resends whenever it must, and at the end compares \
      everything it sent with everything the server has. Prints one JSON object; exits 1 if \
      anything is missing, doubled or different.

      EXAMPLES
        verbatim drive --input typing.jsonl --sessions 40 --clients 16 --speed 200
        verbatim drive --input typing.jsonl --room lab --server http://127.0.0.1:9000
      """)

  @Option(help: "The recording.") var input: String
  @Option(help: "The server.") var server = "http://127.0.0.1:8080"
  @Option(help: "Room to type in; several go round.") var room: [RoomName] = [.lobby]
  @Option(help: "Sessions to type, from the beginning (default: all).") var sessions: Int?
  @Option(help: "Sessions typed at a time.") var clients = 16
  @Option(help: "Times faster than recorded.") var speed = 1.0
  @Option(help: "File for a line PARTICIPANT SESSION SEQ OFFSET an acknowledged event.")
  var acks: String?
  @Option(help: "Seed of session names and jitter.") var seed: UInt64?

  func validate() throws {
    guard (0.01...1_000_000).contains(speed) else {
      throw ValidationError("--speed \(speed): from 0.01 to 1000000")
    }
    guard (1...DriveOptions.clientsMost).contains(clients) else {
      throw ValidationError("--clients \(clients): from 1 to \(DriveOptions.clientsMost)")
    }
  }

  func run() throws {
    var options = DriveOptions(input: input, server: try TailCommand.address(server))
    options.rooms = room
    options.sessions = sessions
    options.clients = clients
    options.speed = speed
    options.acknowledgements = acks
    if let seed { options.seed = seed }
    let drive = options
    let result = waitFor {
      do throws(DriveError) {
        return Result<DriveReport, DriveError>.success(try await Drive.run(drive))
      } catch {
        return Result<DriveReport, DriveError>.failure(error)
      }
    }
    try report(result)
  }

  private func report(_ result: Result<DriveReport, DriveError>) throws {
    let report: DriveReport
    do { report = try result.get() } catch {
      if case .cannotConnect = error { throw Complaint(.unreachable, "\(error)") }
      throw Complaint(.usage, "\(error)")
    }
    for note in report.notes + report.faults { Talk.say(note) }
    let output = Output.standard()
    output.line(report.json)
    try output.finish()
    guard report.isComplete else { throw ExitCode(ExitStatus.difference.rawValue) }
  }
}
