import Chat
import LogStore
import Replay
import Testing

/// Events that a log may not hold, in batches whose checksums are right.
@Suite struct `A wrong event` {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What comes after `before`; the last one is wrong.
    let events: [Event]
    let what: String

    init(_ name: String, _ events: [Event], _ what: String) {
      testDescription = name
      self.events = events
      self.what = what
    }
  }

  static let by = ParticipantID(person: 7)
  static let session = SessionID(bits: 9)
  static let reply: Int64 = 6

  static func author(_ seq: Int64) -> Author { Author(by: by, session: session, seq: seq) }

  static func edit(_ seq: Int64, draft: Int64 = 1, at: Int, del: Int = 0, _ ins: String) -> Event {
    .draftEdited(
      author(seq), draft: draft, Edit(at: at, del: del, ins: ins, kind: .type))
  }

  /// A person has joined and typed `abc` into draft 1 up to seq 3, and a reply is open.
  static let before: [Event] = [
    .participantJoined(by: by, name: "Ada", token: "t", visibility: .live),
    .typingStarted(by: by, session: session, draft: 1),
    edit(1, at: 0, "a"), edit(2, at: 1, "b"), edit(3, at: 2, "c"),
    .roomMode(by: .operator, mode: .open, everyMilliseconds: nil),
    .replyStarted(
      ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...4)),
  ]

  static let cases: [Case] = [
    Case("a text that was not typed", [.messageSent(author(4), draft: 1, text: "abd")], "typed"),
    Case("an empty message", [.messageSent(author(4), draft: 1, text: "")], "0 characters"),
    Case("a seq that jumps", [edit(5, at: 3, "d")], "where 4 must come"),
    Case("a seq that comes twice", [edit(3, at: 3, "d")], "where 4 must come"),
    Case("an edit behind the end", [edit(4, at: 4, "d")], "outside draft 1"),
    Case("a deletion past the end", [edit(4, at: 2, del: 2, "")], "outside draft 1"),
    Case("an escaped edit outside", [edit(4, at: 9, "\n")], "outside draft 1"),
    Case(
      "an edit of a closed draft",
      [.messageSent(author(4), draft: 1, text: "abc"), edit(5, at: 0, "d")], "is closed"),
    Case("a second draft", [edit(4, draft: 2, at: 0, "d")], "while draft 1 is open"),
    Case(
      "an insertion that is too long", [edit(4, at: 0, String(repeating: "x", count: 4_001))],
      "over 4000"),
    Case(
      "a stranger",
      [
        .draftDiscarded(
          Author(by: ParticipantID(person: 8), session: session, seq: 1), draft: 1)
      ], "not joined"),
    Case(
      "visibility in mid-draft", [.visibilityChanged(author(4), visibility: .send)],
      "draft 1"),
    Case(
      "a chunk after finish",
      [
        .replyChunk(by: .companion, reply: reply, text: "Well"),
        .replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop)),
        .replyChunk(by: .companion, reply: reply, text: "!"),
      ], "reply 6 is not open"),
    Case(
      "a second finish",
      [
        .replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop)),
        .replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop)),
      ], "not open"),
    Case(
      "a chunk by somebody else", [.replyChunk(by: .server, reply: reply, text: "x")],
      "not by server"),
    Case(
      "an answer to what was not said",
      [
        .replyStarted(
          ReplyStart(by: .companion, provider: "p", model: "m", to: [99], context: 0...1))
      ], "nothing was said"),
    Case(
      "hiding what was not said", [.messageHidden(by: .operator, message: 1, reason: nil)],
      "to hide"),
    Case("a server's event in a room", [.clockStepped(behindMilliseconds: 5)], "whole server"),
  ]

  @Test(arguments: cases)
  func `is found at its offset`(wrong: Case) throws {
    var log = try WrittenLog(Scene(seed: 31, steps: 0))
    let shift = Int64(log.records.count)
    let events = (Self.before + wrong.events).map { Self.moved($0, by: shift) }
    try log.append(events, in: .lobby)
    let verdict = try Verifier.verify(data: log.data)
    #expect(verdict.firstBad?.offset == shift + Int64(events.count) - 1)
    let what = verdict.firstBad?.what ?? ""
    let moved = wrong.what.replacing("reply 6", with: "reply \(shift + 6)")
    #expect(what.contains(moved), "\(what)")
    #expect(verdict.events == shift + Int64(events.count) - 1)
  }

  @Test(arguments: [
    #"{"type":"room.mode", "by":"operator","mode":"open"}"#,
    #"{"type":"room.mode","mode":"open","by":"operator"}"#,
    #"{"type":"room.mode","by":"operator","mode":"op\u0065n"}"#,
    #"{"type":"mood.changed","mood":1.5}"#, #"["room.mode"]"#, "hello", "",
    #"{"type":"draft.edited","by":"paaaaaaaaaaaa","session":"aaaaa","seq":1,"draft":1,"at":0,"#
      + "\"del\":0,\"ins\":\"\u{7f}\",\"kind\":\"type\"}",
  ])
  func `that is not canonical is found`(value: String) throws {
    var log = try WrittenLog(Scene(seed: 32, steps: 40))
    let offset = Int64(log.records.count)
    try log.append([Record(key: RoomName.lobby.key, value: Array(value.utf8))])
    #expect(try Verifier.verify(data: log.data).firstBad?.offset == offset)
  }

  @Test func `is named in the object that verify ends with`() throws {
    var log = try WrittenLog(Scene(seed: 34, steps: 40))
    let offset = Int64(log.records.count)
    try log.append([.clockStepped(behindMilliseconds: 5)], in: .lobby)
    let output = Output.kept()
    try VerifyCommand.parsing(["--data", log.data, "--json"]).run(to: output)
    let parsed = try output.bytes.withUnsafeBytes { try JSONParser.parse($0) }
    guard case .object(let object) = parsed else { throw Complaint(.usage, "no object") }
    #expect(object.bool("ok") == false)
    let bad = try #require(object.object("first_bad"))
    #expect(bad.members.map(\.key) == ["file", "position", "offset", "what"])
    #expect(bad.integer("offset") == offset)
    #expect(Launch.run(VerifyCommand.self, ["--data", log.data]) == 1)
  }

  @Test func `in no room, or in one that cannot be, is found`() throws {
    let event = Event.roomMode(by: .operator, mode: .open, everyMilliseconds: nil).canonicalJSON
    for key in [nil, Array("Not A Room".utf8)] as [[UInt8]?] {
      var log = try WrittenLog(Scene(seed: 33, steps: 40))
      let offset = Int64(log.records.count)
      try log.append([Record(key: key, value: event)])
      #expect(try Verifier.verify(data: log.data).firstBad?.offset == offset)
    }
  }

  /// Replies are named by offset, which depends on what stands before.
  private static func moved(_ event: Event, by shift: Int64) -> Event {
    switch event {
    case .replyChunk(let by, let reply, let text):
      .replyChunk(by: by, reply: reply + shift, text: text)
    case .replyFinished(let end):
      .replyFinished(ReplyFinish(by: end.by, reply: end.reply + shift, finish: end.finish))
    default: event
    }
  }
}
