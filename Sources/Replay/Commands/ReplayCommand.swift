package import ArgumentParser
package import Chat
internal import Hashing
internal import LogStore
internal import Projector

/// `replay`: what a room was after any offset, at any time.
package struct ReplayCommand: ParsableCommand {
  package enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  package static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Shows what a room was at any point of the log.",
    discussion: """
      State at an offset is the state after every event up to and with it. It is made from the \
      log, from the nearest good checkpoint on, without a server and without writing anything.

      EXAMPLES
        verbatim replay                                 every room as it is now
        verbatim replay --room lobby --at 1200          just after offset 1200
        verbatim replay --at 2026-01-02T03:04:05Z       at a time, in UTC
        verbatim replay --at @1767323045000             the same in ms since 1970
        verbatim replay --at -10                        ten events before the end
        verbatim replay --room lobby --format json | jq '.items[].text'
        verbatim replay --data copy --digest            64 hex digits over all rooms
        verbatim replay --room lobby --play --idle 2s   typed out again, silences cut short
        verbatim replay --play --speed 4 --at -500      its last five hundred events, faster

      KEYS of --play
        space        pause and go on         ← →  , .   one event back, forward
        ↑ ↓  + -     twice, half the speed   [ ]        ten seconds back, forward
        0 to 9       tenths of the log       g G        the first, the last event
        q            quit; Ctrl-Z stops and gives the terminal back meanwhile
      """)

  @OptionGroup package var data: DirectoryOption

  @Option(help: "One room only; without it, every room.")
  package var room: RoomName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      An offset, a time (ISO 8601 in UTC, or ms since 1970 behind an @), or -N for N events \
      before the end.
      """,
      valueName: "offset|time|-N"))
  package var at: Moment?

  @Option(help: "text: like a play script; json: one object a room and line.")
  package var format = Format.text

  @Flag(help: "Only the digest: of the room, or of the whole log.")
  package var digest = false

  @Flag(help: "Type the room out again in the terminal, at the pace it was typed.")
  package var play = false

  @Option(help: "With --play: how many times as fast; 0.0625 to 1024.")
  package var speed = 1.0

  @Option(help: "With --play: no silence is longer than this (2s, 500ms); none is cut without it.")
  package var idle: TimeSpan?

  package init() {}

  package func validate() throws {
    guard play || (speed == 1 && idle == nil) else {
      throw ValidationError("--speed and --idle go with --play")
    }
    guard Pace.speeds.contains(speed) else {
      throw ValidationError("--speed is 0.0625 to 1024")
    }
  }

  package mutating func run() throws {
    guard !play else { return try playOut() }
    let output = Output.standard()
    Interruption.watch()
    try run(to: output)
    try output.finish()
  }

  /// The same, to anywhere.
  package func run(to output: Output) throws(Complaint) {
    let rebuild = try Rebuild(data: data.path)
    let offset = try at?.offset(in: rebuild.reader) ?? rebuild.last
    let projection = try rebuild.projection(at: offset)
    if case .damaged(let what) = rebuild.reader.state.health {
      Talk.say("the log is damaged, though not in what was read here: \(what)")
    }
    guard !digest else {
      let digest = room.map { (projection[$0] ?? RoomState()).digest } ?? projection.digest
      return output.line(digest.hex)
    }
    var rooms = projection.sortedRooms
    if let room { rooms = [(room, projection[room] ?? RoomState())] }
    for (name, state) in rooms {
      switch format {
      case .json:
        output.line(
          state.transcriptJSON(
            of: name, items: state.newestItems(Limits.roomItems),
            form: PublicForm(timeGrain: 1, showsHidden: true)))
      case .text: PlayScript(room: name, state: state).write(to: output)
      }
    }
  }

  /// Plays one room, the lobby unless another was named.
  private func playOut() throws(Complaint) {
    let rebuild = try Rebuild(data: data.path)
    let first = rebuild.reader.state.start
    let offset = try at?.offset(in: rebuild.reader) ?? first
    let reel = RoomReel(rebuild, room: room ?? .lobby)
    let end = try Player.play(
      reel, from: offset, pace: Pace(speed: speed, idleMilliseconds: idle?.milliseconds))
    guard let end else {
      throw Complaint(.usage, "nothing ever happened in room \(reel.room)")
    }
    guard end.wasInterrupted else { return }
    throw Complaint(.interrupted, "interrupted: go on with --at \(end.offset)")
  }
}

extension TimeSpan: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
