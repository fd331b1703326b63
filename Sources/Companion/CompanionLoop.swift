internal import Chat
internal import LogStore
internal import Logging
internal import Rooms

/// The companion's thread: read the log, step, sleep until a commit, a socket or a moment.
final class CompanionLoop {
  /// Records read between two looks at the models.
  static let recordsAtATime = 4_096
  /// Milliseconds before a failed read is tried again, and the longest sleep.
  static let readRetryMilliseconds: Int64 = 1_000
  static let longestSleepMilliseconds: Int64 = 60_000
  /// Milliseconds between two looks at the log where no model waits for what it says.
  static let idleMilliseconds: Int32 = 50

  private let log: any EventLog
  private let time: any TimeSource
  private let logger: Logger
  private let signal: CompanionSignal
  private let participation: Participation
  private let hasModels: Bool
  private var tail: Tail
  private var isLive = false
  private var hasComplained = false
  /// The offset up to which the log is history: what was committed before this start.
  private let historyEnd: Int64

  init(
    log: any EventLog, rooms: any Admitting, options: CompanionOptions,
    from recollection: Recollection, time: any TimeSource, logger: Logger, signal: CompanionSignal
  ) {
    self.log = log
    self.time = time
    self.logger = logger
    self.signal = signal
    hasModels = !options.providers.isEmpty
    participation = Participation(
      options: options, rooms: rooms,
      models: Provider.open(options, multi: signal.multi, time: time, logger: logger),
      time: time, refusedGeneration: { log.state.refusedGeneration }, from: recollection,
      logger: logger)
    let state = log.state
    historyEnd = state.next
    tail = log.tail(from: max(recollection.next ?? state.start, state.start))
  }

  /// Until ``CompanionSignal/stop()``, and then for as long as the last words need, within bounds.
  func run() {
    let observation = log.observe { [signal] in signal.ring() }
    defer { observation.cancel() }
    var farewellEnds: Int64?
    while true {
      // Still ringing, so that no commit wakes this thread meanwhile.
      if isLive, !hasModels, !signal.mustStop {
        signal.multi.wait(milliseconds: Self.idleMilliseconds)
      }
      signal.answer()
      let state = log.state
      let isBehind = read()
      if signal.mustStop, farewellEnds == nil {
        participation.close()
        farewellEnds =
          time.monotonicNanoseconds + Int64(CompanionHost.farewellMilliseconds) * 1_000_000
      }
      guard isLive || farewellEnds == nil else { return }
      guard isLive else { continue }
      let due = participation.step(
        Outgoing.LogPosition(
          read: tail.offset, next: state.next, refusedGeneration: state.refusedGeneration))
      if let ends = farewellEnds,
        participation.isSettled || time.monotonicNanoseconds >= ends
      {
        return
      }
      sleep(until: isBehind ? 0 : [due, farewellEnds].compactMap { $0 }.min())
    }
  }

  /// Reads on; true when there is more.
  private func read() -> Bool {
    var count = 0
    do {
      count = try tail.poll(limit: Self.recordsAtATime) { [participation] record in
        CompanionLoop.observe(record, participation)
      }
    } catch {
      rest(after: error)
    }
    if !isLive, tail.offset >= historyEnd {
      isLive = true
      participation.beginLive()
    }
    return count == Self.recordsAtATime
  }

  /// Where the log's head was dropped meanwhile it goes on behind it; else it waits and retries.
  private func rest(after error: ReadError) {
    if case .outOfRange(_, let start, _) = error, tail.offset < start {
      tail = log.tail(from: start)
      return
    }
    if !hasComplained {
      logger.error("the companion cannot read the log", metadata: ["error": "\(error)"])
    }
    hasComplained = true
    signal.multi.wait(milliseconds: Int32(Self.readRetryMilliseconds))
  }

  private func sleep(until due: Int64?) {
    let now = time.monotonicNanoseconds
    // Rounded up: waking a little early would only turn the loop once more.
    let milliseconds = due.map { max(0, $0 - now + 999_999) / 1_000_000 }
    let bounded = min(milliseconds ?? Self.longestSleepMilliseconds, Self.longestSleepMilliseconds)
    signal.multi.wait(milliseconds: Int32(bounded))
  }

  /// Edits and typing are most of a log and mean nothing here: they are passed by unread.
  private static func observe(_ record: RecordView, _ participation: Participation) {
    var cursor = JSONCursor(record.value)
    if cursor.expect(#"{"type":"draft."#) || cursor.expect(#"{"type":"typing."#) { return }
    guard let key = record.key, let room = RoomName(key: key),
      let event = try? Event.decode(record.value)
    else { return }
    participation.observe(event, in: room, offset: record.offset, time: record.timestamp)
  }
}
