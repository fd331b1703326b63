internal import Chat
internal import Glibc
internal import LogStore
internal import Rooms

/// What people do, and what is done to them.
extension ConversationWorld {
  private func send(_ text: String, _ slot: Int32) {
    Array(text.utf8).withUnsafeBytes { server?.delivery.receive($0, from: slot) }
  }

  /// Types, whether connected or not.
  func say(_ index: Int) {
    guard people[index].unacknowledged.count < 200 else { return }
    let json = people[index].say(&random)
    tally[.records] += 1
    if let slot = people[index].slot, people[index].isGreeted { send(json, slot) }
  }

  func comeBack(_ index: Int) {
    guard people[index].slot == nil, let server else { return }
    let slot = server.delivery.open(room: people[index].room)
    server.sink.forget(slot)
    people[index].slot = slot
    send(people[index].hello, slot)
  }

  /// The other end is gone; the server notices now or later.
  func cut(_ index: Int) {
    guard let slot = people[index].slot else { return }
    tally[.socketsCut] += 1
    people[index].gone()
    if random.once(in: 2) {
      server?.delivery.closed(slot)
    } else {
      leaveHalfOpen(slot)
    }
  }

  /// Reads slowly for a while, or again as fast as can be.
  func slowDown(_ index: Int) {
    guard let slot = people[index].slot, let sink = server?.sink else { return }
    if sink.slow.remove(slot) == nil {
      sink.slow.insert(slot)
      tally[.slowSockets] += 1
    } else {
      server?.delivery.writable(slot)
    }
  }

  /// Closes what the server has ended, and what it should have noticed by now.
  func noticeEnds() throws(Broken) {
    guard let server else { return }
    for (slot, code) in server.sink.takeClosed() {
      server.delivery.closed(slot)
      if let index = people.firstIndex(where: { $0.slot == slot }) {
        guard code != 4_100 else { throw Broken("a session was taken from the one who has it") }
        people[index].gone()
      }
      endHalfOpen(slot)
    }
    guard random.once(in: 40) else { return }
    for slot in forgetHalfOpen() { server.delivery.closed(slot) }
  }

  func arm() {
    let after = random.below(20)
    switch random.below(8) {
    case 0: disk.faults.fail([.sync], errno: EIO, after: after)
    case 1, 2: disk.faults.fail([.write], errno: ENOSPC, after: after, times: random.within(1...3))
    case 3: disk.capacity = disk.used + random.within(0...4_000)
    case 4, 5: disk.capacity = .max
    default: disk.faults.fail([.read], errno: EIO, after: after)
    }
  }

  func stepClock() {
    tally[.clockSteps] += 1
    let span: Int64 = random.pick([900, 5_000, 3_600_000])
    time.step(milliseconds: random.once(in: 2) ? span : -span)
  }

  // MARK: what clients hear

  /// Takes what waits in a socket.
  func hear(_ index: Int) throws(Broken) {
    guard let slot = people[index].slot, let server else { return }
    for bytes in server.sink.take(slot) {
      trace.note(bytes)
      let parsed = bytes.withUnsafeBytes { try? JSONParser.parse($0, depth: 12) }
      guard case .object(let message)? = parsed else {
        throw Broken("the server wrote no JSON object")
      }
      try hear(message, bytes, index)
      if people[index].slot != slot { return }
    }
    server.delivery.writable(slot)
    server.delivery.heard(slot)
  }

  private func hear(_ message: JSONObject, _ bytes: [UInt8], _ index: Int) throws(Broken) {
    switch message.string("type") {
    case "welcome": try welcome(message, index)
    case "snapshot":
      people[index].last = message.integer("prev")
      people[index].cursor = message.string("next")
    case "events": try events(message, RawEvents.split(bytes), index)
    case "ack":
      guard let seq = message.integer("seq"), let offset = message.integer("offset") else { return }
      oracle.acknowledged(
        try people[index].acknowledge(seq, offset), of: people[index].session)
      tally[.acknowledgements] += 1
    case "position": people[index].cursor = message.string("next") ?? people[index].cursor
    case "reset":
      tally[.resets] += 1
      people[index].cursor = nil
      people[index].last = nil
    case "error": try refused(message, index)
    default: break
    }
  }

  private func welcome(_ message: JSONObject, _ index: Int) throws(Broken) {
    guard let by = message.string("participant"), let seq = message.integer("seq") else {
      throw Broken("a welcome without participant or seq")
    }
    if let known = people[index].participant, known != by {
      throw Broken("\(known) came back as \(by)")
    }
    tally[people[index].participant == nil ? .welcomes : .resumes] += 1
    people[index].participant = by
    people[index].token = message.string("token")
    people[index].isGreeted = true
    oracle.acknowledged(try people[index].welcomed(seq: seq), of: people[index].session)
    resend(index)
  }

  private func resend(_ index: Int) {
    guard let slot = people[index].slot else { return }
    for said in people[index].unacknowledged {
      tally[.resends] += 1
      send(said.json, slot)
    }
  }

  private func events(_ message: JSONObject, _ events: [ArraySlice<UInt8>], _ index: Int)
    throws(Broken)
  {
    guard let previous = message.integer("prev"), let first = message.integer("first"),
      message.array("events")?.count == events.count
    else { throw Broken("events without prev, first or events") }
    if let last = people[index].last, last != previous {
      throw Broken("events behind \(previous) for a client that has \(last)")
    }
    let offsets = message.array("offsets")
    var last = previous
    for (place, event) in events.enumerated() {
      var offset = first + Int64(place)
      if let offsets, case .integer(let named) = offsets[place] { offset = named }
      guard offset > last else { throw Broken("offset \(offset) came behind \(last)") }
      last = offset
      try oracle.show(offset, event.withUnsafeBytes { Trace.digest($0) })
    }
    people[index].last = last
    people[index].cursor = message.string("next")
    tally[.reads] += events.count
  }

  private func refused(_ message: JSONObject, _ index: Int) throws(Broken) {
    let code = message.string("code") ?? ""
    if code == "unavailable" {
      tally[.refusals] += 1
      resend(index)
      return
    }
    guard let expected = message.integer("expected") else {
      throw Broken("a well-behaved client was told \(code)")
    }
    try people[index].refused(code, expected: expected, draft: message.integer("draft"))
    if code == "seq_gap" { resend(index) }
  }
}

extension SimulatedPerson {
  /// The connection has ended, for this client.
  mutating func gone() {
    slot = nil
    isGreeted = false
  }
}
