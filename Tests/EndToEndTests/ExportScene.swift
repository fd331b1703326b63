import Chat
import Client
import LogStore

/// A log that an export must not stumble over: two rooms, text of every dangerous kind, drafts that
/// interleave, what moderators hid, replies, and times that a client sent.
struct ExportScene {
  private var random: SplitMix
  private var people: [Typist] = []
  private var replies: [Int64] = []
  private var messages: [(room: RoomName, offset: Int64)] = []
  private(set) var records: [Record] = []
  private var clock: Int64 = 0

  private struct Typist {
    let by: ParticipantID
    let session: SessionID
    let room: RoomName
    var seq: Int64 = 0
    var draft: Int64 = 1
    var isOpen = false
    var text: [Unicode.Scalar] = []
  }

  static let rooms = [RoomName.lobby, RoomName("tea")].compactMap { $0 }

  /// Formulas, separators, quotes, controls, what is not seen, what turns around, other scripts.
  static let words = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=", "+", "-", "@", "\t=1", "\r=1", "\n=1", "\u{FF1D}1",
    "\u{FF0B}", "\u{FF0D}", "\u{FF20}x", ";=1+1", ",=1", "\"=1\"", "'=1", "|=1", "; =1", "x;\"=1",
    "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.example\")", "\"", "\"\"", "'", ",", ";", "\\",
    "\\n", "\\u003d", "\0", "a\0b", "\u{1b}[2J", "\u{1b}]8;;http://x.example\u{7}", "\u{9b}31m",
    "\u{7}", "\u{7f}", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}", "\u{feff}",
    "\u{e0001}", "\n", "\r\n", "\r", "\t", " ", "", "NA", "null", "NaN", "None", "1e5", "0", "007",
    "é", "e\u{301}", "ß", "漢字", "👋🏽", "👨‍👩‍👧", "\u{FFFF}", "\u{10FFFF}", "h", "e", "l", "o ",
  ]

  /// - Parameter steps: things that happen; about nine in ten are edits.
  init(seed: UInt64, steps: Int) {
    random = SplitMix(seed: seed)
    say(nil, .serverStarted(version: "0.1", epoch: "abcdefgh"))
    for index in 0..<6 {
      let room = Self.rooms[index % 2]
      let by = ParticipantID(person: random.next())
      people.append(
        Typist(
          by: by, session: SessionID(bits: UInt32(truncatingIfNeeded: random.next())), room: room))
      say(
        room,
        .participantJoined(
          by: by, name: Self.words[index * 5], token: "token\(index)", visibility: .live))
    }
    for step in 0..<steps { self.step(step) }
    for message in messages where message.offset % 5 == 0 { hide(message) }
    say(nil, .clockStepped(behindMilliseconds: 1_234))
  }

  private var next: Int64 { Int64(records.count) }

  private mutating func say(_ room: RoomName?, _ event: Event, clientTime: Int64? = nil) {
    let headers = clientTime.map { time in
      [RecordHeader(name: [0x74], value: withUnsafeBytes(of: time.bigEndian) { [UInt8]($0) })]
    }
    records.append(
      Record(key: room?.key, value: event.canonicalJSON, headers: headers ?? []))
  }

  private mutating func author(_ index: Int) -> Author {
    people[index].seq += 1
    return Author(
      by: people[index].by, session: people[index].session, seq: people[index].seq)
  }

  private mutating func step(_ step: Int) {
    let index = Int.random(in: 0..<people.count, using: &random)
    switch Int.random(in: 0..<40, using: &random) {
    case 0..<26: edit(index, ins: Self.words.randomElement(using: &random) ?? "", del: 0)
    case 26..<33: edit(index, ins: "", del: 1)
    case 33: edit(index, ins: String(repeating: "paste ", count: 400), del: 0)
    case 34, 35: end(index, sends: true)
    case 36: end(index, sends: false)
    case 37: answer(in: people[index].room)
    case 38:
      say(people[index].room, .participantRenamed(by: people[index].by, name: "n\(step)"))
    default:
      say(
        people[index].room,
        .participantMuted(
          by: .operator, participant: people[index].by, until: 1_767_323_045_678, reason: nil))
    }
  }

  private mutating func edit(_ index: Int, ins: String, del: Int) {
    var typist = people[index]
    let del = min(del, typist.text.count)
    guard typist.text.count < 7_000 else { return }
    if !typist.isOpen {
      say(
        typist.room, .typingStarted(by: typist.by, session: typist.session, draft: typist.draft))
    }
    let at = Int.random(in: 0...typist.text.count - del, using: &random)
    typist.text.replaceSubrange(at..<at + del, with: Array(ins.unicodeScalars))
    typist.isOpen = true
    people[index] = typist
    clock += Int64.random(in: 1...400, using: &random)
    let edit = Edit(at: at, del: del, ins: ins, kind: EditKind.allCases[Int(clock) % 7])
    say(
      typist.room, .draftEdited(author(index), draft: typist.draft, edit),
      clientTime: clock % 5 == 0 ? nil : clock)
  }

  private mutating func end(_ index: Int, sends: Bool) {
    let typist = people[index]
    let text = String(String.UnicodeScalarView(typist.text))
    if sends {
      messages.append((typist.room, next))
      say(typist.room, .messageSent(author(index), draft: typist.draft, text: text))
    } else if typist.isOpen {
      say(typist.room, .draftDiscarded(author(index), draft: typist.draft))
    }
    people[index].draft += 1
    people[index].isOpen = false
    people[index].text = []
  }

  private mutating func answer(in room: RoomName) {
    let reply = next
    say(
      room,
      .replyStarted(
        ReplyStart(
          by: .companion, provider: "local", model: "m", to: [1], context: 0...reply - 1)))
    messages.append((room, reply))
    for word in ["=1", " a\u{1b}b", "\u{2028}"] {
      say(room, .replyChunk(by: .companion, reply: reply, text: word))
    }
    say(room, .replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop)))
  }

  private mutating func hide(_ message: (room: RoomName, offset: Int64)) {
    say(
      message.room,
      .messageHidden(by: .operator, message: message.offset, reason: "=advertising"))
  }

  /// Writes it in small batches and segments.
  func write(to data: String, at times: any TimeSource = SystemTime()) throws {
    let log = try Log.open(
      data, options: LogOptions(durability: .os, segmentBytes: 60_000), time: times)
    for start in stride(from: 0, to: records.count, by: 13) {
      try log.append(Array(records[start..<min(start + 13, records.count)]))
    }
    log.close()
  }
}
