import Chat
import LogStore
import Projector

extension AdmissionCore {
  /// The socket is gone: its session's grace begins.
  mutating func close(_ connection: ConnectionID) {
    awaiting.removeAll { $0.connection == connection }
    guard let key = detach(connection)?.seat,
      seats[key]?.connection == connection
    else { return }
    seats[key]?.connection = nil
    let graceEnds = now + Limits.graceMilliseconds
    seats[key]?.graceEnds = graceEnds
  }

  /// `leave`: the session ends at once, the participant with its last one.
  mutating func leave(_ connection: ConnectionID, _ key: SeatKey, _ room: RoomName) {
    endSeat(key, room, reason: .left)
    detach(connection)
    tell(connection, .close(.left))
  }

  private mutating func endSeat(_ key: SeatKey, _ room: RoomName, reason: LeaveReason) {
    let session = ahead.states[key.room].session(key.sessionKey)
    stopTyping(session, .left, key, room)
    seats[key] = nil
    presences[key.person]?.seats -= 1
    guard presences[key.person]?.seats == 0 else { return }
    endPresence(key.person, room, reason: reason)
  }

  private mutating func endPresence(_ person: PersonKey, _ room: RoomName, reason: LeaveReason) {
    presences[person] = nil
    guard ahead.states[person.room].people[person.by]?.isPresent == true else { return }
    append(.participantLeft(by: person.by, reason: reason), room: room, clientTime: nil)
  }

  mutating func rename(
    _ name: String, _ connection: ConnectionID, _ key: SeatKey, _ room: RoomName
  ) {
    do { try allowWriting(of: key.by, in: ahead.states[key.room]) } catch {
      return tell(connection, .refusal(error))
    }
    switch NameRules.accept(name) {
    case .success(let accepted):
      guard ahead.states[key.room].people[key.by]?.name != accepted else { return }
      append(.participantRenamed(by: key.by, name: accepted), room: room, clientTime: nil)
    case .failure(let fault): tell(connection, .refusal(Refusal(.badName, fault.words)))
    }
  }

  /// Lets time pass.
  mutating func tick() {
    guard isOpen else { return }
    let now = now
    let names = roomNames
    for (key, seat) in seats {
      if let ends = seat.graceEnds, ends <= now {
        endSeat(key, names[key.room], reason: .gone)
      } else if let ends = seat.typingEnds, ends <= now, seat.connection != nil {
        let session = ahead.states[key.room].session(key.sessionKey)
        stopTyping(session, .idle, key, names[key.room])
      }
    }
    for (person, presence) in presences where presence.seats == 0 {
      guard let ends = presence.graceEnds, ends <= now else { continue }
      endPresence(person, names[person.room], reason: .gone)
    }
    noteClock()
    submit()
  }

  /// Rooms by index.
  var roomNames: [RoomName] {
    var names = [RoomName](repeating: .lobby, count: ahead.states.count)
    for (name, index) in ahead.rooms { names[index] = name }
    return names
  }

  /// Records once that the wall clock fell behind the log's time.
  private mutating func noteClock() {
    let behind = log.state.clockBehindMilliseconds
    guard behind > 0 else {
      reportedClockStep = false
      return
    }
    guard !reportedClockStep else { return }
    reportedClockStep = true
    append(.clockStepped(behindMilliseconds: behind), room: nil, clientTime: nil)
  }

  mutating func shutDown(retryMilliseconds: Int) {
    absorb()
    isOpen = false
    dropActs()
    for port in ports { port.put(.shutdown(retryMilliseconds: retryMilliseconds)) }
  }
}
