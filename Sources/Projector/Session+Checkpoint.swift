import Chat

extension Person {
  func encode(_ by: ParticipantID, _ json: inout JSONWriter) {
    json.field("by", by)
    json.field("name", name)
    json.field("visibility", visibility.rawValue)
    json.field("present", isPresent)
    json.field("token", token)
    json.field("joined", joined)
    json.field("seen", lastSeen)
    json.field("muted", mutedUntil)
    json.field("sent", lastSent)
    json.key("sessions")
    json.beginArray()
    for session in sessions { json.value(session.description) }
    json.endArray()
  }

  static func named(_ object: JSONObject) -> (ParticipantID, Person)? {
    guard let by = object.participant("by"), let name = object.string("name"),
      let visibility = object.string("visibility").flatMap({ Visibility(rawValue: $0) }),
      let present = object.bool("present"), let token = object.string("token"),
      let joined = object.integer("joined"),
      let seen = object.integer("seen"), let muted = object.integer("muted"),
      let sessions = object.array("sessions")
    else { return nil }
    var person = Person(
      name: name, visibility: visibility, isPresent: present, token: token, joined: joined,
      lastSeen: seen, mutedUntil: muted, lastSent: object.integer("sent") ?? 0)
    for session in sessions {
      guard case .string(let text) = session, let id = SessionID(text) else { return nil }
      person.sessions.append(id)
    }
    return (by, person)
  }
}

extension SessionState {
  func encode(_ json: inout JSONWriter) {
    json.field("by", by)
    json.field("session", session)
    json.field("seq", seq)
    json.field("seqOffset", seqOffset + 1)
    json.field("draft", draft)
    json.field("open", isOpen)
    json.field("typing", isTyping)
    json.field("edited", hasEdits)
    if let visibility { json.field("visibility", visibility.rawValue) }
    json.field("text", utf8: text.utf8)
  }

  init?(_ object: JSONObject) {
    guard let by = object.participant("by"), let session = object.session("session"),
      let seq = object.integer("seq"), let seqOffset = object.integer("seqOffset"),
      let draft = object.integer("draft"), let isOpen = object.bool("open"),
      let isTyping = object.bool("typing"), let hasEdits = object.bool("edited"),
      let text = object.string("text")
    else { return nil }
    self.init(by: by, session: session)
    self.seq = seq
    self.seqOffset = seqOffset - 1
    self.draft = draft
    self.isOpen = isOpen
    self.isTyping = isTyping
    self.hasEdits = hasEdits
    visibility = object.string("visibility").flatMap { Visibility(rawValue: $0) }
    self.text = DraftText(text)
  }
}
