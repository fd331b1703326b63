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
    // Field by field: a copy of the whole would count references up and down.
    guard connections[slot]?.isLive == true, let previous = connections[slot]?.previous,
      events.last > previous
    else { return }
    guard previous == events.previous, connections[slot]?.blockedSince == nil else {
      fallBehind(slot, from: max(previous + 1, connections[slot]?.next ?? 0))
      return
    }
    connections[slot]?.previous = events.last
    if !sink.deliver(wire, to: Int32(slot)) { block(Int32(slot)) }
  }

  /// An acknowledgement never goes out before the events that hold it; while the socket takes
  /// nothing only the newest is kept.
  private func acknowledge(_ ack: Ack) {
    let slot = Int(ack.connection.slot)
    // Field by field, as above.
    guard connections[slot]?.id == ack.connection,
      let hasEvents = connections[slot]?.hasEvents(to: ack.offset)
    else { return }
    guard hasEvents, connections[slot]?.blockedSince == nil else {
      connections[slot]?.owedAck = ack
      return
    }
    connections[slot]?.owedAck = nil
    guard connections[slot]?.isClosing == false else { return }
    if !sink.deliver(sink.wire(ack.frame), to: ack.connection.slot) { block(ack.connection.slot) }
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
