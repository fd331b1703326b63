import Chat
import LogStore
import Projector
import Synchronization

/// How often anything was hidden since the start: what was read from the log at an older count may
/// show what is hidden by now, and is read again.
final class HidingCount: Sendable {
  private let count = Atomic<UInt64>(0)

  var value: UInt64 { count.load(ordering: .sequentiallyConsistent) }
  func raise() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
}

extension AdmissionCore {
  /// Makes the masks of all rooms; at a start.
  mutating func makeMasks() {
    for (room, name) in roomNames.enumerated() where !committed.states[room].hidden.isEmpty {
      makeMask(of: room, name, committed.states[room])
    }
  }

  private mutating func makeMask(of room: Int, _ name: RoomName, _ state: RoomState) {
    masks[room] = RoomMask(of: state, after: masks[room]) { offset in
      guard case .messageSent(let author, let draft, _)? = history(at: offset, in: name) else {
        return nil
      }
      return DraftKey(by: author.by, session: author.session, draft: draft)
    }
  }

  /// Rooms in which this pass hid something get new masks, and their frames are made anew from the
  /// log: what they were made of may have been hidden behind it.
  mutating func remask(
    _ work: inout CommitWork, from start: Int64, _ committed: Projection
  ) {
    let rooms = work.rooms.filter { committed.states[$0].lastHiding >= start }
    guard !rooms.isEmpty else { return }
    self.committed = committed
    let names = roomNames
    for room in rooms { makeMask(of: room, names[room], committed.states[room]) }
    hidings.raise()
    for room in rooms {
      var previous = work.startOver(room, mask: masks[room])
      // Unreadable a moment after the commit: the frames that are missing are a gap in the chain,
      // and readers are sent to the disk themselves.
      _ = try? log.scan(
        from: start, to: committed.next, key: names[room].key, passing: .max
      ) { record in
        previous = work.encodeAgain(record, of: room, after: previous)
        return .advance
      }
    }
    self.committed = Projection()
  }
}
