internal import LogStore

/// Readers: tails, scans, look-ups by time, and a reader beside the running log.
extension LogWorld {
  static let unreadable = "unreadable: "

  /// Runs a read; an error is right only if a fault struck in it.
  private func read(_ body: () throws(ReadError) -> Void) throws(Broken) {
    let struck = disk.faults.struck
    do { try body() } catch {
      guard disk.faults.struck > struck || disk.isOff else { throw Broken("a read: \(error)") }
      guard case .io = error else {
        throw Broken("a failing disk was reported as \(error)")
      }
    }
  }

  func poll() throws(Broken) {
    guard !tails.isEmpty, let log else { return }
    let index = random.below(tails.count)
    if tails[index].offset < oracle.start { try refuse(&tails[index], log) }
    let limit = random.once(in: 3) ? 1_000 : random.within(1...12)
    var expected = tails[index].offset
    var wrong: Broken?
    var count = 0
    try read { () throws(ReadError) in
      count = try tails[index].poll(limit: limit) { view in
        guard wrong == nil else { return }
        wrong = self.see(view, expected: expected)
        expected += 1
      }
    }
    if let wrong { throw wrong }
    guard tails[index].offset == expected else {
      throw Broken("a tail stands at \(tails[index].offset) and has handed out to \(expected)")
    }
    if count == 0, disk.faults.struck == 0, expected < oracle.next, !disk.isOff {
      throw Broken("a tail at \(expected) of \(oracle.next) says it is caught up")
    }
    trace.note(expected)
    tally[.polls] += 1
  }

  /// A tail whose place was let go is told so, and begins again.
  private func refuse(_ tail: inout Tail, _ log: Log) throws(Broken) {
    do {
      _ = try tail.poll(limit: 1) { _ in }
    } catch .outOfRange {
      tail = log.tail(from: place())
      return
    } catch {
      throw Broken("a tail before the start: \(error)")
    }
    throw Broken("a tail before the start was served")
  }

  private func see(_ view: RecordView, expected: Int64) -> Broken? {
    guard view.offset == expected else {
      return Broken("offset \(view.offset) was handed out in place of \(expected)")
    }
    do throws(Broken) {
      try oracle.check(view.offset, SimulatedRecord.hash(view), view.timestamp)
      return nil
    } catch { return error }
  }

  func scan() throws(Broken) {
    guard let log else { return }
    let start = place()
    let end = random.once(in: 3) ? nil : start + Int64(random.below(200))
    var expected = start
    var wrong: Broken?
    try read { () throws(ReadError) in
      try log.scan(from: start, to: end) { view in
        wrong = self.see(view, expected: expected)
        expected += 1
        return wrong == nil && expected < start + 400 ? .advance : .stop
      }
    }
    if let wrong { throw wrong }
    trace.note(expected)
    tally[.reads] += 1
  }

  /// Looks an offset up by time.
  func seek() throws(Broken) {
    guard let log, oracle.next > 0 else { return }
    guard oracle.start < oracle.next else { return }
    let known = oracle.slots[Int(random.within(oracle.start...oracle.next - 1))].time
    guard known >= 0 else { return }
    let wanted = known + Int64(random.below(3)) - 1
    try read { () throws(ReadError) in
      let found = try log.offset(forTime: wanted)
      self.trace.note(found)
      self.sought = (wanted, found)
    }
    guard let (time, found) = sought else { return }
    sought = nil
    if let expected = oracle.first(atOrAfter: time), expected != found {
      throw Broken("the first offset at \(time) is \(expected), found was \(found)")
    }
  }

  func moveTail() {
    guard let log, !tails.isEmpty else { return }
    tails[random.below(tails.count)] = log.tail(from: place())
  }

  /// A reader without the lock sees a prefix, to the recovery point at least.
  func readBeside() throws(Broken) {
    let struck = disk.faults.struck
    let reader: LogReader
    do { reader = try LogReader.open(Self.path, storage: disk) } catch {
      guard disk.faults.struck > struck || disk.isOff else {
        throw Broken("a reader beside the log: \(error)")
      }
      return
    }
    guard reader.state.next <= oracle.next || disk.faults.struck > struck else {
      throw Broken("a reader beside the log sees \(reader.state.next) of \(oracle.next)")
    }
    var expected = max(reader.state.start, reader.state.next - 50)
    var wrong: Broken?
    try read { () throws(ReadError) in
      try reader.scan(from: expected, to: nil) { view in
        wrong = self.see(view, expected: expected)
        expected += 1
        return wrong == nil ? .advance : .stop
      }
    }
    if let wrong { throw wrong }
    tally[.reads] += 1
  }

  /// Everything there is, from `start` on.
  func check(_ opened: Log, from start: Int64) throws(Broken) {
    var expected = start
    var wrong: Broken?
    do {
      try opened.scan(from: start, to: nil) { view in
        wrong = self.see(view, expected: expected)
        expected += 1
        return wrong == nil ? .advance : .stop
      }
    } catch { throw wrong ?? Broken("\(Self.unreadable)\(error)") }
    if let wrong { throw wrong }
    trace.note(expected)
  }

  func readAll() throws(Broken) {
    guard let log else { return }
    guard log.state.next == oracle.next else {
      throw Broken("the log ends at \(log.state.next), not \(oracle.next)")
    }
    try check(log, from: oracle.start)
  }
}
