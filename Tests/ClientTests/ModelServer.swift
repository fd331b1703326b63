import Chat
import Client

/// An honest server of one room, in memory and without a socket: what a client may rely on, and
/// every trouble it must live through.
///
/// Fault model. A crash loses every connection and all that was admitted and not committed; what
/// was committed stays. A refusal of the log (`unavailable`) throws the pending part away and
/// makes each session wait for its oldest unacknowledged `seq`. A cut loses what is under way in
/// both directions. Drafts end when a session stays away, sessions and tokens may be forgotten,
/// cursors may be too old. Nothing acknowledged is ever lost; nothing is written twice.
struct ModelServer {
  struct Entry {
    var event: Event
    var bytes: [UInt8]
  }

  struct Session: Equatable {
    var seq: Int64 = 0
    var draft: Int64 = 0
    var isOpen = false
    var text = DraftText()
    var hasEdits = false
  }

  struct Key: Hashable {
    var by: ParticipantID
    var session: SessionID
  }

  /// What a session ignores until a certain `seq` comes.
  enum Dropping { case nothing, until(Int64) }

  struct Connection {
    var key: Key?
    var isWatching = false
    var isListening = true
    var sent: Int64?
    var dropping = Dropping.nothing
  }

  private(set) var log: [Entry] = []
  private var pending: [(event: Event, key: Key?)] = []
  private var admitted: [Key: Session] = [:]
  private(set) var durable: [Key: Session] = [:]
  private var tokens: [String: ParticipantID] = [:]
  private(set) var connections: [Int: Connection] = [:]
  /// What is on its way to each connection.
  var outbox: [Int: [[UInt8]]] = [:]
  var random: SplitMix
  /// Events at most behind which a cursor still resumes.
  var resumeEvents: Int64 = 40
  /// Whether edits are refused, as in a `send_only` room.
  var isSendOnly = false
  /// Edits refused at random, one in so many; 0: none.
  var refusesOneIn: UInt64 = 0

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  var hasPending: Bool { !pending.isEmpty }

  // MARK: Connections

  mutating func connect(_ id: Int) {
    connections[id] = Connection()
    outbox[id] = []
  }

  mutating func disconnect(_ id: Int) {
    connections[id] = nil
    outbox[id] = nil
  }

  /// Killed: what was not committed is gone, and so is everybody.
  mutating func crash() {
    pending = []
    admitted = durable
    connections = [:]
    outbox = [:]
  }

