import Chat
internal import Synchronization

/// What admission hands to one event loop: parcels, in order, and one wake-up until they are taken.
package final class LoopPort: Sendable {
  package let index: Int32
  /// Commits from this offset on come through this port.
  let start: Int64
  private let parcels = Mutex<[Parcel]>([])
  private let wake: @Sendable () -> Void

  init(index: Int32, start: Int64, wake: @escaping @Sendable () -> Void) {
    self.index = index
    self.start = start
    self.wake = wake
  }

  func put(_ parcel: Parcel) {
    let wasEmpty = parcels.withLock { waiting in
      waiting.append(parcel)
      return waiting.count == 1
    }
    if wasEmpty { wake() }
  }

  var isEmpty: Bool { parcels.withLock { $0.isEmpty } }

  /// Takes everything that waits, oldest first.
  func take() -> [Parcel] {
    parcels.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}

/// Something for one loop to deliver.
enum Parcel: Sendable {
  /// A commit: every room's frames, and acknowledgements for this loop's writers.
  case commit(Commit, acks: [Ack])
  case notice(ConnectionID, Notice)
  /// A read from disk for one connection is done.
  case read(ConnectionID, FinishedRead)
  /// Everybody goes: the server stops.
  case shutdown(retryMilliseconds: Int)
}

/// What one or more batches of the log mean to readers.
final class Commit: Sendable {
  /// The next offset after it: whoever got its frames is up to date to here.
  let next: Int64
  /// Frames by room index, in log order within a room.
  let frames: [(room: Int, events: EventsFrame)]

  init(next: Int64, frames: [(room: Int, events: EventsFrame)]) {
    self.next = next
    self.frames = frames
  }
}

/// Every event of the connection's session up to `seq` is durable, the last at `offset`.
struct Ack: Sendable {
  let connection: ConnectionID
  let seq: Int64
  let offset: Int64

  /// Its message, in the frame it leaves in: one is made for every edit of one who types slowly.
  var frame: Frame {
    var json = JSONWriter(reserving: Frame.headroom + 80)
    json.reserveHeadroom(Frame.headroom)
    json.begin(type: "ack")
    json.field("seq", seq)
    json.field("offset", offset)
    json.endObject()
    return Frame(storage: json.bytes)
  }
}

/// Something admission has to say to one connection.
enum Notice: Sendable {
  case welcome(Welcome, room: Int, listen: Bool)
  case refusal(Refusal)
  case ack(seq: Int64, offset: Int64)
  case close(CloseReason)
  /// Too many events of this session are not durable yet: do not read its socket for a while.
  case pauseReading(Bool)
}
