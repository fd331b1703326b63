internal import LogStore

/// What the log must hold: a plain array, kept by the world beside the log.
///
/// # Invariants checked
///
/// 1. Everything acknowledged in mode `commit` is there after every crash, at its offset, with its
///    key, value, header and time.
/// 2. Nothing is there that was not submitted, in the order of submission: what comes behind the
///    acknowledged is a prefix of what was submitted and never refused for lack of space.
/// 3. No offset has two contents, nor two times, within an epoch.
/// 4. Readers and tails see every offset once, in order, and nothing that is not committed; in
///    mode `commit` no crash takes back what they saw.
/// 5. Modes `interval` and `os` lose a suffix, only when the power goes, and then, as after every
///    unclean stop in them, a new epoch begins; after one in `commit` none does.
/// 6. Every epoch that a log had while it served, it has for ever.
/// 7. A crash is never called damage; flipped bits, sectors that were never written and sectors
///    of another place are never read as records.
/// 8. `submit` returns the offsets the records get.
/// 9. No opening, read or append is refused unless a fault struck or the disk is full.
/// 10. Times never fall from one record that is there to the next, and `offset(forTime:)` is the
///     first at or after.
/// 11. Rewriting changes nothing of this; retention moves the start forward, never back, and an
///     offset before it is out of range, which is said.
/// 12. A repair of a hurt log leaves one that opens; every record it does not call lost is as it
///     was, every offset it calls lost holds a placeholder or is gone, and then a new epoch begins.
///     Where only `meta.json` or the recovery point is hurt, nothing is lost.
struct LogOracle {
  /// A visible record: a hash of its bytes, and its time once somebody read it.
  struct Slot {
    let content: UInt64
    var time: Int64 = -1
  }

  /// Committed and visible, by offset.
  private(set) var slots: [Slot] = []
  /// So many of them survive a power cut.
  private(set) var durable = 0
  /// Submitted, and neither committed nor refused; hashes, in order.
  private(set) var pending: [UInt64] = []
  /// Submitted when writing ended: nobody knows what became of it, until the next opening.
  private(set) var unknown: [UInt64] = []
  private(set) var epochs: [Epoch] = []
  /// What came before was let go.
  private(set) var start: Int64 = 0

  var next: Int64 { Int64(slots.count) }
  var nextSubmitted: Int64 { Int64(slots.count + pending.count) }

  mutating func submitted(_ contents: [UInt64], at first: Int64) throws(Broken) {
    guard first == nextSubmitted else {
      throw Broken("submit promised offset \(first), not \(nextSubmitted)")
    }
    pending += contents
  }

  /// The log shows `next` as its committed end.
  mutating func committed(to next: Int64, isDurable: Bool) throws(Broken) -> Int {
    let count = Int(next) - slots.count
    guard count >= 0 else { throw Broken("the committed end fell from \(slots.count) to \(next)") }
    guard count <= pending.count else {
      throw Broken("\(count) records were committed, \(pending.count) submitted")
    }
    for content in pending.prefix(count) { slots.append(Slot(content: content)) }
    pending.removeFirst(count)
    if isDurable { durable = slots.count }
    return count
  }

  /// Refused and cut away: none of it may ever be seen.
  mutating func refused() { pending = [] }

  /// The process or its writer has ended.
  mutating func ended() {
    if unknown.isEmpty { unknown = pending }
    pending = []
  }

  /// One record that a reader got.
  mutating func check(_ offset: Int64, _ content: UInt64, _ time: Int64) throws(Broken) {
    guard offset >= 0, offset < next else {
      throw Broken("a reader saw offset \(offset), committed is 0..<\(next)")
    }
    let at = Int(offset)
    guard slots[at].content == content else {
      throw Broken("offset \(offset) holds other bytes than were submitted")
    }
    if slots[at].time < 0 {
      slots[at].time = time
    } else if slots[at].time != time {
      throw Broken("offset \(offset) has time \(time), had \(slots[at].time)")
    }
    if offset > start, slots[at - 1].time > time {
      throw Broken("time falls at offset \(offset): \(slots[at - 1].time), then \(time)")
    }
  }

  /// What an opening found behind what is certain: `found` hashes from `first` on.
  ///
  /// Returns how many records that nobody was told of turned out to be there, and how many seen
  /// ones went.
  mutating func reopened(next: Int64, lostPower: Bool, tail: (Int64) -> UInt64?)
    throws(Broken) -> (kept: Int, lost: Int)
  {
    let certain = lostPower ? durable : slots.count
    guard next >= certain else {
      throw Broken("only \(next) records are there, \(certain) were certain")
    }
    let lost = max(0, slots.count - Int(next))
    let kept = max(0, Int(next) - slots.count)
    slots.removeLast(lost)
    guard kept <= unknown.count else {
      throw Broken("\(kept) records more than were acknowledged, \(unknown.count) submitted")
    }
    for index in 0..<kept {
      let offset = Int64(slots.count)
      guard tail(offset) == unknown[index] else {
        throw Broken("offset \(offset) holds what was not submitted there")
      }
      slots.append(Slot(content: unknown[index]))
    }
    unknown = []
    pending = []
    durable = slots.count
    return (kept, lost)
  }

  mutating func served(_ found: [Epoch], mustBeNew: Bool?) throws(Broken) {
    guard found.starts(with: epochs) else {
      throw Broken("the epochs were \(epochs), are \(found)")
    }
    if let mustBeNew, mustBeNew != (found.count > epochs.count) {
      throw Broken(
        mustBeNew ? "no epoch began after an unclean stop" : "an epoch began without a reason")
    }
    epochs = found
  }

  /// The log begins here now.
  mutating func retained(from found: Int64) throws(Broken) {
    guard found >= start, found <= next else {
      throw Broken("the log began at \(start), begins at \(found) of \(next)")
    }
    start = found
  }

  /// The first offset whose time is at or after, as far as times are known.
  func first(atOrAfter time: Int64) -> Int64? {
    var low = Int(start)
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      guard slots[middle].time >= 0 else { return nil }
      if slots[middle].time < time { low = middle + 1 } else { high = middle }
    }
    return Int64(low)
  }
}
