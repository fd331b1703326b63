import Chat
import Glibc
import Projector
import Replay
import Testing

@Suite struct `What is shown` {
  @Test func `steers no terminal`() {
    #expect(TerminalText.line("\u{1b}[2J") == "\\u{1b}[2J")
    #expect(TerminalText.line("\u{1b}]52;c;aGk=\u{7}") == "\\u{1b}]52;c;aGk=\\u{7}")
    #expect(TerminalText.line("a\nb\r\tc\u{9b}\u{7f}") == "a\\nb\\r\\tc\\u{9b}\\u{7f}")
    #expect(TerminalText.line("a\u{202e}b\u{2066}\u{200f}") == "a\\u{202e}b\\u{2066}\\u{200f}")
    #expect(TerminalText.line("héllo 👩‍👩‍👧 \\n") == "héllo 👩‍👩‍👧 \\n")
    #expect(TerminalText.lines("a\r\n\nb") == ["a\\r", "", "b"])
    for value in (0..<0x20).map({ UInt32($0) }) + Array(0x7F...0x9F) + Array(0x202A...0x202E)
      + Array(0x2066...0x2069) + [0x200E, 0x200F, 0x2028, 0x2029]
    {
      #expect(Unicode.Scalar(value).map(TerminalText.isUnsafe) == true, "\(value)")
    }
  }

  @Test func `as JSON on a terminal means the same`() throws {
    var json = JSONWriter()
    json.value("a\u{202e}b\u{e0041}é\n")
    let escaped = TerminalText.json(json.bytes)
    #expect(String(decoding: escaped, as: UTF8.self) == #""a\u202eb\udb40\udc41é\n""#)
    let back = try escaped.withUnsafeBytes { try JSONParser.parse($0) }
    #expect(back == .string("a\u{202e}b\u{e0041}é\n"))
    let terminal = Output.kept(isTerminal: true)
    terminal.line(json.bytes)
    #expect(terminal.bytes == escaped + [0x0A])
    let pipe = Output.kept()
    pipe.line(json.bytes)
    #expect(pipe.bytes == json.bytes + [0x0A])
  }

  @Test func `ends quietly when its reader has gone`() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    let output = Output(writingTo: ends[1])
    output.line("nobody reads this")
    output.flush()
    #expect(!output.isOpen)
    try output.finish()
    close(ends[1])
  }

  @Test func `reads like a play, with what is open marked`() throws {
    var state = RoomState()
    let by = ParticipantID(person: 1)
    let session = SessionID(bits: 1)
    let time = SteadyTime.beginning
    let events: [Event] = [
      .participantJoined(by: by, name: "Ada\u{202e}", token: "t", visibility: .live),
      .messageSent(Author(by: by, session: session, seq: 1), draft: 1, text: "one\ntwo\u{1b}"),
      .replyStarted(
        ReplyStart(by: .companion, provider: "p", model: "m", to: [1], context: 0...1)),
      .replyChunk(by: .companion, reply: 2, text: "Well"),
      .typingStarted(by: by, session: session, draft: 2),
      .draftEdited(
        Author(by: by, session: session, seq: 2), draft: 2,
        Edit(at: 0, del: 0, ins: "h", kind: .type)),
    ]
    for (offset, event) in events.enumerated() {
      state.apply(event, offset: Int64(offset), time: time + Int64(offset))
    }
    let output = Output.kept()
    PlayScript(room: .lobby, state: state).write(to: output)
    #expect(
      output.text == """
        lobby · offset 5 · 2026-01-02T03:04:05.005Z · 1 here · 1 message
        2026-01-02
        03:04:05.001  Ada\\u{202e}: one
                      two\\u{1b}
        (typing)      Ada\\u{202e}: h
        (answering)   Companion: Well

        """)
  }

  @Test func `has times that read back`() {
    var random = Seeded(61)
    for _ in 0..<2_000 {
      let time = Int64.random(in: 0..<253_402_300_800_000, using: &random)
      #expect(UTCTime.parse(UTCTime.text(time)) == time, "\(time)")
    }
    #expect(UTCTime.text(0) == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime.text(951_782_400_000) == "2000-02-29T00:00:00.000Z")
    #expect(UTCTime.parse("2000-02-29") == 951_782_400_000)
    #expect(UTCTime.parse("2026-01-02T03:04") == 1_767_323_040_000)
    #expect(UTCTime.parse("2026-01-02T03:04:05.5") == SteadyTime.beginning + 500)
    #expect(UTCTime.parse("2026-01-02T03:04:05.123456Z") == SteadyTime.beginning + 123)
    for text in ["2026-1-2", "2026-01-02T", "2026-01-02T25:00", "2026-01-02T03:04:05.", "T"] {
      #expect(UTCTime.parse(text) == nil, "\(text)")
    }
  }
}
