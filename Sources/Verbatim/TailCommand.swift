internal import ArgumentParser
internal import Chat
internal import Client
internal import Replay

/// `verbatim tail`: follows a room like `tail -f`, from a server or from its data directory.
struct TailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Follow a room's events.",
    discussion: """
      EXAMPLES
        verbatim tail lobby                                 the last ten events, then live
        verbatim tail lobby -o beginning -e --json          everything there is, as JSON lines
        verbatim tail lobby -o @2026-01-02T03:04:05Z -c 100
        verbatim tail lobby --server http://127.0.0.1:8080  from a running server
      """)

  @Argument(help: "The room.") var room: RoomName
  @Option(
    name: [.customShort("o"), .customLong("offset")], parsing: .unconditional,
    help: "Where to begin: beginning, end, -N, OFFSET or @TIME.")
  var origin = FollowOrigin.standard
  @Option(name: [.customShort("c"), .customLong("count")], help: "End after so many events.")
  var count: Int?
  @Flag(name: [.customShort("e"), .customLong("exit")], help: "End where the room ends now.")
  var exitsAtEnd = false
  @Flag(help: "One JSON object a line.") var json = false
  @Option(help: "Read from this running server.") var server: String?
  @Option(help: "Read this data directory (default: data/run).") var data: String?

  func validate() throws {
    guard server == nil || data == nil else {
      throw ValidationError("give --server or --data, not both")
    }
  }

  func run() throws {
    Interruption.watch()
    let output = Output.standard()
    if let server {
      try follow(server, to: output)
    } else {
      var options = LocalFollow.Options()
      options.room = room
      options.origin = origin
      options.count = count
      options.endsAtEnd = exitsAtEnd
      options.json = json
      var follow = try LocalFollow(data: data ?? "data/run", options: options)
      try follow.run(to: output)
      if Interruption.isRequested { Talk.say("go on with -o \(follow.next)") }
    }
    try output.finish()
    if Interruption.isRequested { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }

  private func follow(_ server: String, to output: Output) throws {
    throw ValidationError("--server is not built yet")
  }
}
