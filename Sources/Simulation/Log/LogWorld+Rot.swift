internal import LogStore

/// Files that rot while nobody has the log open, and repairs.
extension LogWorld {
  /// Hurts a file of a log that was closed, and sees that nobody takes it for records.
  func rot() throws(Broken) {
    guard let rot = disk.rot(under: Self.path + "/log", from: oracle.start, &random)
    else { return }
    tally[.filesHurt] += 1
    options.durability = .commit
    options.newEpoch = false
    options.acceptClock = true
    let saved = oracle
    let isReported = try isReported(rot)
    oracle = saved
    if isReported {
      tally[.damageReported] += 1
      if random.once(in: 2) { try repair(disk.copy(), rot) }
    } else if rot.isChecked {
      throw Broken("damage in \(rot.name) went unnoticed")
    }
    disk.mend(rot)
    endedClean = false
    isSure = false
    disk.restart(cutting: false)
  }

  /// Opens and reads all there is: true where somebody says that something is wrong.
  private func isReported(_ rot: SimulatedDisk.Rot) throws(Broken) -> Bool {
    let opened: Log
    switch open() {
    case .failure(.damaged), .failure(.otherVersion): return true
    case .failure(let error): throw Broken("damage in \(rot.name) was reported as \(error)")
    case .success(let log): opened = log
    }
    var isReported = if case .damaged = opened.state.health { true } else { false }
    do throws(Broken) {
      try check(opened, from: max(oracle.start, opened.state.start))
      if opened.state.next != oracle.next, !isReported {
        throw Broken("damage in \(rot.name) cut the log to \(opened.state.next) of \(oracle.next)")
      }
    } catch {
      // A record that is there and wrong is what must not be; one that is refused is reported.
      guard error.what.hasPrefix(Self.unreadable) else { throw error }
      isReported = true
    }
    if !isReported { opened.close() } else { opened.abandon() }
    return isReported
  }

  private static let placeholder = [UInt8](#"{"type":"erased"}"#.utf8)

  /// Repairs a copy of the hurt log, and holds what is left against what was there.
  private func repair(_ copy: SimulatedDisk, _ rot: SimulatedDisk.Rot) throws(Broken) {
    copy.restart(cutting: false)
    let report: RepairReport
    do {
      report = try Repair.run(
        Self.path, placeholder: Self.placeholder, storage: copy, time: time)
    } catch .otherVersion {
      return
    } catch {
      throw Broken("a repair of \(rot.name): \(error)")
    }
    tally[.repairs] += 1
    guard !report.isSound || !rot.isChecked else {
      throw Broken("a repair found nothing wrong with \(rot.name)")
    }
    // Without meta.json nobody knows where the log starts: a dropped segment whose removal a crash
    // undid has the ones behind it lost, if they are gone.
    if rot.isBesideRecords, let lost = report.lost.first(where: { $0.upperBound > oracle.start }) {
      throw Broken("\(lost) of a log from \(oracle.start) is lost with \(rot.name)")
    }
    let opened: Log
    do {
      opened = try Log.openStepped(
        Self.path, options: options, storage: copy, time: time, random: random.fork())
    } catch { throw Broken("after a repair of \(rot.name): \(error)") }
    defer { opened.abandon() }
    guard opened.state.health == .ok else {
      throw Broken("after a repair of \(rot.name): \(opened.state.health)")
    }
    let epoch = opened.state.epoch.id
    guard report.lost.isEmpty || !oracle.epochs.contains(where: { $0.id == epoch }) else {
      throw Broken("offsets went with \(rot.name), and no epoch began")
    }
    try check(opened, repaired: report, rot)
  }

  private func check(_ opened: Log, repaired report: RepairReport, _ rot: SimulatedDisk.Rot)
    throws(Broken)
  {
    let (start, next) = (opened.state.start, opened.state.next)
    guard next <= oracle.next else { throw Broken("a repair made records of nothing") }
    for offset in max(next, oracle.start)..<max(oracle.next, next, oracle.start)
    where !report.lost.contains(where: { $0.contains(offset) }) {
      throw Broken("offset \(offset) is gone with \(rot.name), and not called lost")
    }
    let placeholder = Self.placeholder.withUnsafeBytes { Trace.digest($0, 1) }
    var wrong: Broken?
    var expected = start
    do {
      try opened.scan(from: start, to: nil) { view in
        let found = SimulatedRecord.hash(view)
        let isLost = report.lost.contains { $0.contains(view.offset) }
        if view.offset != expected
          || found != (isLost ? placeholder : self.oracle.slots[Int(view.offset)].content)
        {
          wrong = Broken("offset \(view.offset) is another after a repair of \(rot.name)")
        }
        expected += 1
        return wrong == nil ? .advance : .stop
      }
    } catch { throw Broken("a repaired log cannot be read: \(error)") }
    if let wrong { throw wrong }
    trace.note(expected)
  }
}
