internal import LogStore

/// Openings: the log recovers, and the world looks at what it recovered.
extension LogWorld {
  private static let attemptsMax = 50

  /// Opens until it succeeds; faults strike during the first attempts, unless `isCalm`.
  func reopen(isCalm: Bool = false) throws(Broken) {
    var attempts = 0
    var acceptsClock = false
    while true {
      attempts += 1
      guard attempts < Self.attemptsMax else { throw Broken("the log never opened") }
      if isCalm || attempts > 3 {
        disk.faults.disarm()
        disk.capacity = .max
      } else if random.once(in: 3) {
        if random.once(in: 2) { disk.faults.cut(after: random.below(60)) } else { arm() }
      }
      chooseOptions()
      options.acceptClock = acceptsClock
      let struck = disk.faults.struck
      let result = open()
      trace.note(disk.used)
      switch result {
      case .success(let opened):
        guard try accept(opened, isFirst: attempts == 1) else {
          isSure = false
          restartAfterFailure()
          continue
        }
        return
      case .failure(let error):
        isSure = false
        if case .clockBehind(let behind) = error, behind > 86_400_000 {
          tally[.clocksBehind] += 1
          acceptsClock = true
          continue
        }
        guard disk.isOff || disk.faults.struck > struck || disk.capacity != .max else {
          throw Broken("opening was refused: \(error)")
        }
        restartAfterFailure()
      }
    }
  }

  private func restartAfterFailure() {
    let cutsPower = disk.isOff ? random.below(3) > 0 : random.once(in: 6)
    if disk.isOff { tally[.cutInOpening] += 1 }
    disk.restart(cutting: cutsPower)
    endedClean = false
    if cutsPower { lostPower = true }
  }

  private func chooseOptions() {
    let durabilities: [Durability] = [.commit, .commit, .interval(milliseconds: 500), .os]
    options.durability = random.pick(durabilities)
    options.newEpoch = random.once(in: 12)
  }

  func open() -> Result<Log, OpenError> {
    Result { () throws(OpenError) in
      try Log.openStepped(
        Self.path, options: options, storage: disk, time: time, random: random.fork())
    }
  }

  /// Whether the opened log is served; what it holds is compared with what must be there.
  private func accept(_ opened: Log, isFirst: Bool) throws(Broken) -> Bool {
    guard !disk.isOff else {
      opened.abandon()
      return false
    }
    let state = opened.state
    switch state.health {
    case .ok: break
    case .noSpace where disk.capacity != .max || disk.faults.struck > 0: break
    case .damaged(let what) where disk.faults.struck > 0:
      // A read that failed may look like a hole; nothing was written then.
      trace.note([UInt8](what.utf8))
      opened.abandon()
      return false
    default:
      throw Broken("opened as \(state.health)")
    }
    disk.faults.disarm()
    try compare(opened, isFirst: isFirst)
    note(opened.opening)
    lostPower = false
    isSure = state.health == .ok
    if isSure { servedDurability = options.durability }
    serve(opened)
    return true
  }

  private func compare(_ opened: Log, isFirst: Bool) throws(Broken) {
    let state = opened.state
    var found: [Int64: UInt64] = [:]
    do {
      let certain = max(state.start, min(oracle.next, state.next))
      try opened.scan(from: certain, to: nil) { view in
        found[view.offset] = SimulatedRecord.hash(view)
        return .advance
      }
    } catch { throw Broken("the end of a recovered log cannot be read: \(error)") }
    let wasWeak = servedDurability.map { $0 != .commit } ?? false
    let (kept, lost) = try oracle.reopened(
      next: state.next, lostPower: lostPower, tail: { found[$0] })
    if lost > 0 {
      guard wasWeak else { throw Broken("\(lost) acknowledged records are gone") }
      tally[.suffixesLost] += 1
    }
    tally[.unknownKept] += kept
    // After a failed attempt the recovery point may be of another mode than the one served last.
    var mustBeNew: Bool?
    if isFirst, isSure, !oracle.epochs.isEmpty {
      mustBeNew = options.newEpoch || (!endedClean && wasWeak)
    }
    // Without space for `meta.json` nothing is written in the new epoch until there is.
    if state.health == .ok { try oracle.served(state.epochs, mustBeNew: mustBeNew) }
    try oracle.retained(from: state.start)
    try check(
      opened, from: random.once(in: 8) ? oracle.start : max(oracle.start, oracle.next - 300))
  }

  private func note(_ report: OpeningReport) {
    tally[.openings] += 1
    trace.note(report.cutBytes)
    trace.note(report.rewrittenBytes)
    if report.clean { tally[.cleanOpenings] += 1 }
    if report.cutBytes > 0 { tally[.tornTails] += 1 }
    if report.rewrittenBytes > 0 { tally[.tailsRewritten] += 1 }
    if report.newEpoch { tally[.newEpochs] += 1 }
    tally[.segmentsEntered] += report.enteredSegments.count
  }
}
