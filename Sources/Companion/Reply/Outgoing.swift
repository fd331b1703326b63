package import Chat
package import Rooms

/// What the companion wants written in one room, in order, one proposal at a time.
///
/// The next is made only after the one before was seen in the log. So whatever a refused generation
/// takes away is one whole proposal with nothing behind it, and can be made again as it was.
///
/// A proposal is gone when the log went past its offset without it, or when a generation was
/// refused after it was queued and all that was committed until then has been read. If the refusal
/// fell into the very moment of the proposal, nobody can say under which generation it was queued:
/// then it is given up after ``doubtNanoseconds``, and not written again, for it might stand twice.
package struct Outgoing {
  /// Events of one proposal.
  static let batchEvents = 256
  /// Events that wait behind a proposal before the model does.
  static let waitingEvents = 64
  /// Nanoseconds before a proposal of doubtful fate is given up.
  static let doubtNanoseconds: Int64 = 5_000_000_000
  /// Milliseconds before a lost proposal is made again.
  static let lossMilliseconds = 100

  /// Where the log stands: what was read of it, and what was refused.
  package struct LogPosition {
    /// Every record before this offset has been read.
    package let read: Int64
    /// What was committed when `refusedGeneration` was looked at.
    package let next: Int64
    package let refusedGeneration: UInt64

    package init(read: Int64, next: Int64, refusedGeneration: UInt64) {
      self.read = read
      self.next = next
      self.refusedGeneration = refusedGeneration
    }
  }

  package enum Outcome: Equatable {
    case fine
    /// Against the rules; these events will not be written.
    case refused(String, [Event])
    /// Given up without knowing its fate.
    case doubtful([Event])
  }

  private struct Flight {
    /// What has not been seen yet.
    var events: ArraySlice<Event>
    var next: Int64
    let refusedBefore: UInt64
    let refusedAfter: UInt64
    let doubtAt: Int64
  }

  private var queue: [Event] = []
  private var flight: Flight?
  /// Monotonic nanoseconds before which the log takes nothing.
  private(set) var retryAt: Int64?

  package init() {}

  /// Whether nothing waits and nothing is on its way.
  package var isEmpty: Bool { queue.isEmpty && flight == nil }

  /// Whether what comes now has to wait: the log takes nothing, or is slower than the words.
  package var isHeldUp: Bool {
    retryAt != nil || flight != nil && queue.count >= Self.waitingEvents
  }

  package mutating func enqueue(_ event: Event) { queue.append(event) }

  /// Takes back what was not proposed yet.
  package mutating func withdraw(_ isUnwanted: (Event) -> Bool) {
    queue.removeAll(where: isUnwanted)
  }

  /// The companion's record at `offset` was seen; true when this one was waiting for it.
  package mutating func saw(_ offset: Int64) -> Bool {
    guard var seen = flight, seen.next == offset else { return false }
    seen.events.removeFirst()
    seen.next += 1
    flight = seen.events.isEmpty ? nil : seen
    return true
  }

  /// Finds out whether what is on its way was lost, at monotonic `now`.
  package mutating func review(_ log: LogPosition, now: Int64) -> Outcome {
    guard let flight else { return .fine }
    let isPassed = log.read > flight.next
    let isRefused = log.refusedGeneration > flight.refusedAfter && log.read >= log.next
    if isPassed || isRefused {
      self.flight = nil
      queue.insert(contentsOf: flight.events, at: 0)
      wait(milliseconds: Self.lossMilliseconds, now)
      return .fine
    }
    guard flight.refusedBefore != flight.refusedAfter, now >= flight.doubtAt else { return .fine }
    self.flight = nil
    return .doubtful(Array(flight.events))
  }

  /// Proposes what waits, if it may; `refused` reads the log's refused generation.
  package mutating func propose(
    to rooms: any Admitting, in room: RoomName, refused: () -> UInt64, now: Int64
  ) -> Outcome {
    if let retryAt, now < retryAt { return .fine }
    retryAt = nil
    guard flight == nil, !queue.isEmpty else { return .fine }
    let batch = queue.prefix(Self.batchEvents)
    let before = refused()
    switch rooms.propose(Array(batch), in: room) {
    case .submitted(let first):
      flight = Flight(
        events: batch, next: first, refusedBefore: before, refusedAfter: refused(),
        doubtAt: now + Self.doubtNanoseconds)
      queue.removeFirst(batch.count)
      return .fine
    case .refused(let words):
      queue.removeFirst(batch.count)
      return .refused(words, Array(batch))
    case .unavailable(let milliseconds):
      wait(milliseconds: milliseconds, now)
      return .fine
    }
  }

  /// Monotonic nanoseconds at which something here is due; nil: only the log decides.
  package var deadline: Int64? {
    if let retryAt { return retryAt }
    guard let flight, flight.refusedBefore != flight.refusedAfter else { return nil }
    return flight.doubtAt
  }

  private mutating func wait(milliseconds: Int, _ now: Int64) {
    retryAt = now + Int64(max(1, milliseconds)) * 1_000_000
  }
}