  /// The log refused the pending part; whoever wrote some of it is told.
  mutating func refusePending() {
    let affected = Set(pending.compactMap { $0.key })
    pending = []
    admitted = durable
    for (id, connection) in connections {
      guard let key = connection.key, affected.contains(key) else { continue }
      connections[id]?.dropping = .until((durable[key]?.seq ?? 0) + 1)
      say(id, #"{"type":"error","code":"unavailable","message":"later","retry_ms":5}"#)
    }
  }

  /// Everybody stayed away too long: open drafts end.
  mutating func closeDrafts() {
    commit()
    for (key, session) in durable where session.isOpen {
      durable[key]?.isOpen = false
      durable[key]?.text = DraftText()
      durable[key]?.hasEdits = false
      append(
        .typingStopped(by: key.by, session: key.session, draft: session.draft, reason: .left))
    }
    admitted = durable
    deliver()
  }

  mutating func forgetSessions() {
    commit()
    durable = [:]
    admitted = [:]
  }

  mutating func forgetTokens() { tokens = [:] }

  /// Somebody else says something, so that offsets have holes for this session.
  mutating func interrupt() {
    pending.append((.replyChunk(by: .companion, reply: 0, text: "}\"]{\\"), nil))
  }

  // MARK: Committing

  mutating func commit() {
    let batch = pending
    pending = []
    for (event, key) in batch {
      append(event)
      if let key { apply(event, key) }
    }
    for (id, connection) in connections {
      guard let key = connection.key, !connection.isWatching,
        let offset = lastOffset(of: key), batch.contains(where: { $0.key == key })
      else { continue }
      say(id, #"{"type":"ack","seq":\#(durable[key]?.seq ?? 0),"offset":\#(offset)}"#)
    }
    deliver()
  }

  private mutating func append(_ event: Event) {
    log.append(Entry(event: event, bytes: event.canonicalJSON))
  }

  private mutating func apply(_ event: Event, _ key: Key) {
    var session = durable[key] ?? Session()
    Self.fold(event, &session)
    durable[key] = session
  }

  private static func fold(_ event: Event, _ session: inout Session) {
    switch event {
    case .draftEdited(let author, let draft, let edit):
      session.seq = author.seq
      if draft != session.draft { session.text = DraftText() }
      session.draft = draft
      session.isOpen = true
      session.hasEdits = true
      session.text.replace(at: edit.at, del: edit.del, with: edit.ins)
    case .messageSent(let author, let draft, _), .draftDiscarded(let author, let draft):
      session = Session(seq: author.seq, draft: draft)
    default: break
    }
  }

  private func lastOffset(of key: Key) -> Int? {
    log.lastIndex { Self.author(of: $0.event).map { Key(by: $0.by, session: $0.session) } == key }
  }

  static func author(of event: Event) -> Author? {
    switch event {
    case .draftEdited(let author, _, _), .draftDiscarded(let author, _),
      .messageSent(let author, _, _):
      author
    default: nil
    }
  }

  /// Sends every listener what is committed and not sent to it yet, in frames of any size.
  private mutating func deliver() {
    for (id, connection) in connections {
      guard connection.isListening, var sent = connection.sent else { continue }
      while sent < Int64(log.count) {
        let count = min(Int64(random.next() % 5) + 1, Int64(log.count) - sent)
        say(id, frame(from: Int(sent), count: Int(count)))
        sent += count
      }
      connections[id]?.sent = sent
    }
  }

  private func frame(from first: Int, count: Int) -> String {
    let entries = log[first..<first + count]
    let events = entries.map { String(decoding: $0.bytes, as: UTF8.self) }
    let times = entries.indices.map { String($0 * 100) }
    return #"{"type":"events","prev":\#(first - 1),"first":\#(first),"next":"e-\#(first + count)","#
      + #""times":[\#(times.joined(separator: ","))],"events":[\#(events.joined(separator: ","))]}"#
  }

  private mutating func say(_ id: Int, _ text: String) { outbox[id]?.append(Array(text.utf8)) }
}

// MARK: What clients say

extension ModelServer {
  mutating func receive(_ bytes: [UInt8], from id: Int) throws {
    guard connections[id] != nil else { return }
    guard case .object(let object) = try bytes.withUnsafeBytes({ try JSONParser.parse($0) })
    else { return }
    switch object.string("type") {
    case "hello": greet(object, id)
    case "leave": disconnect(id)
    case "edit", "send", "discard": admit(object, id)
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
        + #""draft":\#(known.draft),"visibility":"live","limits":{},"ping_ms":20000,"version":"1"}"#)
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
      let draft = message.integer("draft"), let connection = connections[id]
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
    if isSendOnly { return refuse(id, "not_visible", author.seq, author.seq, state) }
    if refusesOneIn > 0, random.next() % refusesOneIn == 0 {
      return refuse(id, "room_full", author.seq, author.seq, state)
    }
    var text = state.isOpen ? state.text : DraftText()
    guard text.replace(at: Int(at), del: Int(del), with: ins) else {
      return refuse(id, "bad_range", author.seq, author.seq, state)
    }
    let edit = Edit(at: Int(at), del: Int(del), ins: ins, kind: EditKind(rawValue: kind) ?? .other)
    take(
      .draftEdited(author, draft: draft, edit), Key(by: author.by, session: author.session))
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
