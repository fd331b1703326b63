internal import Chat
internal import LogStore
internal import Projector

/// What people were told must be what the log holds.
///
/// # Invariants checked
///
/// 1. Each (participant, session, seq) is in the log once; those of a session rise by one from 1.
/// 2. What was acknowledged is there after every crash, at the offset the acknowledgement named,
///    with what its client typed, however often that was sent.
/// 3. What a client was shown is there, byte for byte: no crash takes it back.
/// 4. Every client gets its room's events in order, each once: `prev` is the one it has.
/// 5. The live fold has the digest of a fold of the log.
/// 6. Nobody loses an identity, and a well-behaved client is refused nothing but a draft that its
///    absence closed.
/// 7. Once faults end, everything that was said is acknowledged.
struct ConversationOracle {
  private struct Key: Hashable {
    let session: String
    let seq: Int64
  }

  /// What clients were shown: a hash by offset.
  private var shown: [Int64: UInt64] = [:]
  /// What acknowledged edits inserted.
  private var typed: [Key: String] = [:]

  mutating func show(_ offset: Int64, _ hash: UInt64) throws(Broken) {
    if let known = shown[offset], known != hash {
      throw Broken("offset \(offset) was shown with two contents")
    }
    shown[offset] = hash
  }

  mutating func acknowledged(_ said: [SimulatedPerson.Said], of session: String) {
    for said in said {
      if let inserted = said.inserted { typed[Key(session: session, seq: said.seq)] = inserted }
    }
  }

  /// Reads the whole log, and holds it against all that anybody was told.
  func check(_ log: Log, _ people: [SimulatedPerson]) throws(Broken) {
    var found = Found()
    do {
      try log.scan(from: log.state.start, to: nil) { view in
        found.add(view)
        return found.broken == nil ? .advance : .stop
      }
    } catch { throw Broken("the log cannot be read: \(error)") }
    if let broken = found.broken { throw broken }
    for (offset, hash) in shown where found.hashes[offset] != hash {
      throw Broken("offset \(offset) was shown, and is not in the log as it was shown")
    }
    for (key, inserted) in typed where found.typed[key] != inserted {
      throw Broken(
        "seq \(key.seq) of \(key.session) is \(found.typed[key] ?? "nothing"), typed: \(inserted)")
    }
    for person in people where person.acknowledged.offset >= 0 {
      let (seq, offset) = person.acknowledged
      guard found.authors[offset] == Key(session: person.session, seq: seq) else {
        throw Broken("seq \(seq) of \(person.session) is not at offset \(offset)")
      }
    }
  }

  /// The state that lives in memory is what the log says.
  func check(_ live: Projection, against log: Log) throws(Broken) {
    var fold = Projection(next: log.state.start)
    do {
      try log.scan(from: log.state.start, to: live.next) { view in
        fold.apply(view)
        return .advance
      }
    } catch { throw Broken("the log cannot be read: \(error)") }
    guard fold.digest == live.digest else {
      throw Broken("the live state at \(live.next) is not the fold of the log")
    }
  }

  /// A log, read for what people can be told of it.
  private struct Found {
    var hashes: [Int64: UInt64] = [:]
    var authors: [Int64: Key] = [:]
    var typed: [Key: String] = [:]
    var broken: Broken?
    private var last: [String: (by: String, seq: Int64)] = [:]

    mutating func add(_ view: RecordView) {
      hashes[view.offset] = Trace.digest(view.value)
      guard case .object(let event)? = try? JSONParser.parse(view.value, depth: 12) else {
        broken = Broken("offset \(view.offset) holds no event")
        return
      }
      guard let session = event.string("session"), let seq = event.integer("seq"),
        let by = event.string("by")
      else { return }
      let before = last[session]
      guard seq == (before?.seq ?? 0) + 1, by == before?.by ?? by else {
        broken = Broken(
          "offset \(view.offset): seq \(seq) of \(session) follows \(before?.seq ?? 0)")
        return
      }
      last[session] = (by, seq)
      let key = Key(session: session, seq: seq)
      authors[view.offset] = key
      if let inserted = event.string("ins") { typed[key] = inserted }
    }
  }
}
