internal import CScheduling

/// The one writer: takes what waits, writes one batch, syncs once, publishes.
///
/// What holds at every moment between two calls:
/// - everything before the published `next` is on the disk as the durability mode says;
/// - the recovery point is never ahead of what was synced;
/// - nothing behind `active.position` is anything but zeros, unless the log is poisoned.
///
/// A synchronous machine: it is told what to commit and when to look at the clock, and says when it
/// wants to look next. `@unchecked`: made by the opening thread, then touched by the writer's
/// alone.
final class LogWriter: @unchecked Sendable {
  /// Between the last append and the recovery point's move.
  static let pointDelay: Int64 = 1_000_000_000
  /// Between two attempts while there is no space.
  static let healDelay: Int64 = 1_000_000_000
  /// The thread computes for some 20 µs and then waits for the disk: that it begins at once, before
  /// the thread that woke it goes on, makes the two run side by side on one processor.
  private static let sliceNanoseconds: UInt64 = 100_000

  let storage: any Storage
  let layout: Layout
  let options: LogOptions
  let published: Published
  let queue: LogQueue
  let observers: Observers
  let encoder = BatchEncoder()
  let preparation: SegmentPreparation
  let stall: StallWatch
  var ballast: Ballast
  /// Called after every roll; set before the thread starts.
  var sealed: @Sendable () -> Void = {}

  var clock: LogClock
  var active: ActiveSegment
  /// All segments, the active one last.
  var spans: [SegmentSpan]
  var next: Int64
  var lastTimestamp: Int64
  var clockBehind: Int64 = 0
  var health = Health.ok
  var refusedGeneration: UInt64 = 0

  var meta: Meta
  var point: RecoveryPoint
  /// Not yet on the disk as they are here.
  var metaIsStale = false
  var pointIsStale = false
  /// An epoch must be on the disk before the point moves; a sealed segment's entry comes after it.
  var metaComesFirst = false

  /// Something was written and not synced (modes `interval` and `os`).
  var unsynced = false
  /// Monotonic nanoseconds at which something is due; `nil`: nothing is.
  var syncDue: Int64?
  var pointDue: Int64?
  var healDue: Int64?
  /// No zeros are written ahead before this, after there was no space for them.
  var zerosDue = Int64.min
  /// Bytes of the batch that found no space: so many must fit before appends are taken again.
  var refusedBytes = 0

  init(
    storage: any Storage, layout: Layout, options: LogOptions, published: Published,
    queue: LogQueue, observers: Observers, clock: LogClock, stall: StallWatch = StallWatch(),
    recovered: Recovered
  ) {
    self.storage = storage
    self.layout = layout
    self.options = options
    self.published = published
    self.queue = queue
    self.observers = observers
    self.clock = clock
    self.stall = stall
    preparation = SegmentPreparation(storage, layout)
    ballast = Ballast(options.ballast, storage, layout)
    active = recovered.active
    spans = recovered.spans
    next = recovered.next
    lastTimestamp = recovered.lastTimestamp
    meta = recovered.meta
    point = recovered.point
    metaIsStale = recovered.metaIsStale
    pointIsStale = recovered.pointIsStale
    metaComesFirst = recovered.metaIsStale
    if metaIsStale || pointIsStale {
      health = .noSpace
      healDue = clock.nanoseconds + Self.healDelay
      ballast.release()
    } else {
      _ = ballast.hold()
    }
  }

  /// The thread's loop.
  func run() {
    ask_for_slices(Self.sliceNanoseconds)
    defer { queue.refuseChanges() }
    defer { preparation.settle() }
    var emptied: [Submission] = []
    while turn(&emptied, waitingAtMost: due.map { max(0, $0 - clock.nanoseconds) }) {}
  }

  /// Waits for work and does it; `false`: that was the end.
  func turn(_ emptied: inout [Submission], waitingAtMost wait: Int64?) -> Bool {
    switch queue.take(reusing: emptied, waitingAtMost: wait) {
    case .submissions(var submissions):
      emptied = []
      commit(submissions)
      submissions.removeAll(keepingCapacity: true)
      emptied = submissions
      tick()
    case .change(let request):
      emptied = []
      request.resolve(Result { () throws(ChangeError) in try change(request.change) })
      tick()
    case .tick:
      emptied = []
      tick()
    case .close:
      shut()
      return false
    case .abandon: return false
    }
    return true
  }

  /// Commits in order, in as few batches as fit; a submission is split only if it fits in none.
  func commit(_ submissions: [Submission]) {
    var done = 0
    for index in submissions.indices {
      let submission = submissions[index]
      if encoder.count > 0,
        !encoder.fits(count: submission.records.count, bytes: submission.bytes)
      {
        guard flush(submissions[done..<index]) else { return drop(submissions[done...]) }
        done = index
      }
      // In place: a copy would count up references that another processor has just touched.
      let records = submission.records.span
      for index in records.indices {
        if !encoder.fits(count: 1, bytes: records[index].bytesBound) {
          guard flush([]) else { return drop(submissions[done...]) }
        }
        encoder.add(records[index])
      }
    }
    guard encoder.count == 0 || flush(submissions[done...]) else {
      return drop(submissions[done...])
    }
  }

  /// Commits the batch in the encoder, the last of `finished`; `false`: everything was refused.
  private func flush(_ finished: ArraySlice<Submission>) -> Bool {
    defer { encoder.clear() }
    guard health == .ok else { return false }
    stall.begin(clock.nanoseconds)
    do {
      defer { stall.end() }
      try writeBatch()
    } catch {
      stop(error)
      return false
    }
    var bytes = 0
    for submission in finished {
      bytes += submission.bytes
      submission.waiter?.resolve(.success(()))
    }
    queue.committed(records: encoder.count, bytes: bytes)
    observers.call()
    return true
  }

  private func writeBatch() throws(StorageError) {
    let (timestamp, behind) = clock.now()
    let batch = encoder.seal(base: next, timestamp: timestamp)
    refusedBytes = batch.count
    try rollIfNeeded(before: batch.count, timestamp: timestamp)
    do { try active.file.write(batch, at: active.position) } catch {
      try cutBack()
      throw error
    }
    try writeZeros(behind: active.position + Int64(batch.count))
    switch options.durability {
    case .commit: try active.file.sync()
    case .interval(let milliseconds):
      unsynced = true
      syncDue = syncDue ?? clock.nanoseconds + milliseconds * 1_000_000
    case .os: unsynced = true
    }
    active.wrote(batch)
    let recent = RecentBatch(
      encoder.records, base: next, count: encoder.count, baseTimestamp: timestamp)
    next += Int64(encoder.count)
    lastTimestamp = timestamp
    clockBehind = behind
    pointDue = clock.nanoseconds + Self.pointDelay
    published.recent.append(recent)
    publish()
    prepareNext()
  }

  /// Makes what is committed and how the log is visible to all.
  func publish() {
    let state = LogState(
      start: spans[0].base, next: next, epochs: meta.epochs, lastTimestamp: lastTimestamp,
      health: health, refusedGeneration: refusedGeneration, clockBehindMilliseconds: clockBehind)
    published.publish(
      Snapshot(
        state: state, spans: spans, activeNext: next, activeBytes: active.position))
  }
}
