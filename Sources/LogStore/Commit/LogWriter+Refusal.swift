/// When the disk refuses: no space is waited out, a failed sync ends writing for good.
extension LogWriter {
  /// Removes what a failed write left behind the last batch.
  func cutBack() throws(StorageError) {
    try active.file.truncate(to: active.position)
    active.preparedEnd = active.position
  }

  /// Refuses everything that waits, and says why from now on.
  func stop(_ error: StorageError) {
    switch error.meaning {
    case .noSpace: health = .noSpace
    case .unwritable: health = .readOnly(error.description)
    case .broken: health = .poisoned(by: error.description)
    }
    if case .poisoned = health {
      syncDue = nil
      pointDue = nil
      healDue = nil
    } else {
      healDue = clock.nanoseconds + Self.healDelay
    }
    if health == .noSpace { ballast.release() }
    let (dropped, generation) = queue.refuse(health, next: next)
    refusedGeneration = generation
    publish()
    drop(dropped[...])
    observers.call()
  }

  /// Tells those who wait for submissions that will not be written.
  func drop(_ submissions: ArraySlice<Submission>) {
    guard !submissions.isEmpty else { return }
    // In the writer's hand when something else stopped it: nothing told the queue of these.
    if health == .ok { preconditionFailure("submissions are dropped only after a refusal") }
    for submission in submissions {
      submission.waiter?.resolve(.failure(refusal))
    }
  }

  private var refusal: AppendError {
    switch health {
    case .ok: .refused(generation: refusedGeneration)
    case .noSpace: .noSpace
    case .poisoned(let by): .poisoned(by: by)
    case .damaged(let what), .readOnly(let what): .readOnly(what)
    }
  }

  /// Tries whether there is space again, with as many bytes as were refused.
  func heal() {
    do {
      try settle()
      let isHeld = ballast.hold(beside: Int64(max(refusedBytes, Self.probeBytes)))
      guard isHeld || !ballast.wasHeld else {
        healDue = clock.nanoseconds + Self.healDelay
        return
      }
      try probe()
    } catch {
      if error.meaning == .noSpace { ballast.release() }
      guard error.meaning == .broken else {
        healDue = clock.nanoseconds + Self.healDelay
        return
      }
      return stop(error)
    }
    healDue = nil
    health = .ok
    publish()
    queue.heal()
    observers.call()
  }

  private static let probeBytes = 64 << 10

  private func probe() throws(StorageError) {
    let end = active.position + Int64(max(refusedBytes, Self.probeBytes))
    guard end > active.preparedEnd else { return }
    do { try active.file.zero(from: active.preparedEnd, to: end) } catch {
      try cutBack()
      throw error
    }
    active.preparedEnd = end
  }
}
