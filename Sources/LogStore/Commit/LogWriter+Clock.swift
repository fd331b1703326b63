/// What the writer does when time has passed.
extension LogWriter {
  /// When it wants to be called next, in monotonic nanoseconds; `nil`: not before the next append.
  var due: Int64? {
    [syncDue, pointDue, healDue].compactMap { $0 }.min()
  }

  /// Does whatever is due.
  func tick() {
    let now = clock.nanoseconds
    if let due = healDue, due <= now { heal() }
    guard health == .ok else { return }
    do {
      if let due = syncDue, due <= now { try syncActive(cuttingZeros: false) }
      if let due = pointDue, due <= now { try movePoint() }
    } catch {
      if error.meaning == .broken { return stop(error) }
      // Only the point failed: it may stay behind, and is tried again.
      pointDue = clock.nanoseconds + Self.pointDelay
    }
  }

  private func movePoint() throws(StorageError) {
    if unsynced { try syncActive(cuttingZeros: false) }
    setPoint(clean: false)
    try settle()
    pointDue = nil
  }

  /// Leaves the directory as a clean close does; after a failure, as a crash does.
  func shut() {
    if case .poisoned = health { return }
    preparation.drop()
    do {
      try closeActive()
    } catch  where error.meaning == .noSpace && ballast.isHeld {
      ballast.release()
      do { try closeActive() } catch { if error.meaning == .broken { stop(error) } }
    } catch {
      // Opening recovers: what was acknowledged is synced already.
      if error.meaning == .broken { stop(error) }
    }
  }

  private func closeActive() throws(StorageError) {
    try settle()
    try syncActive(cuttingZeros: true)
    writeIndex()
    setPoint(clean: true)
    try settle()
  }

  private func writeIndex() {
    guard var entries = active.segment.index.inMemory else { return }
    if let time = active.builder.seal() { entries.times.append(time) }
    try? active.segment.index.write(entries, to: storage)
  }
}
