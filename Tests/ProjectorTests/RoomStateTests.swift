import Chat
import Hashing
import Projector
import Testing

private let mara = ParticipantID("pabcdefgh2345")!
private let tab = SessionID("ab2cd")!

private func author(_ seq: Int64) -> Author { Author(by: mara, session: tab, seq: seq) }

private func fold(_ events: [Event]) -> RoomState {
  var state = RoomState()
  for (offset, event) in events.enumerated() {
    let bytes = event.canonicalJSON
    bytes.withUnsafeBytes { _ = state.apply($0, offset: Int64(offset), time: 1_000) }
  }
  return state
}

private let joined = Event.participantJoined(by: mara, name: "Mara", token: "t", visibility: .live)

private func edit(_ seq: Int64, _ draft: Int64, at: Int = 0, del: Int = 0, _ ins: String) -> Event {
  .draftEdited(author(seq), draft: draft, Edit(at: at, del: del, ins: ins, kind: .type))
}

@Suite struct RoomStateTests {
  @Test func `keys make a draft and sending settles it`() {
    var events = [joined, edit(1, 1, "h"), edit(2, 1, at: 1, "oi"), edit(3, 1, at: 1, del: 1, "")]
    #expect(fold(events).openDrafts.map(\.text.string) == ["hi"])
    events.append(.messageSent(author(4), draft: 1, text: "hi"))
    let state = fold(events)
    #expect(state.openDrafts.isEmpty)
    #expect(state.items.map(\.text) == ["hi"])
    #expect(state.items.map(\.offset) == [4])
    #expect(state.openDraftBytes == 0)
    #expect(state.session(SessionKey(mara, tab))?.seq == 4)
  }

  @Test func `the digest of the empty room is that of nothing settled and nothing live`() {
    let live = #"{"participants":[],"drafts":[],"replies":[]}"#
    let expected = SHA256.digest([UInt8](repeating: 0, count: 32), Array(live.utf8))
    #expect(RoomState().digest == expected)
  }

  @Test func `the digest is the chain of items and what is live, by hand`() {
    let state = fold([
      joined, edit(1, 1, "hé"), .messageSent(author(2), draft: 1, text: "hé"),
      .messageHidden(by: .operator, message: 2, reason: "x"), edit(3, 2, "q"),
      .replyStarted(ReplyStart(by: .companion, provider: "p", model: "m", to: [2], context: 0...2)),
      .replyChunk(by: .companion, reply: 5, text: "a\n"),
    ])
    var chain = [UInt8](repeating: 0, count: 32)
    let items = [
      #"{"offset":2,"by":"pabcdefgh2345","name":"Mara","text":"hé"}"#,
      #"{"offset":3,"hidden":2}"#,
    ]
    for item in items { chain = SHA256.digest(chain, Array(item.utf8)) }
    let live =
      #"{"participants":[{"by":"pabcdefgh2345","name":"Mara","visibility":"live"}],"#
      + #""drafts":[{"by":"pabcdefgh2345","session":"ab2cd","draft":2,"text":"q"}],"#
      + #""replies":[{"reply":5,"by":"companion","text":"a\n"}]}"#
    #expect(state.digest == SHA256.digest(chain, Array(live.utf8)))
  }

  @Test func `a finished reply is an item with its end, at the offset of its start`() {
    let state = fold([
      .replyStarted(ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)),
      .replyChunk(by: .companion, reply: 0, text: "one "),
      .replyChunk(by: .companion, reply: 0, text: "two"),
      .replyFinished(ReplyFinish(by: .companion, reply: 0, finish: .length)),
      .replyChunk(by: .companion, reply: 0, text: "late"),
    ])
    #expect(state.items.map(\.text) == ["one two"])
    #expect(state.items.first?.reply?.finish == .length)
    #expect(state.replies.isEmpty)
    #expect(state.ignored == 1, "a chunk after the end folds as nothing and is counted")
  }

  @Test func `leaving ends every open draft`() {
    let state = fold([joined, edit(1, 1, "abc"), .participantLeft(by: mara, reason: .gone)])
    #expect(state.openDrafts.isEmpty)
    #expect(state.present.isEmpty)
    #expect(state.session(SessionKey(mara, tab))?.seq == 1, "numbering is remembered")
  }

  @Test func `typing that stopped because its author left closes the draft`() {
    let typing = Event.typingStarted(by: mara, session: tab, draft: 1)
    let state = fold([
      joined, typing, edit(1, 1, "abc"),
      .typingStopped(by: mara, session: tab, draft: 1, reason: .left), edit(2, 1, "x"),
    ])
    #expect(state.openDrafts.isEmpty)
    #expect(state.ignored == 1, "an edit of a closed draft folds as nothing")
  }

  @Test func `unknown and malformed events fold as nothing and are counted`() {
    var state = fold([joined])
    let before = state.digest
    for text in [#"{"type":"reaction","by":"x"}"#, "{", #"{"type":"message.sent"}"#, "\u{0}"] {
      Array(text.utf8).withUnsafeBytes {
        _ = state.apply($0, offset: state.lastOffset + 1, time: 1)
      }
    }
    #expect(state.digest == before)
    #expect(state.ignored == 4)
    #expect(state.lastOffset == 4, "they are events of the room all the same")
  }

  @Test(arguments: [31, 32, 33])
  func `decoded events and their bytes fold alike`(_ seed: UInt64) {
    var scene = Scene(seed: seed)
    scene.play(3_000)
    var decoded = RoomState()
    for (offset, event) in scene.events.enumerated() {
      decoded.apply(event, offset: Int64(offset), time: 1_000)
    }
    let bytes = fold(scene.events)
    #expect(bytes == decoded, "seed \(seed)")
    #expect(bytes.ignored == 0, "seed \(seed)")
    #expect(bytes.digest == decoded.digest)
  }

  @Test func `only the newest items are kept, and all are counted`() {
    var events: [Event] = [joined]
    for seq in 1...Int64(Limits.roomItems * 2 + 10) {
      events.append(.messageSent(author(seq), draft: seq, text: "m\(seq)"))
    }
    let state = fold(events)
    #expect(state.total == Int64(Limits.roomItems * 2 + 10))
    #expect(state.items.count < Limits.roomItems * 2)
    #expect(state.items.last?.text == "m\(Limits.roomItems * 2 + 10)")
  }
}
