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
    /// Whether drafts are shown only when they are sent.
    var isHidden = false
    /// The draft that takes no edits any more, because it would have held the word.
    var filteredDraft: Int64 = 0
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

  var log: [Entry] = []
  var pending: [(event: Event, key: Key?)] = []
  var admitted: [Key: Session] = [:]
  var durable: [Key: Session] = [:]
  var tokens: [String: ParticipantID] = [:]
  var connections: [Int: Connection] = [:]
  /// What is on its way to each connection.
  var outbox: [Int: [[UInt8]]] = [:]
  var random: SplitMix
  /// Events at most behind which a cursor still resumes.
  var resumeEvents: Int64 = 40
  /// Whether edits are refused, as in a `send_only` room.
  var isSendOnly = false
  /// Edits refused at random, one in so many; 0: none.
  var refusesOneIn: UInt64 = 0
  /// No draft and no message may hold it.
  var filteredWord: String?

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

  mutating func append(_ event: Event) {
    log.append(Entry(event: event, bytes: event.canonicalJSON))
  }

  private mutating func apply(_ event: Event, _ key: Key) {
    var session = durable[key] ?? Session()
    Self.fold(event, &session)
    durable[key] = session
  }

  static func fold(_ event: Event, _ session: inout Session) {
    switch event {
    case .draftEdited(let author, let draft, let edit):
      session.seq = author.seq
      if draft != session.draft { session.text = DraftText() }
      session.draft = draft
      session.isOpen = true
      session.hasEdits = true
      session.text.replace(at: edit.at, del: edit.del, with: edit.ins)
    case .messageSent(let author, let draft, _), .draftDiscarded(let author, let draft):
      let isHidden = session.isHidden
      session = Session(seq: author.seq, draft: draft, isHidden: isHidden)
    case .visibilityChanged(let author, let visibility):
      session.seq = author.seq
      session.isHidden = visibility == .send
    default: break
    }
  }

  func lastOffset(of key: Key) -> Int? {
    log.lastIndex { Self.author(of: $0.event).map { Key(by: $0.by, session: $0.session) } == key }
  }

  static func author(of event: Event) -> Author? {
    switch event {
    case .draftEdited(let author, _, _), .draftDiscarded(let author, _),
      .messageSent(let author, _, _), .visibilityChanged(let author, _):
      author
    default: nil
    }
  }

  /// Sends every listener what is committed and not sent to it yet, in frames of any size.
  mutating func deliver() {
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

  mutating func say(_ id: Int, _ text: String) { outbox[id]?.append(Array(text.utf8)) }
}
