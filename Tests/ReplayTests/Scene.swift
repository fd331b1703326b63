import Chat
import LogStore

/// People in two rooms, typing, correcting, sending and discarding, and a model that answers: the
/// events a server would write, in order, from a seed.
struct Scene {
  struct Line {
    let room: RoomName?
    let event: Event
  }

  private(set) var lines: [Line] = []
  private var random: Seeded
  private var people: [Typist] = []
  private var reply: [RoomName: Int64] = [:]

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
  private static let words: [String] = [
    "h", "e", "llo ", "é", "👋🏽", "\n", "\"", "\\", "\u{1b}[2J", "\u{202e}", "\u{7f}", "ß",
    "\u{2028}", "0",
  ]

  init(seed: UInt64, steps: Int) {
    random = Seeded(seed)
    say(nil, .serverStarted(version: "0.1", epoch: "abcdefgh"))
    for index in 0..<4 {
      let typist = Typist(
        by: ParticipantID(person: random.next()), session: SessionID(bits: UInt32(index + 1)),
        room: Self.rooms[index % 2])
      say(
        typist.room,
        .participantJoined(
          by: typist.by, name: "Person \(index)", token: "t\(index)", visibility: .live))
      people.append(typist)
    }
    for _ in 0..<steps { step() }
  }

  private mutating func say(_ room: RoomName?, _ event: Event) {
    lines.append(Line(room: room, event: event))
  }

  private mutating func step() {
    let index = Int.random(in: 0..<people.count, using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<12: type(index)
    case 12..<15: erase(index)
    case 15, 16: send(index)
    case 17: discard(index)
    default: answer(in: people[index].room)
    }
  }

  private mutating func open(_ index: Int) {
    guard !people[index].isOpen else { return }
    people[index].isOpen = true
    let typist = people[index]
    say(
      typist.room,
      .typingStarted(by: typist.by, session: typist.session, draft: typist.draft))
  }

  private mutating func author(_ index: Int) -> Author {
    people[index].seq += 1
    let typist = people[index]
    return Author(by: typist.by, session: typist.session, seq: typist.seq)
  }

  private mutating func edit(_ index: Int, at: Int, del: Int, ins: String, kind: EditKind) {
    open(index)
    people[index].text.replaceSubrange(at..<at + del, with: Array(ins.unicodeScalars))
    let (room, draft) = (people[index].room, people[index].draft)
    say(
      room,
      .draftEdited(
        author(index), draft: draft, Edit(at: at, del: del, ins: ins, kind: kind)))
  }

  private mutating func type(_ index: Int) {
    let count = people[index].text.count
    let at = Bool.random(using: &random) ? count : Int.random(in: 0...count, using: &random)
    edit(index, at: at, del: 0, ins: Self.words.randomElement(using: &random) ?? "x", kind: .type)
  }

  private mutating func erase(_ index: Int) {
    let count = people[index].text.count
    guard count > 0 else { return }
    let at = Int.random(in: 0..<count, using: &random)
    edit(
      index, at: at, del: Int.random(in: 1...min(3, count - at), using: &random), ins: "",
      kind: .delete)
  }

  private mutating func end(_ index: Int, _ reason: StopReason) {
    let typist = people[index]
    say(
      typist.room,
      .typingStopped(
        by: typist.by, session: typist.session, draft: typist.draft, reason: reason))
    people[index].draft += 1
    people[index].isOpen = false
    people[index].text = []
  }

  private mutating func send(_ index: Int) {
    guard !people[index].text.isEmpty else { return }
    let typist = people[index]
    var text = String.UnicodeScalarView()
    text.append(contentsOf: typist.text)
    say(
      typist.room,
      .messageSent(author(index), draft: typist.draft, text: String(text)))
    end(index, .sent)
  }

  private mutating func discard(_ index: Int) {
    guard people[index].isOpen else { return }
    say(people[index].room, .draftDiscarded(author(index), draft: people[index].draft))
    end(index, .discarded)
  }

  private mutating func answer(in room: RoomName) {
    let offset = Int64(lines.count)
    guard let open = reply[room] else {
      let message = lines.lastIndex { line in
        if line.room == room, case .messageSent = line.event { true } else { false }
      }
      guard let message else { return }
      reply[room] = offset
      say(
        room,
        .replyStarted(
          ReplyStart(
            by: .companion, provider: "script", model: "m", to: [Int64(message)],
            context: 0...Int64(message))))
      return
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      reply[room] = nil
      say(room, .replyFinished(ReplyFinish(by: .companion, reply: open, finish: .stop)))
    } else {
      say(room, .replyChunk(by: .companion, reply: open, text: "chunk \(offset) "))
    }
  }
}

extension Scene.Line {
  var record: Record { Record(key: room?.key, value: event.canonicalJSON) }
}
