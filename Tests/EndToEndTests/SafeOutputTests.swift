import Chat
import Foundation
import LogStore
import Testing

/// A log full of what steers terminals, shown by every command on a terminal.
@Suite struct SafeOutputTests {
  /// Sequences that clear, name, link and copy, and every control and mark that turns text around.
  private static let hostile: String = {
    var text = "a\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}]8;;http://x.example\u{7}b\u{1b}]52;c;aGk=\u{7}"
    let values =
      Array(0x00..<0x20) + Array(0x7F...0x9F) + Array(0x202A...0x202E) + Array(0x2066...0x2069)
      + [0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF] as [UInt32]
    for scalar in values.compactMap(Unicode.Scalar.init) { text.unicodeScalars.append(scalar) }
    return text
  }()

  private func write(to data: String) throws {
    let by = ParticipantID(person: 9)
    let author = { Author(by: by, session: SessionID(bits: 9), seq: $0) }
    let text = Self.hostile
    let session = SessionID(bits: 9)
    let events: [Event] = [
      .participantJoined(by: by, name: text, token: "t", visibility: .live),
      .typingStarted(by: by, session: session, draft: 1),
      .draftEdited(author(1), draft: 1, Edit(at: 0, del: 0, ins: text, kind: .paste)),
      .messageSent(author(2), draft: 1, text: text),
      .typingStopped(by: by, session: session, draft: 1, reason: .sent),
      .replyStarted(
        ReplyStart(by: .companion, provider: text, model: text, to: [3], context: 0...3)),
      .replyChunk(by: .companion, reply: 5, text: text),
      .replyFinished(ReplyFinish(by: .companion, reply: 5, finish: .stop)),
      .messageHidden(by: .operator, message: 3, reason: text),
      .typingStarted(by: by, session: session, draft: 2),
      .draftEdited(author(3), draft: 2, Edit(at: 0, del: 0, ins: text, kind: .paste)),
      .participantRenamed(by: by, name: text + "!"),
    ]
    var records = events.map { Record(key: RoomName.lobby.key, value: $0.canonicalJSON) }
    var json = JSONWriter()
    json.beginObject()
    json.field("type", text)
    json.endObject()
    records.append(Record(key: RoomName.lobby.key, value: json.bytes))
    // Somebody who never joined, under a room's name that is none.
    records.append(Record(key: Array(text.utf8), value: json.bytes))
    let log = try Log.open(data, options: LogOptions(durability: .os))
    try log.append(records)
    log.close()
  }

  @Test(arguments: [
    ["replay"], ["replay", "--format", "json"], ["replay", "--at", "6"],
    ["diff", "0", "-0"], ["diff", "0", "-0", "--json"], ["verify"], ["verify", "--json"],
    ["tail", "lobby", "-o", "beginning", "-e"],
    ["tail", "lobby", "-o", "beginning", "-e", "--json"], ["dump"], ["dump", "--json"],
  ])
  func `the words of a log steer no terminal`(command: [String]) throws {
    let scratch = try Scratch()
    try write(to: scratch.data)
    let place = command[0] == "dump" ? [scratch.data] : ["--data", scratch.data]
    let terminal = try PseudoTerminal(Binaries.path("verbatim"), command + place)
    _ = terminal.wait()
    #expect(terminal.screen.count > 100, "\(terminal.screen)")
    for scalar in terminal.screen.unicodeScalars where !"\r\n".unicodeScalars.contains(scalar) {
      #expect(!TerminalText.isUnsafe(scalar), "U+\(String(scalar.value, radix: 16))")
    }
  }

  @Test func `nor does a room that is played`() throws {
    let scratch = try Scratch()
    try write(to: scratch.data)
    let terminal = try PseudoTerminal(
      Binaries.path("verbatim"), ["replay", "--data", scratch.data, "--play", "--at", "-0"])
    #expect(terminal.read { $0.contains("· end ·") })
    terminal.press("q")
    #expect(terminal.wait() == 0)
    // Its own: the other screen and back, the cursor, home, and the ends of lines and screens.
    var screen = terminal.screen
    let own = [
      "\u{1b}[?1049h", "\u{1b}[?25l", "\u{1b}[?25h", "\u{1b}[?1049l", "\u{1b}[H", "\u{1b}[K",
      "\u{1b}[J", "\u{1b}[7m", "\u{1b}[0m",
    ]
    for sequence in own { screen = screen.replacing(sequence, with: "") }
    for scalar in screen.unicodeScalars where !"\r\n".unicodeScalars.contains(scalar) {
      #expect(!TerminalText.isUnsafe(scalar), "U+\(String(scalar.value, radix: 16))")
    }
  }
}
