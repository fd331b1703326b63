internal import Chat

/// A well-behaved client: keeps what is not acknowledged, and sends it again.
struct SimulatedPerson {
  /// Something said under a `seq`.
  struct Said {
    let seq: Int64
    let draft: Int64
    let json: String
    /// What an edit inserts; `nil` for other events.
    let inserted: String?
  }

  let room: RoomName
  let session: String
  var token: String?
  var participant: String?
  /// Where to resume from, opaque.
  var cursor: String?
  /// The room's last event this client has; `nil` until a snapshot or a welcome says.
  var last: Int64?
  var slot: Int32?
  var isGreeted = false

  private(set) var unacknowledged: [Said] = []
  private(set) var acknowledged: (seq: Int64, offset: Int64) = (0, -1)
  private(set) var nextSeq: Int64 = 1
  private var draft: Int64 = 0
  private var length = 0
  /// A draft the server holds open and this client knows nothing of.
  private var toDiscard: Int64?

  init(room: RoomName, session: String) {
    self.room = room
    self.session = session
  }

  var hello: String {
    var text = #"{"type":"hello","session":"\#(session)""#
    if let token { text += #","token":"\#(token)""# }
    if let cursor { text += #","from":"\#(cursor)""# }
    return text + "}"
  }

  /// The next thing this person does; kept until it is acknowledged.
  mutating func say(_ random: inout Randomness) -> String {
    if let draft = toDiscard {
      toDiscard = nil
      self.draft = max(self.draft, draft)
      length = 0
      return keep("discard", draft, "", nil)
    }
    let roll = random.below(20)
    if length > 0, roll == 0 || length > 60 {
      defer { length = 0 }
      return keep("send", draft, "", nil)
    }
    if length > 0, roll == 1 {
      defer { length = 0 }
      return keep("discard", draft, "", nil)
    }
    if length == 0 { draft += 1 }
    let inserted = random.pick(["a", "be", "ö", "see ", "🙂", "\\n", "quick"])
    let shown = inserted == "\\n" ? "\n" : inserted
    let at = random.within(0...length)
    let deleted = length > at && random.once(in: 5) ? 1 : 0
    length += shown.unicodeScalars.count - deleted
    let more = #","at":\#(at),"del":\#(deleted),"ins":"\#(inserted)","kind":"type""#
    return keep("edit", draft, more, shown)
  }

  private mutating func keep(_ type: String, _ draft: Int64, _ more: String, _ inserted: String?)
    -> String
  {
    let json = #"{"type":"\#(type)","seq":\#(nextSeq),"draft":\#(draft)\#(more)}"#
    unacknowledged.append(Said(seq: nextSeq, draft: draft, json: json, inserted: inserted))
    nextSeq += 1
    return json
  }

  /// Everything up to `seq` is durable.
  mutating func acknowledge(_ seq: Int64, _ offset: Int64) throws(Broken) -> [Said] {
    guard seq < nextSeq else { throw Broken("seq \(seq) is acknowledged, \(nextSeq) is next") }
    guard seq >= acknowledged.seq else {
      throw Broken("\(acknowledged.seq) was acknowledged, now only \(seq) is")
    }
    if seq > acknowledged.seq || offset > acknowledged.offset { acknowledged = (seq, offset) }
    let done = unacknowledged.prefix { $0.seq <= seq }
    unacknowledged.removeFirst(done.count)
    return Array(done)
  }

  /// `welcome` says what the server has of this session.
  mutating func welcomed(seq: Int64) throws(Broken) -> [Said] {
    guard seq >= acknowledged.seq else {
      throw Broken("a welcome at seq \(seq), acknowledged was \(acknowledged.seq)")
    }
    return try acknowledge(seq, -1)
  }

  /// An event was refused, and all later ones with it: go on from `expected`.
  mutating func refused(_ code: String, expected: Int64, draft: Int64?) throws(Broken) {
    if code == "seq_gap" { return }
    guard ["draft_closed", "draft_open", "outside_draft", "empty"].contains(code) else {
      throw Broken("a well-behaved client was told \(code)")
    }
    unacknowledged.removeAll { $0.seq >= expected }
    nextSeq = expected
    length = 0
    if let draft { self.draft = max(self.draft, draft) }
    if code == "draft_open" { toDiscard = draft }
    if code == "outside_draft" { toDiscard = self.draft }
  }
}
