internal import ArgumentParser
internal import Chat
internal import Replay
internal import Rooms

/// `verbatim moderate`: the operator's hand in a running server.
struct ModerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "moderate", abstract: "Hide words, mute people, stop replies, set a room's mode.",
    discussion: """
      Asks the server that runs on a data directory, through its admin.sock, which only the \
      directory's owner may open. Each act is an event of the room, by operator, and durable \
      before its offset is printed. Offsets and identifiers are in 'verbatim tail'.

      EXAMPLES
        verbatim moderate hide lobby 41 --reason advertising
        verbatim moderate mute lobby pwga2nifpm3ye --for 10m
        verbatim moderate mute lobby pwga2nifpm3ye --until 2026-01-02T03:04:05Z
        verbatim moderate unmute lobby pwga2nifpm3ye
        verbatim moderate stop lobby 57
        verbatim moderate mode lobby slow --every 5s
        verbatim moderate mode lobby read_only --data /srv/verbatim
      """,
    subcommands: [
      HideCommand.self, MuteCommand.self, UnmuteCommand.self, StopCommand.self, ModeCommand.self,
    ])
}

/// Which server, and how it is told what came of it.
struct ModerateOptions: ParsableArguments {
  @Option(help: "The running server's data directory.") var data = "data/run"
  @Flag(help: "One JSON object instead of words.") var json = false

  /// Asks for one act and prints the offset of its event.
  func ask(
    _ type: StaticString, in room: RoomName, saying words: String,
    _ fields: (inout JSONWriter) -> Void
  ) throws {
    var question = JSONWriter()
    question.begin(type: type)
    question.field("room", room.text)
    fields(&question)
    question.endObject()
    guard question.bytes.count < AdminLine.bytesMost else {
      throw Complaint(.usage, "that is longer than the server takes: shorten the reason")
    }
    let answer: JSONObject
    do throws(AdminLine.Failure) {
      answer = try AdminLine.ask(data, question.bytes)
    } catch {
      throw Complaint(error, data: data)
    }
    guard answer.string("type") == "done", let offset = answer.integer("offset") else {
      throw Complaint(refused: answer)
    }
    let output = Output.standard()
    output.line(json ? #"{"offset":\#(offset)}"# : "\(offset) \(words)")
    try output.finish()
  }
}

extension Complaint {
  fileprivate init(_ failure: AdminLine.Failure, data: String) {
    switch failure {
    case .nobody:
      self.init(
        .unreachable, "no server runs on \(data): start one, or name its directory with --data")
    case .notAllowed:
      self.init(.refused, "\(data)/\(AdminLine.name) belongs to somebody else: ask as its owner")
    case .broken(let what): self.init(.unreachable, "\(data)/\(AdminLine.name): \(what)")
    }
  }

  /// The server's own words; what was named and is not there is a slip of the pen.
  fileprivate init(refused answer: JSONObject) {
    let code = answer.string("code") ?? "malformed"
    let isSlip = !["unavailable", "busy"].contains(code)
    self.init(isSlip ? .usage : .refused, answer.string("message") ?? "refused: \(code)")
  }
}

struct HideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hide", abstract: "Hide a message or a reply from every public copy.",
    discussion: """
      From then on its words are in no page, snapshot, stream, transcript or prompt. They stay in \
      the log, for 'replay', 'dump' and 'verify'.

      EXAMPLES
        verbatim moderate hide lobby 41
        verbatim moderate hide lobby 41 --reason advertising
      """)

  @Argument(help: "The room.") var room: RoomName
  @Argument(help: "Offset of the message, or of the reply's start.") var offset: Int64
  @Option(help: "Why: shown in its place.") var reason: String?
  @OptionGroup var options: ModerateOptions

  func run() throws {
    try options.ask("hide", in: room, saying: "hides \(offset) in \(room)") { json in
      json.field("message", offset)
      if let reason { json.field("reason", reason) }
    }
  }
}

