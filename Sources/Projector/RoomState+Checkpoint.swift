internal import Chat
internal import Hashing

extension RoomState {
  /// Writes every field of the state behind `"room"`.
  func encode(_ json: inout JSONWriter) {
    json.field("total", total)
    json.field("chain", chain.hex)
    json.field("mode", mode.rawValue)
    json.field("every", everyMilliseconds)
    json.field("lastOffset", lastOffset + 1)
    json.field("lastTime", lastTime)
    json.field("ignored", ignored)
    json.key("items")
    json.beginArray()
    for item in items {
      json.beginObject()
      item.encode(&json)
      json.endObject()
    }
    json.endArray()
    json.key("replies")
    json.beginArray()
    for reply in replies {
      json.beginObject()
      json.field("offset", reply.offset)
      json.field("text", utf8: reply.text.utf8)
      json.field("stop", reply.stopRequested)
      json.start(reply.start)
      json.endObject()
    }
    json.endArray()
    json.key("people")
    json.beginArray()
    for (by, person) in people.sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      person.encode(by, &json)
      json.endObject()
    }
    json.endArray()
    json.key("sessions")
    json.beginArray()
    for session in sessions {
      json.beginObject()
      session.encode(&json)
      json.endObject()
    }
    json.endArray()
    encodeHidden(&json)
    json.key("ledger")
    ledger.encode(&json)
  }

  private func encodeHidden(_ json: inout JSONWriter) {
    json.key("hidden")
    json.beginArray()
    for (offset, mark) in hidden.sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      json.field("item", offset)
      json.field("offset", mark.offset)
      json.field("reason", mark.reason)
      json.endObject()
    }
    json.endArray()
    json.key("hiddenDrafts")
    json.beginArray()
    let drafts = hiddenDrafts.sorted {
      ($0.key.by, $0.key.session, $0.key.draft) < ($1.key.by, $1.key.session, $1.key.draft)
    }
    for (draft, message) in drafts {
      json.beginObject()
      json.draft(draft)
      json.field("message", message)
      json.endObject()
    }
    json.endArray()
  }

  /// Reads what ``encode(_:)`` wrote; nil when anything is missing.
  init?(checkpoint object: JSONObject) {
    guard let total = object.integer("total"), let lastOffset = object.integer("lastOffset"),
      let chain = object.string("chain").flatMap({ [UInt8](hex: $0) }), chain.count == 32,
      let mode = object.string("mode").flatMap({ RoomMode(rawValue: $0) }),
      let every = object.integer("every"), let lastTime = object.integer("lastTime"),
      let ignored = object.integer("ignored"),
      let items = object.objects("items", { Item($0) }),
      let replies = object.objects("replies", { OpenReply($0) }),
      let people = object.objects("people", { Person.named($0) }),
      let sessions = object.objects("sessions", { SessionState($0) }),
      let hidden = object.objects("hidden", { HiddenMark.named($0) }),
      let drafts = object.objects("hiddenDrafts", { DraftKey.hidden($0) })
    else { return nil }
    self.init()
    self.total = total
    self.chain = chain
    self.mode = mode
    everyMilliseconds = every
    self.lastOffset = lastOffset - 1
    self.lastTime = lastTime
    self.ignored = ignored
    self.items = items
    self.replies = replies
    self.people = Dictionary(people) { $1 }
    tokens = Dictionary(people.map { ($0.1.token, $0.0) }) { $1 }
    self.sessions = sessions
    for (index, session) in sessions.enumerated() {
      sessionIndex[SessionKey(session.by, session.session)] = index
      openDraftBytes += session.text.utf8.count
    }
    if let object = object.object("ledger") {
      // Checkpoints of earlier builds have none.
      guard let ledger = ReplyLedger(checkpoint: object) else { return nil }
      self.ledger = ledger
    }
    self.hidden = Dictionary(hidden) { $1 }
    hiddenDrafts = Dictionary(drafts) { max($0, $1) }
  }
}
