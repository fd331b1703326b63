internal import Glibc
internal import LogStore

/// What the world does to the log.
extension LogWorld {
  /// Something will go wrong soon.
  func arm() {
    let after = random.below(random.once(in: 2) ? 4 : 60)
    switch random.below(10) {
    case 0: disk.faults.fail([.sync], errno: EIO, after: after)
    case 1: disk.faults.fail([.write], errno: EIO, after: after)
    case 2, 3:
      let errno = random.pick([ENOSPC, EDQUOT, EFBIG])
      disk.faults.fail([.write, .open], errno: errno, after: after, times: random.within(1...4))
    case 4, 5, 6: disk.faults.fail([.read], errno: EIO, after: after, times: random.within(1...3))
    case 7: disk.faults.fail([.rename, .remove], errno: EIO, after: after)
    default: disk.faults.fail([.open, .size], errno: EMFILE, after: after)
    }
  }

  /// The disk fills up, or somebody makes room.
  func changeSpace() {
    if disk.capacity == .max {
      disk.capacity = disk.used + random.within(-2_000...60_000)
    } else {
      disk.capacity = .max
    }
  }

  /// Somebody sets the wall clock.
  func stepClock() {
    tally[.clockSteps] += 1
    let span: Int64 = random.pick([900, 5_000, 3_600_000, 90_000_000])
    time.step(milliseconds: random.once(in: 2) ? span : -span)
  }

  /// Ends the log's process in some way; its files are as that leaves them.
  func stop(_ how: End) throws(Broken) {
    if how == .clean {
      // What is queued is written by a clean close; a failure on the way makes it unknown.
      try stepLog()
      let struck = disk.faults.struck
      let healthy = log?.state.health == .ok
      end(.clean)
      endedClean = !disk.isOff && disk.faults.struck == struck && healthy && disk.capacity == .max
      oracle.ended()
      isSure = isSure && endedClean
    } else {
      end(how)
      oracle.ended()
      endedClean = false
    }
    let cutsPower = how == .power || (disk.isOff && random.once(in: 2))
    disk.restart(cutting: cutsPower)
    if cutsPower, !endedClean { lostPower = true }
  }

  func restart(_ how: End) throws(Broken) {
    trace.note(UInt64(how == .clean ? 11 : how == .kill ? 12 : 13))
    try stop(how)
    if endedClean, random.once(in: 3) { try rot() }
    try reopen()
  }
}
