import Chat
import TestSupport
import Testing

private let mara = ParticipantID("pabcdefgh2345")!
private let tab = SessionID("ab2cd")!
private let author = Author(by: mara, session: tab, seq: 7)

@Suite struct EventJSONTests {
  /// Every type with its canonical bytes: the table of the format, by hand.
  static let golden: [(Event, String)] = [
    (
      .serverStarted(version: "0.1.0", epoch: "k3jq7d2a"),
      #"{"type":"server.started","version":"0.1.0","epoch":"k3jq7d2a"}"#
    ),
    (
      .clockStepped(behindMilliseconds: 3_000),
      #"{"type":"clock.stepped","behind_ms":3000}"#
    ),
    (
      .participantJoined(by: mara, name: "Mara", token: "x-_9", visibility: .live),
      #"{"type":"participant.joined","by":"pabcdefgh2345","name":"Mara","token":"x-_9","#
        + #""visibility":"live"}"#
    ),
    (
      .participantRenamed(by: mara, name: "M\"a"),
      #"{"type":"participant.renamed","by":"pabcdefgh2345","name":"M\"a"}"#
    ),
    (
      .participantLeft(by: mara, reason: .gone),
      #"{"type":"participant.left","by":"pabcdefgh2345","reason":"gone"}"#
    ),
    (
      .visibilityChanged(author, visibility: .word),
      #"{"type":"visibility.changed","by":"pabcdefgh2345","session":"ab2cd","seq":7,"#
        + #""visibility":"word"}"#
    ),
    (
      .typingStarted(by: mara, session: tab, draft: 1),
      #"{"type":"typing.started","by":"pabcdefgh2345","session":"ab2cd","draft":1}"#
    ),
    (
      .typingStopped(by: mara, session: tab, draft: 1, reason: .idle),
      #"{"type":"typing.stopped","by":"pabcdefgh2345","session":"ab2cd","draft":1,"reason":"idle"}"#
    ),
    (
      .draftEdited(author, draft: 2, Edit(at: 0, del: 0, ins: "h", kind: .type)),
      #"{"type":"draft.edited","by":"pabcdefgh2345","session":"ab2cd","seq":7,"#
        + #""draft":2,"at":0,"del":0,"ins":"h","kind":"type"}"#
    ),
    (
      .draftDiscarded(author, draft: 2),
      #"{"type":"draft.discarded","by":"pabcdefgh2345","session":"ab2cd","seq":7,"draft":2}"#
    ),
    (
      .messageSent(author, draft: 2, text: "hi\nthere"),
      #"{"type":"message.sent","by":"pabcdefgh2345","session":"ab2cd","seq":7,"#
        + #""draft":2,"text":"hi\nthere"}"#
    ),
    (
      .replyStarted(
        ReplyStart(
          by: .companion, provider: "openai", model: "gpt-4o", to: [5, 9], context: 0...9,
          sources: [.link(title: "A", url: "https://a.example/"), .item(offset: 3)])),
      #"{"type":"reply.started","by":"companion","provider":"openai","model":"gpt-4o","#
        + #""to":[5,9],"context":[0,9],"sources":[{"title":"A","#
        + #""url":"https://a.example/"},{"offset":3}]}"#
    ),
    (
      .replyChunk(by: .companion, reply: 10, text: " word"),
      #"{"type":"reply.chunk","by":"companion","reply":10,"text":" word"}"#
    ),
    (
      .replyStopRequested(by: mara, reply: 10),
      #"{"type":"reply.stop_requested","by":"pabcdefgh2345","reply":10}"#
    ),
    (
      .replyFinished(
        ReplyFinish(
          by: .companion, reply: 10, finish: .error,
          usage: Usage(prompt: 1, completion: 2, total: 3),
          error: Failure(code: "timeout", message: "no answer"))),
      #"{"type":"reply.finished","by":"companion","reply":10,"finish":"error","#
        + #""usage":{"prompt":1,"completion":2,"total":3},"error":{"code":"timeout","#
        + #""message":"no answer"}}"#
    ),
    (
      .replyRefused(
        ReplyRefusal(
          by: .companion, to: [5], reason: .budget, scope: .minute, limit: 20,
          retryMilliseconds: 900)),
      #"{"type":"reply.refused","by":"companion","to":[5],"reason":"budget","#
        + #""scope":"minute","limit":20,"retry_ms":900}"#
    ),
    (
      .providerFailed(
        ProviderFailure(
          by: .companion, reply: 10, provider: "a", model: "m",
          error: Failure(code: "http_500", message: "x"), waitedMilliseconds: 20, next: "b")),
      #"{"type":"provider.failed","by":"companion","reply":10,"provider":"a","#
        + #""model":"m","error":{"code":"http_500","message":"x"},"waited_ms":20,"next":"b"}"#
    ),
    (
      .messageHidden(by: .operator, message: 4, reason: nil),
      #"{"type":"message.hidden","by":"operator","message":4}"#
    ),
    (
      .participantMuted(by: .operator, participant: mara, until: 0, reason: "spam"),
      #"{"type":"participant.muted","by":"operator","participant":"pabcdefgh2345","#
        + #""until":0,"reason":"spam"}"#
    ),
    (
      .roomMode(by: .operator, mode: .slow, everyMilliseconds: 5_000),
      #"{"type":"room.mode","by":"operator","mode":"slow","every_ms":5000}"#
    ),
  ]

