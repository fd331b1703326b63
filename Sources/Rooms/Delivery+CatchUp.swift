import Chat
import LogStore

extension Delivery {
  /// Seconds a socket may take nothing before it is closed with a cursor to come back from.
  static var blockedMilliseconds: Int64 { 30_000 }
  static var helloMilliseconds: Int64 { 10_000 }

  /// Takes a connection out of the sweep: from `offset` on it is served from segments.
  func fallBehind(_ slot: Int, from offset: Int64) {
    connections[slot]?.isLive = false
    connections[slot]?.next = offset
    catchUp(slot)
  }

  /// Asks for the next piece of history, one at a time and only while the socket takes bytes.
  func catchUp(_ slot: Int) {
    guard let connection = connections[slot], !connection.isReading, !connection.isClosing,
      connection.blockedSince == nil
    else { return }
    connections[slot]?.isReading = true
    let (history, admission, room) = (history, admission, connection.room)
    let cursor = Cursor(epoch: "", offset: connection.next, previous: connection.previous)
    read(for: connection.id) {
      do throws(ReadError) {
        return try history.events(in: room, from: cursor, mask: admission.mask(of: room))
      } catch {
        return .noEvents(error)
      }
    }
  }

  func finish(_ read: HistoryRead, for slot: Int32) {
    switch read {
    case .page(let frame):
      connections[Int(slot)]?.isReadingPage = false
      write(sink.wire(frame), to: slot)
    case .events(let events, let reached): caughtUp(Int(slot), events, reached: reached)
    case .noPage(let error):
      failedReads.add(error)
      connections[Int(slot)]?.isReadingPage = false
      write(Refusal(unreadable: "those items", error).json, to: slot)
    case .noEvents(let error):
      // They would be missing for good: the client begins anew with the room as it stands.
      failedReads.add(error)
      let first = connections[Int(slot)]?.next ?? 0
      write(Refusal(unreadable: "events from offset \(first) on", error).json, to: slot)
      close(slot, .unreadable)
    }
  }

  private func caughtUp(_ slot: Int, _ events: EventsFrame?, reached: Int64) {
    connections[slot]?.isReading = false
    connections[slot]?.next = reached
    if let events {
      connections[slot]?.previous = events.last
      write(sink.wire(events.frame), to: Int32(slot))
    }
    payOwedAck(slot)
    guard reached < position else {
      connections[slot]?.isLive = true
      return
    }
    catchUp(slot)
  }

  /// Acknowledges what is due by now, unless the socket takes nothing.
  private func payOwedAck(_ slot: Int) {
    guard let connection = connections[slot], let owed = connection.owedAck,
      connection.blockedSince == nil, connection.hasEvents(to: owed.offset)
    else { return }
    connections[slot]?.owedAck = nil
    write(sink.wire(owed.frame), to: Int32(slot))
  }

  /// The socket took some of what waits in it.
  package func tookSome(_ slot: Int32) {
    guard connections[Int(slot)]?.blockedSince != nil else { return }
    connections[Int(slot)]?.blockedSince = now
  }

  /// The socket takes bytes again.
  package func writable(_ slot: Int32) {
    guard connections[Int(slot)]?.blockedSince != nil else { return }
    connections[Int(slot)]?.blockedSince = nil
    payOwedAck(Int(slot))
    if connections[Int(slot)]?.isLive == false, connections[Int(slot)]?.isListening == true {
      catchUp(Int(slot))
    }
  }

  /// Lets time pass: pings, signs of life, hello in time, word of a slow disk.
  ///
  /// Call it about once a second.
  package func tick() {
    let now = now
    let ping = Int64(admission.options.pingMilliseconds)
    tellOfSlowDisk()
    for case var connection? in connections where !connection.isClosing {
      let slot = connection.id.slot
      // Who is not read cannot be heard: the deadline begins when reading does again.
      if connection.isOverBudget { readAgain(connection) }
      if connection.isPaused || connection.isOverBudget || connection.blockedSince != nil {
        connection.heard = now
        connections[Int(slot)]?.heard = now
      }
      if !connection.isGreeted, now - connection.opened > Self.helloMilliseconds {
        close(slot, .noHello)
      } else if now - connection.heard > ping * 2 {
        close(slot, .silent)
      } else if let since = connection.blockedSince, now - since > Self.blockedMilliseconds {
        close(slot, .slow)
      } else if connection.isGreeted, connection.blockedSince == nil,
        now - connection.pinged >= ping
      {
        self.ping(connection, now)
      }
    }
    sink.flush()
  }

  /// Once a slow commit: that nobody's words are lost, though no acknowledgement comes.
  ///
  /// The acknowledgement ends it for a client, so the next slow commit is told again, however soon.
  private func tellOfSlowDisk() {
    let commit = admission.log.state.stalledCommit
    guard commit > 0, commit != toldSlowCommit else { return }
    toldSlowCommit = commit
    let refusal = Refusal(.slowDisk, "the disk is slow; what you type is kept and waits")
    let wire = sink.wire(Frame(refusal.json))
    for case let connection? in connections where connection.isGreeted {
      write(wire, to: connection.id.slot)
    }
  }

  private func ping(_ connection: Connection, _ now: Int64) {
    let slot = connection.id.slot
    connections[Int(slot)]?.pinged = now
    if connection.isLive {
      let cursor = Cursor(
        epoch: admission.log.state.epoch.id, offset: max(position, connection.next),
        previous: connection.previous)
      var json = JSONWriter()
      json.begin(type: "position")
      json.field("next", cursor.text)
      json.endObject()
      write(json.bytes, to: slot)
    }
    var json = JSONWriter()
    json.begin(type: "ping")
    json.endObject()
    write(json.bytes, to: slot)
    sink.ping(slot)
  }
}
