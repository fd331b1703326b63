internal import ArgumentParser
internal import Chat
internal import Client
internal import Replay
internal import Synchronization

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
      try follow(server, isTerminal: output.isTerminal)
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

  /// From a running server, until the end asked for or Ctrl-C.
  private func follow(_ server: String, isTerminal: Bool) throws {
    var options = FollowOptions(server: try Self.address(server), room: room)
    options.origin =
      switch origin {
      case .beginning: .beginning
      case .end: .end
      case .last(let count): .last(Int(clamping: count))
      case .offset(let offset): .offset(offset)
      case .time(let time): .time(time)
      }
    options.count = count
    options.endsAtEnd = exitsAtEnd
    options.json = json
    options.isTerminal = isTerminal
    let writer = LineWriter()
    let follow = options
    let result = waitFor(cancelledBy: { Interruption.isRequested }) {
      do throws(FollowError) {
        try await Follow.run(follow) { writer.write($0) }
        return Result<Void, FollowError>.success(())
      } catch {
        return Result<Void, FollowError>.failure(error)
      }
    }
    do { try result.get() } catch {
      if case .cannotConnect = error { throw Complaint(.unreachable, "\(error)") }
      throw Complaint(.difference, "\(error)")
    }
  }

  static func address(_ server: String) throws -> ServerAddress {
    do { return try ServerAddress(url: server) } catch {
      throw ValidationError("--server \(server): \(error)")
    }
  }
}

/// Lines from another thread, each written at once.
private final class LineWriter: Sendable {
  private let output = Mutex(Output.standard())

  /// False once nobody reads any more.
  func write(_ line: [UInt8]) -> Bool {
    output.withLock { output in
      output.write(line)
      output.write([UInt8(ascii: "\n")])
      output.flush()
      return output.isOpen
    }
  }
}
