/// One pass over a room's events, kept: its state now and then on the way, and who typed when.
///
/// What a seek starts from instead of the log's start. Never trusted over the log: it is made of it
/// alone, and a room without one is only slower to seek in.
package struct RoomSurvey: Sendable {
  /// States that are kept.
  package static let rungsMost = 32
  /// Events of the room between two of them, at first.
  package static let rungEventsLeast = 8_192

  /// A room after every event below `next`.
  package struct Rung: Sendable {
    package let next: Int64
    package let state: RoomState

    package init(next: Int64, state: RoomState) {
      self.next = next
      self.state = state
    }
  }

  /// Where the pass stands.
  package private(set) var next: Int64
  package private(set) var state: RoomState
  package private(set) var activity = Activity()
  private var rungs: [Rung]
  /// Events between two rungs; doubled whenever there are too many.
  private var step = Self.rungEventsLeast
  private var sinceRung = 0

  /// Begins at `start`, with what the room was there.
  package init(from start: Rung) {
    next = start.next
    state = start.state
    rungs = [start]
  }

  /// Folds the room's next event.
  package mutating func apply(_ value: UnsafeRawBufferPointer, offset: Int64, time: Int64) {
    next = offset + 1
    state.apply(value, offset: offset, time: time)
    activity.note(value, offset: offset, time: time)
    sinceRung += 1
    guard sinceRung >= step else { return }
    sinceRung = 0
    rungs.append(Rung(next: next, state: state))
    guard rungs.count > Self.rungsMost else { return }
    // Every other one goes; the first, from which all else can be made, stays.
    rungs = rungs.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    step *= 2
  }

  /// Nothing of the room is before this offset.
  package mutating func reach(_ offset: Int64) { next = max(next, offset) }

  /// The state to fold on from to be at `end`: the latest that is not behind it.
  package func rung(upTo end: Int64) -> Rung? {
    if next <= end { return Rung(next: next, state: state) }
    return rungs.last { $0.next <= end }
  }
}
