import Chat
import LogStore
import Projector
import Replay
import Testing

@Suite struct `What changed` {
  private static let by = ParticipantID(person: 7)
  private static let session = SessionID(bits: 9)

  private static func author(_ seq: Int64) -> Author {
    Author(by: by, session: session, seq: seq)
  }

  private static func edit(_ seq: Int64, draft: Int64, at: Int, _ ins: String) -> Event {
    .draftEdited(
      author(seq), draft: draft, Edit(at: at, del: 0, ins: ins, kind: .type))
  }

  private static let events: [Event] = [
    .participantJoined(by: by, name: "Ada", token: "t", visibility: .live),
    edit(1, draft: 1, at: 0, "a"), edit(2, draft: 1, at: 1, "b"),
    .messageSent(author(3), draft: 1, text: "ab"),
    .replyStarted(ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...3)),
    .replyChunk(by: .companion, reply: 4, text: "Well\u{1b}[2J"),
    edit(4, draft: 2, at: 0, "c"),
    .participantRenamed(by: by, name: "Eve"),
    .messageHidden(by: .operator, message: 3, reason: "rude"),
    .roomMode(by: .operator, mode: .slow, everyMilliseconds: 500),
  ]

  private func log() throws -> WrittenLog {
    var log = try WrittenLog(Scene(seed: 1, steps: 0))
    let shift = Int64(log.records.count)
    #expect(shift == 5)
    try log.append(
      Self.events.map { event in
        switch event {
        case .replyChunk(let by, let reply, let text):
          .replyChunk(by: by, reply: reply + shift, text: text)
        case .messageHidden(let by, let message, let reason):
          .messageHidden(by: by, message: message + shift, reason: reason)
        default: event
        }
      }, in: .lobby)
    return log
  }

  private func diff(_ arguments: [String]) throws -> (isSame: Bool, lines: [String]) {
    let output = Output.kept()
    let isSame = try DiffCommand.parsing(arguments).run(to: output)
    return (isSame, output.text.split(separator: "\n").map(String.init))
  }

  @Test func `between two points is said in lines`() throws {
    let log = try log()
    #expect(
      try diff(["--data", log.data, "4", "-0"]).lines == [
        "lobby · 3 → 14",
        "  + 8 message by Ada (\(Self.by)): \"ab\"",
        "  + 13 hidden: 8 (rude)",
        "  + 5 participant \(Self.by): \"Eve\" (live)",
        "  + 11 draft by Eve (\(Self.by)): \"c\"",
        "  + 9 answer by Companion: \"Well\\u{1b}[2J\"",
        "  ~ mode: open → slow (every 500 ms)",
      ])
    #expect(try diff(["--data", log.data, "8", "8"]) == (true, []))
    let back = try diff(["--data", log.data, "8", "6"])
    #expect(!back.isSame)
    #expect(back.lines.contains { $0.hasPrefix("  - 8 message") })
    #expect(back.lines.contains { $0.hasPrefix("  + 6 draft") })
    #expect(try diff(["--data", log.data, "--room", "tea", "8", "-0"]).isSame)
    #expect(Launch.run(DiffCommand.self, ["--data", log.data, "0", "-0"]) == 1)
    #expect(Launch.run(DiffCommand.self, ["--data", log.data, "-0", "-0"]) == 0)
    #expect(Launch.run(DiffCommand.self, ["--data", log.data, "0"]) == 2)
    #expect(Launch.run(DiffCommand.self, ["--data", log.data, "0", "--nothing"]) == 2)
  }

  @Test func `between a directory and its copy is nothing, until one goes on`() throws {
    var log = try WrittenLog(Scene(seed: 3, steps: 200))
    let copy = "\(log.directory.path)/copy"
    try TemporaryDirectory.copy(log.data, to: copy)
    #expect(try diff([log.data, copy]) == (true, []))
    let next = Int64(log.records.count)
    try log.append([.roomMode(by: .operator, mode: .readOnly, everyMilliseconds: nil)], in: .lobby)
    let found = try diff([copy, log.data])
    #expect(!found.isSame)
    #expect(
      found.lines.first
        == "the logs differ from offset \(next) on: one ends at \(next - 1), the other at \(next)")
    #expect(found.lines.last == "  ~ mode: open → read_only")
  }

  @Test func `between two logs is found at its first offset`() throws {
    let left = try WrittenLog(Scene(seed: 5, steps: 150), seed: 9)
    for changed in [0, 1, left.records.count / 2, left.records.count - 1] {
      var records = left.records
      records[changed].value = Array(#"{"type":"room.mode","by":"server","mode":"open"}"#.utf8)
      let right = try WrittenLog(records: records, seed: 9)
      let found = try diff([left.data, right.data])
      #expect(!found.isSame)
      #expect(
        found.lines.first?.hasPrefix("the logs differ from offset \(changed) on: ") ?? false,
        "\(found.lines.first ?? "nothing")")
    }
  }
}
