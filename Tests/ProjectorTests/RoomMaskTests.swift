import Chat
import Hashing
import Projector
import Testing

private let mara = ParticipantID("pabcdefgh2345")!
private let tab = SessionID("ab2cd")!

private func author(_ seq: Int64) -> Author { Author(by: mara, session: tab, seq: seq) }

private func edit(_ seq: Int64, _ draft: Int64, at: Int = 0, _ ins: String) -> Event {
  .draftEdited(author(seq), draft: draft, Edit(at: at, del: 0, ins: ins, kind: .type))
}

private func fold(_ events: [Event], into state: RoomState = RoomState()) -> RoomState {
  var state = state
  let first = state.lastOffset + 1
  for (index, event) in events.enumerated() {
    let offset = first + Int64(index)
    event.canonicalJSON.withUnsafeBytes { _ = state.apply($0, offset: offset, time: 1_000) }
  }
  return state
}

/// A message, a draft under way, a reply, and the first and the last of them hidden.
private let room: [Event] = [
  .participantJoined(by: mara, name: "Mara", token: "t", visibility: .live),
  .typingStarted(by: mara, session: tab, draft: 1),
  edit(1, 1, "s\u{1}"), edit(2, 1, at: 1, "ecret"),
  .messageSent(author(3), draft: 1, text: "secret"),
  .typingStopped(by: mara, session: tab, draft: 1, reason: .sent),
  edit(4, 2, "open"),
  .replyStarted(ReplyStart(by: .companion, provider: "p", model: "m", to: [4], context: 0...4)),
  .replyChunk(by: .companion, reply: 7, text: "about a secret"),
  .messageHidden(by: .operator, message: 4, reason: "spam"),
  .messageHidden(by: .operator, message: 7, reason: nil),
]

private func hiddenOffsets(_ events: [Event], under mask: RoomMask?) -> [Int] {
  events.indices.filter { index in
    events[index].canonicalJSON.withUnsafeBytes { mask?.hides($0, at: Int64(index)) ?? false }
  }
}

private func transcript(_ state: RoomState, _ form: PublicForm) throws -> JSONObject {
  let bytes = state.transcriptJSON(of: .lobby, items: state.newestItems(100), form: form)
  guard case .object(let object) = try bytes.withUnsafeBytes({ try JSONParser.parse($0, depth: 8) })
  else { throw EventError.badField("transcript") }
  return object
}

@Suite struct RoomMaskTests {
  @Test func `a room in which nothing is hidden has no mask`() {
    #expect(RoomMask(of: fold(Array(room.dropLast(2)))) { _ in nil } == nil)
  }

  @Test func `a hidden message takes its edits along, a hidden reply its chunks, and no more`() {
    let mask = RoomMask(of: fold(room)) { _ in nil }
    #expect(hiddenOffsets(room, under: mask) == [2, 3, 4, 8])
  }

  @Test func `an escaped edit is hidden as well as a plain one`() {
    let bytes = room[2].canonicalJSON
    #expect(bytes.withUnsafeBytes { EditView($0) } == nil, "it is read the slow way")
    let mask = RoomMask(of: fold(room)) { _ in nil }
    #expect(bytes.withUnsafeBytes { mask?.hides($0, at: 2) } == true)
  }

  @Test func `a message that memory let go is looked up once`() {
    var events = room
    let crowd = (0..<Int64(Limits.roomItems) * 2).map {
      Event.messageSent(author(5 + $0), draft: 3 + $0, text: "x")
    }
    events.insert(contentsOf: crowd, at: 7)
    events = events.map { event in
      guard case .messageHidden(_, let message, let reason) = event, message == 7 else {
        return event
      }
      return .messageHidden(by: .operator, message: Int64(7 + crowd.count), reason: reason)
    }
    let state = fold(events)
    var asked: [Int64] = []
    let mask = RoomMask(of: state) { offset in
      asked.append(offset)
      return DraftKey(by: mara, session: tab, draft: 1)
    }
    #expect(asked == [4])
    #expect(hiddenOffsets(Array(events.prefix(7)), under: mask) == [2, 3, 4])
    let again = RoomMask(of: state, after: mask) { _ in
      asked.append(-1)
      return nil
    }
    #expect(asked == [4])
    #expect(hiddenOffsets(Array(events.prefix(7)), under: again) == [2, 3, 4])
  }

  @Test func `a forgotten session that begins anew is not hidden with its old drafts`() {
    let mask = RoomMask(of: fold(room)) { _ in nil }
    let later = edit(1, 1, "hello").canonicalJSON
    #expect(later.withUnsafeBytes { mask?.hides($0, at: 40) } == false)
  }

  @Test func `at every offset of the past the words are gone, and the digest is the same`() throws {
    let mask = RoomMask(of: fold(room)) { _ in nil }
    for count in 1...room.count {
      let state = fold(Array(room.prefix(count)))
      let open = try transcript(state, PublicForm(showsHidden: true))
      let shown = state.transcriptJSON(
        of: .lobby, items: state.newestItems(100), form: PublicForm().masked(by: mask))
      let text = String(decoding: shown, as: UTF8.self)
      #expect(!text.contains("ecret"), "after \(count) events: \(text)")
      #expect(text.contains("\"\(state.digest.hex)\""))
      #expect(open.string("digest") == state.digest.hex)
    }
  }

  @Test func `a hidden item is its offset, its author and the reason`() throws {
    let state = fold(room)
    guard case .object(let item)? = try transcript(state, PublicForm()).array("items")?.first else {
      Issue.record("no item")
      return
    }
    #expect(item.integer("offset") == 4)
    #expect(item.string("by") == mara.description)
    #expect(item.string("hidden") == "spam")
    #expect(item.string("text") == nil)
  }

  @Test func `a reply hidden while it is written stays hidden when it ends`() throws {
    let state = fold(
      [
        .replyChunk(by: .companion, reply: 7, text: " more of the secret"),
        .replyFinished(ReplyFinish(by: .companion, reply: 7, finish: .stop)),
      ], into: fold(room))
    #expect(state.items.last?.hidden?.reason == "")
    #expect(state.items.last?.text == "about a secret more of the secret")
  }

  @Test func `a checkpoint keeps what is hidden, and when who sent last`() throws {
    var projection = Projection()
    for (offset, event) in room.enumerated() {
      projection.apply(event, in: .lobby, offset: Int64(offset), time: 1_000)
    }
    let copy = try #require(
      Checkpoint(Checkpoint(epoch: "e", projection: projection).encoded)?.projection[.lobby])
    #expect(copy == projection[.lobby])
    #expect(copy.people[mara]?.lastSent == 1_000)
    #expect(hiddenOffsets(room, under: RoomMask(of: copy) { _ in nil }) == [2, 3, 4, 8])
  }
}
