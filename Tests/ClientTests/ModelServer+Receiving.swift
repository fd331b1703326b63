import Chat
import Client

// What clients say.
extension ModelServer {
  mutating func receive(_ bytes: [UInt8], from id: Int) throws {
    guard connections[id] != nil else { return }
    guard case .object(let object) = try bytes.withUnsafeBytes({ try JSONParser.parse($0) })
    else { return }
    switch object.string("type") {
    case "hello": greet(object, id)
    case "leave": disconnect(id)
    case "edit", "send", "discard", "visibility": admit(object, id)
    default: break
    }
  }

  private mutating func greet(_ hello: JSONObject, _ id: Int) {
    commit()
    guard let session = hello.string("session").flatMap({ SessionID($0) }) else { return }
    var connection = Connection()
    connection.isWatching = hello.bool("watch") ?? false
    connection.isListening = hello.bool("listen") ?? true
    var who = ""
    var known = Session()
    if !connection.isWatching {
      var token = hello.string("token")
      if let token, tokens[token] == nil {
        return say(id, #"{"type":"error","code":"bad_token","message":"unknown"}"#)
      }
      if token == nil {
        token = "t\(random.next())"
        let by = ParticipantID(person: random.next())
        tokens[token ?? ""] = by
        append(.participantJoined(by: by, name: "N", token: "x", visibility: .live))
        deliver()
      }
      guard let token, let by = tokens[token] else { return }
      let key = Key(by: by, session: session)
      for (other, one) in connections where one.key == key && other != id { disconnect(other) }
      connection.key = key
      known = durable[key] ?? Session()
      who = #""participant":"\#(by)","token":"\#(token)","name":"N","#
    }
    connections[id] = connection
    say(
      id,
      #"{"type":"welcome","epoch":"e","next":"e-0",\#(who)"seq":\#(known.seq),"#
        + #""draft":\#(known.draft),"visibility":"live","limits":{},"ping_ms":20000,"version":"1"}"#
    )
    begin(hello.string("from"), id)
  }

  private mutating func begin(_ from: String?, _ id: Int) {
    let next = Int64(log.count)
    if let from, let offset = Int64(from.dropFirst(2)), next - offset <= resumeEvents {
      connections[id]?.sent = offset
    } else {
      if from != nil {
        say(id, #"{"type":"reset","reason":"behind","epoch":"e","start":0,"next":"e-\#(next)"}"#)
      }
      connections[id]?.sent = next
      say(
        id,
        #"{"type":"snapshot","prev":\#(next - 1),"next":"e-\#(next)","items":[{"a":[1]}],"#
          + #""drafts":[],"replies":[],"participants":[],"total":0}"#)
    }
    deliver()
  }

  private mutating func admit(_ message: JSONObject, _ id: Int) {
    guard let key = connections[id]?.key, let seq = message.integer("seq"),
      let connection = connections[id]
    else { return }
    let state = admitted[key] ?? Session()
    if case .until(let expected) = connection.dropping {
      guard seq == expected else { return }
      connections[id]?.dropping = .nothing
    }
    if let done = durable[key], seq <= done.seq, let offset = lastOffset(of: key) {
      return say(id, #"{"type":"ack","seq":\#(done.seq),"offset":\#(offset)}"#)
    }
    guard seq > state.seq else { return }
    guard admitted[key] != nil || seq == 1 else {
      return say(id, #"{"type":"error","code":"session_unknown","message":"?"}"#)
    }
    guard seq == state.seq + 1 else {
      return refuse(id, "seq_gap", seq, state.seq + 1, state)
    }
    let author = Author(by: key.by, session: key.session, seq: seq)
    if message.string("type") == "visibility" { return show(message, author, id, state) }
    let draft = message.integer("draft") ?? 0
    guard draft == state.draft && state.isOpen || draft == state.draft + 1 && !state.isOpen else {
      return refuse(id, "draft_closed", seq, seq, state)
    }
    switch message.string("type") {
    case "edit": edit(message, draft, author, id, state)
    case "send":
      let text = message.string("text") ?? state.text.string
      guard state.hasEdits || message.string("text") != nil else {
        return refuse(id, "draft_empty", seq, seq, state)
      }
      if holdsFilteredWord(text) { return refuse(id, "filtered", seq, seq, state) }
      take(.messageSent(author, draft: draft, text: text), key)
    default: take(.draftDiscarded(author, draft: draft), key)
    }
  }

  private mutating func edit(
    _ message: JSONObject, _ draft: Int64, _ author: Author, _ id: Int, _ state: Session
  ) {
    guard let at = message.integer("at"), let del = message.integer("del"),
      let ins = message.string("ins"), let kind = message.string("kind")
    else { return }
    if isSendOnly || state.isHidden {
      return refuse(id, "not_visible", author.seq, author.seq, state)
    }
    if refusesOneIn > 0, random.next() % refusesOneIn == 0 {
      return refuse(id, "room_full", author.seq, author.seq, state)
    }
    var text = state.isOpen ? state.text : DraftText()
    guard text.replace(at: Int(at), del: Int(del), with: ins) else {
      return refuse(id, "bad_range", author.seq, author.seq, state)
    }
    let key = Key(by: author.by, session: author.session)
    if state.filteredDraft == draft || holdsFilteredWord(text.string) {
      admitted[key, default: Session()].filteredDraft = draft
      return refuse(id, "filtered", author.seq, author.seq, state)
    }
    let edit = Edit(at: Int(at), del: Int(del), ins: ins, kind: EditKind(rawValue: kind) ?? .other)
    take(.draftEdited(author, draft: draft, edit), key)
  }

  private mutating func show(
    _ message: JSONObject, _ author: Author, _ id: Int, _ state: Session
  ) {
    guard let visibility = message.string("visibility").flatMap(Visibility.init) else { return }
    guard !(state.isOpen && state.hasEdits) else {
      return refuse(id, "draft_open", author.seq, author.seq, state)
    }
    take(
      .visibilityChanged(author, visibility: visibility),
      Key(by: author.by, session: author.session))
  }

  /// By scalars: a mark behind a letter does not hide the word.
  private func holdsFilteredWord(_ text: String) -> Bool {
    guard let filteredWord else { return false }
    return Self.holds(text, filteredWord)
  }

  static func holds(_ text: String, _ word: String) -> Bool {
    let (text, word) = (Array(text.utf8), Array(word.utf8))
    return text.indices.contains { text[$0...].starts(with: word) }
  }

  private mutating func take(_ event: Event, _ key: Key) {
    var session = admitted[key] ?? Session()
    Self.fold(event, &session)
    admitted[key] = session
    pending.append((event, key))
  }

  private mutating func refuse(
    _ id: Int, _ code: String, _ seq: Int64, _ expected: Int64, _ state: Session
  ) {
    connections[id]?.dropping = .until(expected)
    say(
      id,
      #"{"type":"error","code":"\#(code)","message":"no","seq":\#(seq),"expected":\#(expected),"#
        + #""draft":\#(state.draft),"length":\#(state.text.scalars)}"#)
  }
}
