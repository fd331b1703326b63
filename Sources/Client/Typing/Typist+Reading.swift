internal import Chat

extension Typist {
  /// The server said something.
  package mutating func receive(_ message: ServerMessage, at now: Int64) -> [TypistAction] {
    guard !link.isOver else { return [] }
    link.heard(at: now)
    switch message {
    case .welcome(let welcome): return greet(welcome, at: now)
    case .ack(let seq, let offset):
      guard link.isOpen, seq < nextSeq else { return [] }
      return acknowledge(through: seq, offset: offset, at: now)
    case .events(let frame): return read(frame, at: now)
    case .snapshot(let snapshot):
      position.take(snapshot)
      gapsInARow = 0
      _ = returns.saw(welcomedSeq)
      return []
    case .position(let next):
      position.take(position: next)
      return []
    case .reset:
      position.forget()
      return []
    case .ping: return [.say(.pong)]
    case .bye(let bye):
      if let code = bye.code.flatMap({ UInt16(exactly: $0) }), !Closing.code(code).comesBack {
        return end(.refused("bye \(code): \(bye.reason ?? "")"))
      }
      retryAsked = bye.retryMilliseconds
      if bye.code == Bye.unreadable { position.forget() }
      return []
    case .error(let error): return refuse(error, at: now)
    case .page, .unknown: return []
    }
  }

  private mutating func greet(_ welcome: Welcome, at now: Int64) -> [TypistAction] {
    guard case .greeting = link.phase else { return [] }
    guard let participant = welcome.participant else {
      return end(.refused("welcomed as nobody"))
    }
    var actions: [TypistAction] = []
    if let by, by != participant {
      // Somebody else now: the old numbers are another author's.
      let old = Author(by: by, session: session, seq: acknowledgedSeq)
      rewrite(from: acknowledgedSeq + 1, .newSession)
      actions.append(.renewed(from: old))
    }
    by = participant
    token = welcome.token ?? token
    guard welcome.seq >= acknowledgedSeq, welcome.seq < nextSeq else {
      actions += renew()
      link.lost(at: now)
      return actions + [.disconnect]
    }
    link.welcomed(pingMilliseconds: welcome.pingMilliseconds, at: now)
    welcomedSeq = welcome.seq
    actions += acknowledge(through: welcome.seq, offset: nil, at: now)
    if pending.isEmpty { progressAt = now }
    holdUntil = nil
    pending.rewind()
    return actions + flush(at: now)
  }

  private mutating func read(_ frame: EventsFrame, at now: Int64) -> [TypistAction] {
    guard position.take(frame) else {
      gaps += 1
      gapsInARow += 1
      if gapsInARow >= Self.gapsMost { position.forget() }
      link.lost(at: now)
      return [.disconnect]
    }
    gapsInARow = 0
    guard let by, !returns.isEmpty else { return [] }
    var actions: [TypistAction] = []
    for index in 0..<frame.count {
      guard let author = OwnEdit.author(frame.event(at: index), by: by, session: session),
        let wroteAt = returns.saw(author.seq)
      else { continue }
      actions.append(
        .returned(author, offset: frame.offset(at: index), nanoseconds: now - wroteAt))
    }
    return actions
  }
}

/// Finds one's own edits among everybody's: a literal and an identifier compared in place, so
/// that a frame full of other people's keys costs next to nothing.
enum OwnEdit {
  static func author(
    _ bytes: UnsafeRawBufferPointer, by: ParticipantID, session: SessionID
  ) -> Author? {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(#"{"type":"draft.edited","by":""#),
      cursor.take(13).flatMap({ ParticipantID(utf8: $0) }) == by,
      cursor.expect(#"","session":""#),
      cursor.take(5).flatMap({ SessionID(utf8: $0) }) == session,
      cursor.expect(#"","seq":"#), let seq = cursor.integer()
    else { return nil }
    return Author(by: by, session: session, seq: seq)
  }
}