  @Test(arguments: golden.indices)
  func `every event has exactly these bytes and comes back from them`(_ index: Int) throws {
    let (event, text) = Self.golden[index]
    #expect(String(decoding: event.canonicalJSON, as: UTF8.self) == text)
    #expect(try Event.decode(Array(text.utf8)) == event)
  }

  @Test func `unknown fields are ignored and unknown types are named`() throws {
    let known = #"{"type":"clock.stepped","behind_ms":1,"later":{"a":[1]}}"#
    #expect(try Event.decode(Array(known.utf8)) == .clockStepped(behindMilliseconds: 1))
    #expect(throws: EventError.unknownType("reaction.added")) {
      try Event.decode(Array(#"{"type":"reaction.added","by":"x"}"#.utf8))
    }
  }

  @Test(arguments: [
    (#"{"type":"clock.stepped","behind_ms":"1"}"#, "behind_ms"),
    (#"{"type":"clock.stepped","behind_ms":1.5}"#, "behind_ms"),
    (#"{"type":"clock.stepped","behind_ms":9007199254740992}"#, "behind_ms"),
    (#"{"type":"participant.left","by":"pABC","reason":"left"}"#, "by"),
    (#"{"type":"participant.left","by":"server","reason":"bored"}"#, "reason"),
    (
      #"{"type":"reply.refused","by":"companion","to":[1,"2"],"reason":"depth","scope":"room"}"#,
      "to"
    ),
    (#"[1]"#, "type"),
  ])
  func `a field of a wrong type is named`(_ text: String, _ field: String) {
    #expect(throws: EventError.badField(field)) { try Event.decode(Array(text.utf8)) }
  }

  @Test(arguments: [1, 2, 3])
  func `edits read in place equal edits decoded, and texts survive`(_ seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for _ in 0..<2_000 {
      let edit = Edit(
        at: Int.random(in: 0..<9_000, using: &random), del: Int.random(in: 0..<9, using: &random),
        ins: awkwardText(Int.random(in: 0..<6, using: &random), using: &random),
        kind: EditKind.allCases.randomElement(using: &random)!)
      let author = Author(
        by: ParticipantID(person: random.next()),
        session: SessionID(bits: UInt32(truncatingIfNeeded: random.next())),
        seq: Int64.random(in: 1..<Limits.integer, using: &random))
      let bytes = Event.draftEdited(author, draft: 3, edit).canonicalJSON
      #expect(try Event.decode(bytes) == .draftEdited(author, draft: 3, edit), "seed \(seed)")
      bytes.withUnsafeBytes { raw in
        guard let view = EditView(raw) else {
          #expect(bytes.contains(UInt8(ascii: "\\")), "only escapes may leave the fast path")
          return
        }
        #expect(view.author == author)
        #expect(view.at == edit.at)
        #expect(view.del == edit.del)
        #expect(
          String(decoding: view.ins, as: UTF8.self).unicodeScalars.elementsEqual(
            edit.ins.unicodeScalars))
        #expect(view.kind.elementsEqual(edit.kind.rawValue.utf8))
      }
    }
  }
}
