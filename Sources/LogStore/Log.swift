internal import Synchronization

/// The log of one data directory, held by its lock: one writer, any number of readers.
package final class Log: EventLog {
  /// What opening found and did.
  package let opening: OpeningReport

  let published: Published
  let queue: LogQueue
  private let observers: Observers
  /// `nil` when the log is damaged and nothing is written.
  private let thread: JoinableThread?
  /// The writer of a log without a thread; works only in `step`.
  let stepped: LogWriter?
  let opener: Opener
  /// `nil` when there is nothing to do in the background.
  private let upkeep: UpkeepThread?
  private let lock: Mutex<(any StorageLock)?>
  private let stall = StallWatch()
  private let time: any TimeSource

  /// Opens DATA, creating it where there is none, and recovers what a crash left.
  package static func open(
    _ path: String, options: LogOptions = .init(), storage: any Storage = POSIXStorage(),
    time: any TimeSource = SystemTime()
  ) throws(OpenError) -> Log {
    try open(
      Opener(storage: storage, layout: Layout(data: path), options: options, time: time),
      hasThread: true)
  }

  /// Opens what `opener` says, under the directory's lock.
  static func open(_ opener: Opener, hasThread: Bool) throws(OpenError) -> Log {
    let (storage, path) = (opener.storage, opener.layout.data)
    let layout = opener.layout
    let lock: any StorageLock
    do {
      try storage.makeDirectories(layout.segments)
      guard let taken = try storage.lock(layout.lock) else { throw OpenError.locked(path: path) }
      lock = taken
    } catch let error as StorageError {
      throw Opener.refusal(error)
    } catch {
      throw .locked(path: path)
    }
    return Log(try opener.open(), opener, lock, hasThread: hasThread)
  }

  private init(
    _ outcome: Opener.Outcome, _ opener: Opener, _ lock: any StorageLock, hasThread: Bool
  ) {
    self.lock = Mutex(lock)
    self.opener = opener
    time = opener.time
    observers = Observers()
    let access = IndexAccess(storage: opener.storage, mayWrite: true)
    let recentBytes = opener.options.recentBytes
    switch outcome {
    case .damaged(let survey, let report):
      opening = report
      let health = Health.damaged(report.damage ?? "damaged")
      published = Published(
        survey.snapshot(health: health), recentBytes: recentBytes, access: access)
      queue = LogQueue(nextOffset: survey.next, health: health)
      thread = nil
      stepped = nil
      upkeep = nil
    case .writable(let recovered, let report):
      opening = report
      published = Published(recovered.snapshot, recentBytes: recentBytes, access: access)
      queue = LogQueue(nextOffset: recovered.next, health: recovered.health)
      let writer = LogWriter(
        storage: opener.storage, layout: opener.layout, options: opener.options,
        published: published, queue: queue, observers: observers,
        clock: LogClock(opener.time, last: recovered.lastTimestamp), stall: stall,
        recovered: recovered)
      upkeep =
        hasThread && opener.options.hasUpkeep
        ? UpkeepThread(Upkeep(opener, opener.options, published, owner: queue)) : nil
      if let upkeep { writer.sealed = { upkeep.wake() } }
      thread = hasThread ? JoinableThread { writer.run() } : nil
      stepped = hasThread ? nil : writer
    }
  }

  deinit { close() }

  package var state: LogState {
    var state = published.current.state
    (state.stalledCommit, state.stalledMilliseconds) = stall.look(at: time)
    return state
  }

  @discardableResult
  package func submit(_ records: [Record], generation: UInt64) throws(AppendError) -> Int64 {
    try queue.submit(records, generation: generation, waiter: nil)
  }

  @discardableResult
  package func append(_ records: [Record]) throws(AppendError) -> Range<Int64> {
    let waiter = AppendWaiter()
    let first = try queue.submit(records, generation: nil, waiter: waiter)
    step()
    try waiter.wait()
    return first..<first + Int64(records.count)
  }

  @discardableResult
  package func scan(from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep)
    throws(ReadError) -> Int64
  {
    try published.scan(from: offset, to: end, body)
  }

  @discardableResult
  package func scan(
    from offset: Int64, to end: Int64?, key: [UInt8], passing limit: Int = .max,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> Int64 {
    try published.scan(from: offset, to: end, key: key, passing: limit, body)
  }

  package func tail(from offset: Int64) -> Tail { Tail(published, offset: offset) }

  package func observe(_ body: @escaping @Sendable () -> Void) -> Observation {
    observers.add(body)
  }

  package func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64 {
    try published.offset(forTime: milliseconds)
  }

  /// Drains the queue, syncs, writes a clean recovery point and gives the lock back.
  ///
  /// Blocks until then, so never from an observer. Reading goes on to work; a second call does
  /// nothing.
  package func close() { end { queue.close() } }

  /// Stops at once and leaves the files as a crash of the process would; for tests.
  package func abandon() { end { queue.abandon() } }

  /// Lets the writer of a log without a thread take what waits and look at the clock.
  package func step() {
    var emptied: [Submission] = []
    queue.nudge()
    _ = stepped?.turn(&emptied, waitingAtMost: 0)
  }

  /// Makes the writer look at the clock; for tests with a clock of their own.
  func nudge() { queue.nudge() }

  private func end(_ ask: () -> Void) {
    // First, because it waits for the writer's answers.
    upkeep?.end()
    ask()
    lock.withLock { lock in
      if lock != nil { stepped?.run() }
      thread?.join()
      lock = nil
    }
  }
}

extension Recovered {
  var health: Health { metaIsStale || pointIsStale ? .noSpace : .ok }

  var snapshot: Snapshot {
    Snapshot(
      state: LogState(
        start: spans[0].base, next: next, epochs: meta.epochs, lastTimestamp: lastTimestamp,
        health: health, refusedGeneration: 0, clockBehindMilliseconds: 0),
      spans: spans, activeNext: next, activeBytes: active.position)
  }
}

extension Survey {
  /// What readers may see of a log that nobody writes here.
  func snapshot(health: Health) -> Snapshot {
    var spans = sealed
    if let active {
      spans.append(
        SegmentSpan(
          segment: active.segment, next: active.scan.next, bytes: active.scan.position))
    }
    let state = LogState(
      start: start, next: next, epochs: meta.epochs,
      lastTimestamp: active?.scan.lastTimestamp ?? 0, health: health, refusedGeneration: 0,
      clockBehindMilliseconds: 0)
    return Snapshot(
      state: state, spans: spans, activeNext: next, activeBytes: spans.last?.bytes ?? 0)
  }
}
