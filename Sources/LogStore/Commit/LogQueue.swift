internal import Synchronization

/// The bounded queue between everybody who submits and the one writer.
///
/// `@unchecked`: everything below the monitor is only touched under its lock.
final class LogQueue: @unchecked Sendable {
  /// Records submitted and not yet committed.
  static let recordsMax = 65_536
  /// Bytes of them before compression.
  static let bytesMax = 8 << 20

  /// What the writer is woken for.
  enum Work {
    case submissions([Submission])
    /// What upkeep asks for.
    case change(ChangeRequest)
    /// The time it asked for has come, or somebody wants it to look at the clock.
    case tick
    case close
    /// Stop at once and leave everything as a crash would.
    case abandon
  }

  private enum Ending { case close, abandon }

  private let monitor = Monitor()
  /// How often there was something for the writer: looked at without the lock.
  private let arrivals = Atomic<Int>(0)
  private var pending: [Submission] = []
  /// The array the writer gave back, so that a swap allocates nothing.
  private var spare: [Submission] = []
  private var records = 0
  private var bytes = 0
  private var nextOffset: Int64
  private var refusedGeneration: UInt64 = 0
  private var newestGeneration: UInt64 = 0
  private var health: Health
  private var changes: [ChangeRequest] = []
  private var ending: Ending?
  private var nudged = false
  private var writerWaits = false

  init(nextOffset: Int64, health: Health) {
    self.nextOffset = nextOffset
    self.health = health
  }

  /// Queues all or nothing; `generation` nil stands for one that was not refused.
  @discardableResult
  func submit(_ records: [Record], generation: UInt64?, waiter: AppendWaiter?)
    throws(AppendError) -> Int64
  {
    var bytes = 0
    for record in records {
      let bound = record.bytesBound
      guard bound <= RecordBatch.recordBytesMax else { throw .tooLarge }
      bytes += bound
    }
    guard records.count <= Self.recordsMax, bytes <= Self.bytesMax else { throw .tooLarge }
    monitor.lock()
    defer { monitor.unlock() }
    try admit(generation)
    guard !records.isEmpty else {
      waiter?.resolve(.success(()))
      return nextOffset
    }
    guard self.records + records.count <= Self.recordsMax, self.bytes + bytes <= Self.bytesMax
    else { throw .full }
    let generation = generation ?? max(newestGeneration, refusedGeneration + 1)
    newestGeneration = max(newestGeneration, generation)
    let first = nextOffset
    nextOffset += Int64(records.count)
    self.records += records.count
    self.bytes += bytes
    pending.append(
      Submission(records: records, bytes: bytes, generation: generation, waiter: waiter))
    arrivals.add(1, ordering: .releasing)
    if writerWaits {
      writerWaits = false
      monitor.signal()
    }
    return first
  }

  private func admit(_ generation: UInt64?) throws(AppendError) {
    if ending != nil { throw .closed }
    switch health {
    case .ok: break
    case .noSpace: throw .noSpace
    case .poisoned(let by): throw .poisoned(by: by)
    case .damaged(let what), .readOnly(let what): throw .readOnly(what)
    }
    if let generation, generation <= refusedGeneration {
      throw .refused(generation: refusedGeneration)
    }
  }

  /// Waits for work, at most so many nanoseconds; the writer's alone.
  ///
  /// Takes its emptied array back.
  func take(reusing emptied: [Submission], waitingAtMost nanoseconds: Int64?) -> Work {
    monitor.lock()
    defer { monitor.unlock() }
    spare = emptied
    if isIdle, emptied.capacity > 0, nanoseconds != 0 { lookOut() }
    if isIdle {
      writerWaits = true
      if let nanoseconds { monitor.wait(nanoseconds: nanoseconds) } else { monitor.wait() }
      writerWaits = false
    }
    if ending == .abandon { return .abandon }
    nudged = false
    if !changes.isEmpty { return .change(changes.removeFirst()) }
    if pending.isEmpty { return ending == nil ? .tick : .close }
    swap(&pending, &spare)
    defer { spare = [] }
    return .submissions(spare)
  }

  private var isIdle: Bool { pending.isEmpty && changes.isEmpty && ending == nil && !nudged }

  /// Right after a commit the next records are near: a thread that sleeps takes longer to wake than
  /// they take to come.
  private func lookOut() {
    let seen = arrivals.load(ordering: .acquiring)
    monitor.unlock()
    defer { monitor.lock() }
    Patience.lookOut(nanoseconds: Patience.afterCommit) {
      arrivals.load(ordering: .acquiring) != seen
    }
  }

  /// Forgets records that were committed.
  func committed(records: Int, bytes: Int) {
    monitor.lock()
    self.records -= records
    self.bytes -= bytes
    monitor.unlock()
  }

  /// Refuses everything that is queued or in the writer's hand; `next` is the committed end.
  ///
  /// Returns what was queued, and the generation up to which all is refused now.
  func refuse(_ health: Health, next: Int64) -> (dropped: [Submission], generation: UInt64) {
    monitor.lock()
    defer { monitor.unlock() }
    self.health = health
    let dropped = pending
    pending = []
    records = 0
    bytes = 0
    nextOffset = next
    refusedGeneration = max(refusedGeneration, newestGeneration)
    return (dropped, refusedGeneration)
  }

  /// Takes appends again.
  func heal() {
    monitor.lock()
    health = .ok
    monitor.unlock()
  }

  /// Takes nothing more; the writer finishes what is queued first.
  func close() { end(.close) }

  /// Takes nothing more and drops what is queued.
  func abandon() { end(.abandon) }

  private func end(_ ending: Ending) {
    monitor.lock()
    if self.ending == nil { self.ending = ending }
    monitor.signal()
    monitor.unlock()
  }

  /// Queues a change of the segments; `false`: there is nobody to make it any more.
  func post(_ request: ChangeRequest) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    guard ending == nil else { return false }
    changes.append(request)
    monitor.signal()
    return true
  }

  /// Refuses the changes that wait, because the writer has ended.
  func refuseChanges() {
    monitor.lock()
    let refused = changes
    changes = []
    monitor.unlock()
    for request in refused { request.resolve(.failure(.closed)) }
  }

  /// Makes the writer look at the clock.
  func nudge() {
    monitor.lock()
    nudged = true
    monitor.signal()
    monitor.unlock()
  }
}
