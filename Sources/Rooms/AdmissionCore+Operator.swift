import Chat
import LogStore
import Projector

/// An act on its way into the log.
struct PendingAct {
  let offset: Int64
  let answer: @Sendable (ActOutcome) -> Void
}

extension AdmissionCore {
  /// Decides an act and queues its event; `answer` is called once it is durable and was handed to
  /// every loop, or at once when it will not be.
  mutating func perform(
    _ act: OperatorAct, in room: RoomName, answer: @escaping @Sendable (ActOutcome) -> Void
  ) {
    guard isOpen else { return answer(.unavailable) }
    let event: Event
    do { event = try self.event(for: act, in: room) } catch { return answer(.refused(error)) }
    let (offset, generation) = (ahead.next, generation)
    append(event, room: room, clientTime: nil)
    submit()
    guard generation == self.generation else { return answer(.unavailable) }
    acts.append(PendingAct(offset: offset, answer: answer))
  }

  private mutating func event(
    for act: OperatorAct, in room: RoomName
  ) throws(ActRefusal) -> Event {
    switch act {
    case .hide(let message, let reason):
      try check(reason)
      guard let index = committed.rooms[room] else { throw Self.noRoom(room) }
      let state = committed.states[index]
      let isHere =
        state.items.contains { $0.offset == message } || state.openReply(message) != nil
      guard isHere || isItem(message, in: room) else {
        throw ActRefusal(
          .noMessage, "no message and no reply of \(room) has the offset \(message)")
      }
      return .messageHidden(by: .operator, message: message, reason: reason)
    case .mute(let participant, let until, let reason):
      try check(reason)
      guard let index = ahead.rooms[room] else { throw Self.noRoom(room) }
      guard ahead.states[index].people[participant] != nil else {
        throw ActRefusal(.noParticipant, "nobody called \(participant) is known in \(room)")
      }
      guard (0...Limits.integer).contains(until) else {
        throw ActRefusal(.badValue, "until is ms since 1970, or 0")
      }
      return .participantMuted(
        by: .operator, participant: participant, until: until, reason: reason)
    case .stop(let reply):
      guard let index = ahead.rooms[room] else { throw Self.noRoom(room) }
      guard ahead.states[index].openReply(reply) != nil else {
        throw ActRefusal(.noReply, "no open reply of \(room) has the offset \(reply)")
      }
      return .replyStopRequested(by: .operator, reply: reply)
    case .mode(let mode, let every):
      guard opens(room) else { throw Self.noRoom(room) }
      _ = roomIndex(room)
      guard (mode == .slow) == (every != nil) else {
        throw ActRefusal(.badValue, "every_ms belongs to slow, and only there")
      }
      if let every, !OperatorAct.everyMilliseconds.contains(every) {
        throw ActRefusal(.badValue, "every_ms is from 1 to a day")
      }
      return .roomMode(by: .operator, mode: mode, everyMilliseconds: every)
    }
  }

  private func check(_ reason: String?) throws(ActRefusal) {
    guard let reason, reason.scalarCount > OperatorAct.reasonScalars else { return }
    throw ActRefusal(
      .badValue, "a reason has at most \(OperatorAct.reasonScalars) characters")
  }

  private static func noRoom(_ room: RoomName) -> ActRefusal {
    ActRefusal(.noRoom, "nothing was ever said in a room called \(room)")
  }

  /// Whether an item stands in the log there; asked only for what memory holds no more.
  private func isItem(_ offset: Int64, in room: RoomName) -> Bool {
    switch history(at: offset, in: room) {
    case .messageSent?, .replyStarted?: true
    default: false
    }
  }

  /// One committed event of a room, read from the log.
  func history(at offset: Int64, in room: RoomName) -> Event? {
    guard offset >= log.state.start, offset < committed.next else { return nil }
    var event: Event?
    _ = try? log.scan(from: offset, to: offset + 1) { record in
      if record.offset == offset, record.key?.elementsEqual(room.key) == true {
        event = try? Event.decode(record.value)
      }
      return .stop
    }
    return event
  }

  /// Tells those whose acts are durable.
  mutating func answerActs() {
    guard !acts.isEmpty else { return }
    for act in acts where act.offset < committed.next { act.answer(.done(offset: act.offset)) }
    acts.removeAll { $0.offset < committed.next }
  }

  /// Nothing of what was on its way will be written under the offset it had.
  mutating func dropActs() {
    for act in acts { act.answer(.unavailable) }
    acts = []
  }
}
