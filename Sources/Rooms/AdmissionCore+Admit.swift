import Chat
import LogStore
import Projector

extension AdmissionCore {
  mutating func admit(_ submissions: [Submission]) {
    moment = (time.monotonicNanoseconds / 1_000_000, time.wallMilliseconds)
    defer { moment = nil }
    // Who said the last edit: one who types fast says many in a row.
    var last: (connection: ConnectionID, key: SeatKey, room: RoomName)?
    for submission in submissions {
      let connection = submission.connection
      if let last, last.connection == connection, case .message(let message) = submission.content,
        case .edit = message
      {
        receive(message, from: connection, last.key, last.room)
        continue
      }
      last = nil
      switch submission.content {
      case .closed: close(connection)
      case .hello(let hello, let room, let address):
        guard isOpen else { continue }
        greet(hello, room: room, from: address, connection: connection)
      case .message(let message):
        guard isOpen, let attached = connections[connection] else { continue }
        guard let key = attached.seat else {
          answerWatcher(message, connection)
          continue
        }
        if case .edit = message { last = (connection, key, attached.roomName) }
        receive(message, from: connection, key, attached.roomName)
      }
    }
    submit()
  }

  /// One who only watches may go, and say nothing else.
  private mutating func answerWatcher(_ message: ClientMessage, _ connection: ConnectionID) {
    guard message == .leave else {
      tell(connection, .refusal(Refusal(.watching, "this connection only watches")))
      return
    }
    detach(connection)
    tell(connection, .close(.left))
  }

  private mutating func receive(
    _ message: ClientMessage, from connection: ConnectionID, _ key: SeatKey, _ room: RoomName
  ) {
    switch message {
    case .edit(let seq, let draft, let edit, let clientTime):
      numbered(seq, connection, key) { (core, standing) throws(Refusal) in
        try core.edit(seq, draft, edit, clientTime, key, room, standing)
      }
    case .send(let seq, let draft, let text, let clientTime):
      numbered(seq, connection, key) { (core, _) throws(Refusal) in
        try core.send(seq, draft, text, clientTime, key, room)
      }
    case .discard(let seq, let draft, let clientTime):
      numbered(seq, connection, key) { (core, _) throws(Refusal) in
        try core.discard(seq, draft, clientTime, key, room)
      }
    case .visibility(let seq, let visibility):
      numbered(seq, connection, key) { (core, _) throws(Refusal) in
        try core.setVisibility(seq, visibility, key, room)
      }
    case .typing(let draft): typing(draft, key, room)
    case .stop(let reply): stop(reply, connection, key, room)
    case .rename(let name): rename(name, connection, key, room)
    case .leave: leave(connection, key, room)
    case .hello: tell(connection, .refusal(Refusal(.alreadyHere, "this connection said hello")))
    case .history, .pong, .unknown: break
    }
  }

  /// Holds the numbering of a session: each `seq` once, in order, refused ones consume none.
  private mutating func numbered(
    _ seq: Int64, _ connection: ConnectionID, _ key: SeatKey,
    _ decide: (inout AdmissionCore, RoomState.Standing) throws(Refusal) -> Void
  ) {
    let standing = ahead.standing(key.sessionKey, in: key.room)
    let pending = standing.seq
    if pending == 0 || seq <= pending {
      let durable = committed.numbered(key.sessionKey, in: key.room)
      if let durable, seq <= durable.seq {
        tell(connection, .ack(seq: durable.seq, offset: durable.offset))
        return
      }
      if seq <= pending { return }
    }
    // Told `unavailable`, it may not have heard that yet: what it says is dropped, not answered.
    if pending == 0, seq > 1, seats[key]?.isDropping == true { return }
    if pending == 0, seq > 1 {
      tell(connection, .refusal(Refusal(.sessionUnknown, "this session is not known here")))
      return
    }
    guard seq == pending + 1 else {
      guard seats[key]?.isDropping != true else { return }
      seats[key]?.isDropping = true
      var refusal = Refusal(.seqGap, "expected seq \(pending + 1), got \(seq)")
      refusal.seq = seq
      refusal.expected = pending + 1
      tell(connection, .refusal(refusal))
      return
    }
    do {
      try decide(&self, standing)
      noteAdmitted(seq, key, connection)
    } catch {
      seats[key]?.isDropping = true
      var refusal = error
      refusal.seq = seq
      refusal.expected = pending + 1
      tell(connection, .refusal(refusal))
    }
  }

  /// Who has enough on its way, or says anything while the log's queue is full, is not read until
  /// something of it is durable.
  private mutating func noteAdmitted(_ seq: Int64, _ key: SeatKey, _ connection: ConnectionID) {
    guard let seat = seats.index(forKey: key) else { return }
    if seats.values[seat].isDropping { seats.values[seat].isDropping = false }
    let most = Limits.unacknowledgedEvents
    guard isBackedUp || seq - seats.values[seat].durableSeq >= most else { return }
    let durable = committed.numbered(key.sessionKey, in: key.room)?.seq ?? 0
    seats.values[seat].durableSeq = durable
    guard isBackedUp || seq - durable >= most, connections[connection]?.isPaused == false
    else { return }
    connections[connection]?.isPaused = true
    tell(connection, .pauseReading(true))
  }

  mutating func propose(_ events: [Event], in room: RoomName) -> Proposal {
    guard isOpen else { return .unavailable(retryMilliseconds: 1_000) }
    let index = roomIndex(room)
    let before = ahead.states[index]
    for event in events {
      if let reason = objection(to: event, in: before) { return .refused(reason) }
    }
    let first = ahead.next
    let generation = generation
    for event in events { append(event, room: room, clientTime: nil) }
    submit()
    guard generation == self.generation else { return .unavailable(retryMilliseconds: 1_000) }
    return .submitted(firstOffset: first)
  }

  /// Why the room's state does not allow this event of the model or the server; nil: it does.
  private func objection(to event: Event, in state: RoomState) -> String? {
    switch event {
    case .replyStarted:
      return state.replies.isEmpty ? nil : "a reply is open in this room"
    case .replyChunk(_, let reply, let text):
      guard let open = state.openReply(reply) else { return "reply \(reply) is not open" }
      let scalars = text.scalarCount
      guard scalars <= Limits.chunkScalars else { return "a chunk is too long" }
      return open.text.scalars + scalars <= Limits.replyScalars ? nil : "the reply is too long"
    case .replyFinished(let end):
      return state.openReply(end.reply) == nil ? "reply \(end.reply) is not open" : nil
    case .providerFailed(let failure):
      return state.openReply(failure.reply) == nil ? "reply \(failure.reply) is not open" : nil
    case .replyRefused, .messageHidden, .participantMuted, .roomMode: return nil
    default: return "only people, through their sessions, may say this"
    }
  }
}
