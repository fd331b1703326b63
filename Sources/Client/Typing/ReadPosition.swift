/// Where a reader stands in a room's log, and the check that nothing lies between.
struct ReadPosition: Sendable {
  /// The cursor to resume from; nil until something was received.
  private(set) var cursor: String?
  /// Offset of the last event of the room that was received or stood in a snapshot; −1: none.
  private(set) var last: Int64?

  /// Takes a frame that begins right behind the last one; false when it does not, and nothing
  /// changed: the reader has found a fault and reconnects.
  mutating func take(_ frame: EventsFrame) -> Bool {
    if let last, last != frame.prev { return false }
    last = frame.last
    cursor = frame.next
    return true
  }

  /// Starts over behind a snapshot.
  mutating func take(_ snapshot: Snapshot) {
    last = snapshot.prev
    cursor = snapshot.next
  }

  /// Moves on in a quiet room.
  mutating func take(position next: String) {
    if last != nil { cursor = next }
  }

  mutating func forget() { self = ReadPosition() }
}
