import Chat
import LogStore
import Rooms
import Synchronization

@testable import Companion

/// A log, a room and a clock in memory, stepped by hand: what the companion proposes waits until
/// ``commit()``, is thrown away by ``refuse()``, and comes back to it through ``observe``.
///
/// Faults: the log takes nothing (`isFull`), the room objects (`objection`), a generation is
/// refused, even in the very moment of a proposal (`refusesDuringProposal`), a server starts again.
final class World {
  final class Clock: TimeSource {
    private let now = Mutex<Int64>(1_000_000)
    var wallMilliseconds: Int64 { now.withLock { $0 } }
    var monotonicNanoseconds: Int64 { now.withLock { $0 * 1_000_000 } }
    func advance(milliseconds: Int64) { now.withLock { $0 += milliseconds } }
  }

  struct Entry: Equatable {
    let event: Event
    let room: RoomName
    let time: Int64
  }

  final class Door: Admitting {
    struct State {
      var pending: [(Event, RoomName)] = []
      var committed: Int64 = 0
      var refused: UInt64 = 0
      var isFull = false
      var objection: String?
      var refusesDuringProposal = false
      var proposals = 0
      var reservation = ReplyReservation.granted
      var reserved: [[Int64]] = []
    }
    let state = Mutex(State())

    func reserveReply(to messages: [Int64]) -> ReplyReservation {
      state.withLock { state in
        state.reserved.append(messages)
        defer { state.reservation = .granted }
        return state.reservation
      }
    }

    func propose(_ events: [Event], in room: RoomName) -> Proposal {
      state.withLock { state in
        state.proposals += 1
        if state.isFull { return .unavailable(retryMilliseconds: 50) }
        if let objection = state.objection { return .refused(objection) }
        let first = state.committed + Int64(state.pending.count)
        if state.refusesDuringProposal {
          state.refusesDuringProposal = false
          state.refused += 1
        } else {
          state.pending += events.map { ($0, room) }
        }
        return .submitted(firstOffset: first)
      }
    }
  }

  let clock = Clock()
  let door = Door()
  let options: CompanionOptions
  private(set) var log: [Entry] = []
  private(set) var models: [FakeModel] = []
  private(set) var companion: Participation
  private var read = 0

  init(options: CompanionOptions) {
    self.options = options
    (companion, models) = World.companion(options, clock, door)
  }

  private static func companion(
    _ options: CompanionOptions, _ clock: Clock, _ door: Door
  ) -> (Participation, [FakeModel]) {
    let models = options.providers.map { _ in FakeModel() }
    let companion = Participation(
      options: options, rooms: door, models: models, time: clock,
      refusedGeneration: { door.state.withLock { $0.refused } })
    return (companion, models)
  }

  /// Everything in memory is lost but the log; a new companion reads it and is live.
  func restart() {
    door.state.withLock { $0.pending = [] }
    (companion, models) = World.companion(options, clock, door)
    read = 0
    deliver()
    companion.beginLive()
    step()
  }

  /// Puts the log or the room into another state.
  @discardableResult
  func fault<Answer: Sendable>(_ change: (inout Door.State) -> Answer) -> Answer {
    door.state.withLock { change(&$0) }
  }

  /// How often the companion proposed something.
  var proposals: Int { door.state.withLock { $0.proposals } }

  /// Writes an event of somebody else, behind all that is pending.
  @discardableResult
  func write(_ event: Event, in room: RoomName = .lobby) -> Int64 {
    door.state.withLock { $0.pending.append((event, room)) }
    commit()
    return Int64(log.count - 1)
  }

  @discardableResult
  func say(_ text: String, in room: RoomName = .lobby) -> Int64 {
    write(.message(text, seq: Int64(log.count + 1)), in: room)
  }

  /// Commits what is pending and lets the companion see it, and act.
  func commit() {
    door.state.withLock { state in
      log += state.pending.map { Entry(event: $0.0, room: $0.1, time: clock.wallMilliseconds) }
      state.pending = []
      state.committed = Int64(log.count)
    }
    deliver()
    step()
  }

  /// The log refuses everything pending.
  func refuse() {
    door.state.withLock { state in
      state.pending = []
      state.refused += 1
    }
    step()
  }

  /// Commits and steps until the companion proposes no more.
  func settle() {
    repeat { commit() } while door.state.withLock { !$0.pending.isEmpty }
  }

  @discardableResult
  func step() -> Int64? {
    companion.step(
      Outgoing.LogPosition(
        read: Int64(read), next: Int64(log.count),
        refusedGeneration: door.state.withLock { $0.refused }))
  }

  private func deliver() {
    while read < log.count {
      let entry = log[read]
      companion.observe(entry.event, in: entry.room, offset: Int64(read), time: entry.time)
      read += 1
    }
  }
}

/// A model that says what the test puts into its mouth.
final class FakeModel: LanguageModel {
  private(set) var begun: [(call: Int, prompt: Prompt)] = []
  private(set) var cancelled: [Int] = []
  private(set) var paused: Set<Int> = []
  private var deliveries: [CallEvents] = []
  var deadline: Int64? { nil }

  /// Says this in the call begun last.
  func say(_ events: ModelEvent...) {
    deliveries.append(CallEvents(call: begun.last?.call ?? -1, events: events))
  }

  func begin(_ prompt: Prompt, call: Int) { begun.append((call, prompt)) }
  func cancel(_ call: Int) {
    if begun.contains(where: { $0.call == call }) { cancelled.append(call) }
  }
  func pause(_ call: Int) { paused.insert(call) }
  func resume(_ call: Int) { paused.remove(call) }
  func advance() -> [CallEvents] {
    defer { deliveries = [] }
    return deliveries
  }
}
