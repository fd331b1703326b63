import Chat
import LogStore

extension Delivery {
  /// One commit to everybody of this loop whom it concerns.
  func deliver(_ commit: Commit, _ acks: [Ack]) {
    let start = time.monotonicNanoseconds
    for (room, events) in commit.frames where room < members.count && !members[room].isEmpty {
      let wire = sink.wire(events.frame)
      for slot in members[room] { deliver(events, wire, to: Int(slot)) }
    }
    deliveringNanoseconds += time.monotonicNanoseconds - start
    position = commit.next
    for ack in acks { acknowledge(ack) }
  }

  @inline(__always)
  private func deliver(_ events: EventsFrame, _ wire: Sink.Wire, to slot: Int) {
    switch connections[slot]?.follow(events) {
    case nil, .has: return
    case .next: if !sink.deliver(wire, to: Int32(slot)) { block(Int32(slot)) }
    case .behind(let next): fallBehind(slot, from: next)
    }
  }

  private func acknowledge(_ ack: Ack) {
    let slot = ack.connection.slot
    guard connections[Int(slot)]?.owe(ack) == true else { return }
    if !sink.deliver(sink.wire(ack.frame), to: slot) { block(slot) }
  }

  func deliver(_ notice: Notice, to slot: Int32) {
    switch notice {
    case .welcome(let welcome, let room, let listen):
      begin(welcome, room: room, listen: listen, slot)
    case .refusal(let refusal): write(refusal.json, to: slot)
    case .ack(let seq, let offset):
      guard let id = connections[Int(slot)]?.id else { return }
      acknowledge(Ack(connection: id, seq: seq, offset: offset))
    case .close(let reason): close(slot, reason)
    case .pauseReading(let pause):
      connections[Int(slot)]?.isPaused = pause
      adjustReading(slot)
    }
  }

  /// Welcome, then either the snapshot, or the events from the client's own cursor.
  private func begin(_ welcome: Welcome, room: Int, listen: Bool, _ slot: Int32) {
    write(welcome.json(admission.options), to: slot)
    if let reset = welcome.reset { write(reset.json(epoch: welcome.epoch), to: slot) }
    if let snapshot = welcome.snapshot { write(sink.wire(snapshot), to: slot) }
    guard var connection = connections[Int(slot)], !connection.isClosing else { return }
    connection.isGreeted = true
    connection.roomIndex = room
    connection.isListening = listen
    connection.previous = welcome.next.previous
    connection.next = welcome.next.offset
    // Behind a snapshot there is nothing to read: frames before it are skipped by the chain.
    connection.isLive = listen && (welcome.snapshot != nil || connection.next >= position)
    connections[Int(slot)] = connection
    while members.count <= room { members.append([]) }
    members[room].append(slot)
    if listen, !connection.isLive { catchUp(Int(slot)) }
  }
}

// In place: a copy of the whole would count references up and down, for every reader.
extension Connection {
  /// What a room's next frame is to a reader.
  enum Following {
    /// They have its events, or want none.
    case has
    /// It is theirs, and counts as delivered.
    case next
    /// They miss events before it, from this offset on, or take nothing at the moment.
    case behind(from: Int64)
  }

  @inline(__always)
  mutating func follow(_ events: EventsFrame) -> Following {
    guard isLive, events.last > previous else { return .has }
    guard previous == events.previous, blockedSince == nil else {
      return .behind(from: max(previous + 1, next))
    }
    previous = events.last
    return .next
  }

  /// Whether an acknowledgement may go out: never before the events that hold it.
  ///
  /// While the socket takes nothing only the newest is kept.
  mutating func owe(_ ack: Ack) -> Bool {
    guard id == ack.connection, !isClosing else { return false }
    let isDue = hasEvents(to: ack.offset) && blockedSince == nil
    owedAck = isDue ? nil : ack
    return isDue
  }

  /// Whether somebody who is heard is listened to.
  mutating func isHeard(at time: Int64) -> Bool {
    guard !isClosing else { return false }
    heard = time
    return true
  }
}