struct MuteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mute", abstract: "Let a participant read, and not write.",
    discussion: """
      Without --for and --until, until 'unmute'. Companion does not answer them either.

      EXAMPLES
        verbatim moderate mute lobby pwga2nifpm3ye
        verbatim moderate mute lobby pwga2nifpm3ye --for 10m --reason "that is enough"
        verbatim moderate mute lobby pwga2nifpm3ye --until 2026-01-02T03:04:05Z
      """)

  @Argument(help: "The room.") var room: RoomName
  @Argument(help: "Their identifier, as in 'verbatim tail'.") var participant: ParticipantID
  @Option(name: .customLong("for"), help: "For so long: 30s, 10m, 2h, 7d.") var span: Span?
  @Option(help: "Until this time, in UTC, or @ and ms since 1970.") var until: Moment?
  @Option(help: "Why: they are told.") var reason: String?
  @OptionGroup var options: ModerateOptions

  func validate() throws {
    guard span == nil || until == nil else {
      throw ValidationError("give --for or --until, not both")
    }
  }

  func run() throws {
    let end = try end(now: Span.now)
    let words =
      end == OperatorAct.always ? "until unmuted" : "until \(UTCTime.text(end))"
    try options.ask("mute", in: room, saying: "mutes \(participant) in \(room) \(words)") { json in
      json.field("participant", participant)
      json.field("until", end)
      if let reason { json.field("reason", reason) }
    }
  }

  private func end(now: Int64) throws -> Int64 {
    if let span { return min(now + span.milliseconds, OperatorAct.always) }
    guard let until else { return OperatorAct.always }
    guard case .time(let end) = until, end > now, end <= OperatorAct.always else {
      throw ValidationError("--until: expected a time to come, as 2026-01-02T03:04:05Z")
    }
    return end
  }
}

struct UnmuteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmute", abstract: "Let a muted participant write again.",
    discussion: """
      EXAMPLES
        verbatim moderate unmute lobby pwga2nifpm3ye
      """)

  @Argument(help: "The room.") var room: RoomName
  @Argument(help: "Their identifier, as in 'verbatim tail'.") var participant: ParticipantID
  @OptionGroup var options: ModerateOptions

  func run() throws {
    try options.ask("unmute", in: room, saying: "unmutes \(participant) in \(room)") { json in
      json.field("participant", participant)
    }
  }
}

struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "End a reply that Companion is writing.",
    discussion: """
      What was written stays; 'hide' takes it away.

      EXAMPLES
        verbatim moderate stop lobby 57
      """)

  @Argument(help: "The room.") var room: RoomName
  @Argument(help: "Offset of the reply's start.") var reply: Int64
  @OptionGroup var options: ModerateOptions

  func run() throws {
    try options.ask("stop", in: room, saying: "stops reply \(reply) in \(room)") { json in
      json.field("reply", reply)
    }
  }
}

struct ModeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mode", abstract: "Open, slow or close a room.",
    discussion: """
      open       everybody may write
      slow       one message a participant every --every
      send_only  no keys are shown, only what is sent
      read_only  nobody may write

      EXAMPLES
        verbatim moderate mode lobby slow --every 5s
        verbatim moderate mode lobby open
      """)

  @Argument(help: "The room.") var room: RoomName
  @Argument(help: "open, slow, send_only or read_only.") var mode: RoomMode
  @Option(help: "With slow: 500ms, 5s, 2m; at most a day.") var every: Span?
  @OptionGroup var options: ModerateOptions

  func validate() throws {
    guard (mode == .slow) == (every != nil) else {
      throw ValidationError(
        mode == .slow ? "slow needs --every, as in --every 5s" : "--every belongs to slow")
    }
    if let every, !OperatorAct.everyMilliseconds.contains(every.milliseconds) {
      throw ValidationError("--every: from 1 ms to a day")
    }
  }

  func run() throws {
    try options.ask("mode", in: room, saying: "makes \(room) \(mode.rawValue)") { json in
      json.field("mode", mode.rawValue)
      if let every { json.field("every_ms", every.milliseconds) }
    }
  }
}
