import Chat
import LogStore
import Replay
import Testing

@Suite struct `The schemas in docs` {
  @Test(arguments: [UInt64(71), 72])
  func `say what stands in a log, and what dump prints of it`(seed: UInt64) throws {
    let log = try WrittenLog(Scene(seed: seed, steps: 300))
    let event = try JSONSchema(named: "event")
    for record in log.records {
      #expect(event.objection(to: record.value) == nil, "seed \(seed)")
    }
    let dump = try JSONSchema(named: "dump")
    let output = Output.kept()
    try DumpCommand.parsing([log.data, "--json"]).run(to: output)
    let lines = output.bytes.split(separator: 0x0A)
    #expect(lines.count == log.records.count)
    for line in lines { #expect(dump.objection(to: Array(line)) == nil) }
  }

  /// One of every kind, with and without what is optional.
  static let events: [Event] = {
    let by = ParticipantID(person: 3)
    let author = Author(by: by, session: SessionID(bits: 5), seq: 1)
    let failure = Failure(code: "c", message: "m")
    return [
      .serverStarted(version: "1", epoch: "e"), .clockStepped(behindMilliseconds: 4),
      .participantJoined(by: by, name: "Ada", token: "t", visibility: .word),
      .participantRenamed(by: by, name: "Eve"), .participantLeft(by: by, reason: .gone),
      .visibilityChanged(author, visibility: .send),
      .typingStarted(by: by, session: author.session, draft: 1),
      .typingStopped(by: by, session: author.session, draft: 1, reason: .idle),
      .draftEdited(author, draft: 1, Edit(at: 0, del: 0, ins: "\u{0}", kind: .compose)),
      .draftDiscarded(author, draft: 1), .messageSent(author, draft: 1, text: "x"),
      .replyStarted(
        ReplyStart(
          by: .companion, provider: "p", model: "m", to: [1], context: 0...1,
          sources: [.item(offset: 1), .link(title: "t", url: "u")])),
      .replyChunk(by: .companion, reply: 1, text: ""),
      .replyStopRequested(by: by, reply: 1),
      .replyFinished(ReplyFinish(by: .companion, reply: 1, finish: .error, error: failure)),
      .replyRefused(ReplyRefusal(by: .companion, to: [1], reason: .depth, scope: .room)),
      .providerFailed(
        ProviderFailure(
          by: .companion, reply: 1, provider: "p", model: "m", error: failure,
          waitedMilliseconds: 1, next: "n")),
      .messageHidden(by: .operator, message: 1, reason: nil),
      .participantMuted(by: .operator, participant: by, until: 0, reason: "r"),
      .roomMode(by: .operator, mode: .slow, everyMilliseconds: 5),
    ]
  }()

  @Test(arguments: events) func `know every event`(event: Event) throws {
    #expect(try JSONSchema(named: "event").objection(to: event.canonicalJSON) == nil)
  }

  @Test(arguments: [
    #"{"type":"mood.changed"}"#, #"{"type":"room.mode","by":"operator"}"#,
    #"{"type":"participant.left","by":"pabc","reason":"left"}"#, "[]", #"{"by":"server"}"#,
    #"{"type":"clock.stepped","behind_ms":"5"}"#, #"{"type":"clock.stepped","behind_ms":-5}"#,
  ])
  func `refuse what is no event`(text: String) throws {
    #expect(try JSONSchema(named: "event").objection(to: Array(text.utf8)) != nil)
  }

  @Test func `say what replay, verify and diff print`() throws {
    let log = try WrittenLog(Scene(seed: 73, steps: 300))
    let replay = try JSONSchema(named: "replay")
    for at in ["0", "40", "-0"] {
      let output = Output.kept()
      try ReplayCommand.parsing(["--data", log.data, "--at", at, "--format", "json"])
        .run(to: output)
      for line in output.bytes.split(separator: 0x0A) {
        #expect(replay.objection(to: Array(line)) == nil, "at \(at)")
      }
    }
    let empty = Output.kept()
    try ReplayCommand.parsing(["--data", log.data, "--room", "nobody", "--format", "json"])
      .run(to: empty)
    #expect(replay.objection(to: empty.bytes) == nil)

    let verdict = Output.kept()
    try VerifyCommand.parsing(["--data", log.data, "--json"]).run(to: verdict)
    #expect(try JSONSchema(named: "verify").objection(to: verdict.bytes) == nil)

    let changes = Output.kept()
    try DiffCommand.parsing(["--data", log.data, "20", "-0", "--json"]).run(to: changes)
    let diff = try JSONSchema(named: "diff")
    let lines = changes.bytes.split(separator: 0x0A)
    #expect(!lines.isEmpty)
    for line in lines { #expect(diff.objection(to: Array(line)) == nil) }
  }

  @Test func `say what verify prints of a damaged log`() throws {
    var log = try WrittenLog(Scene(seed: 74, steps: 40))
    try log.append([.clockStepped(behindMilliseconds: 5)], in: .lobby)
    let output = Output.kept()
    try VerifyCommand.parsing(["--data", log.data, "--json"]).run(to: output)
    #expect(try JSONSchema(named: "verify").objection(to: output.bytes) == nil)
  }
}
