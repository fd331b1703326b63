/// When edits went out first, until they are seen again in the room's stream.
struct Returns {
  private var entries: [(seq: Int64, at: Int64)] = []
  private var head = 0

  /// Entries already seen that may lie before the head until they are cut off.
  private static let slack = 1_024

  var isEmpty: Bool { head == entries.count }

  mutating func wrote(_ seq: Int64, at now: Int64) { entries.append((seq, now)) }

  /// When `seq` went out; earlier ones, seen in a snapshot if at all, are let go.
  mutating func saw(_ seq: Int64) -> Int64? {
    var at: Int64?
    while head < entries.count, entries[head].seq <= seq {
      if entries[head].seq == seq { at = entries[head].at }
      head += 1
    }
    if head == entries.count {
      forget()
    } else if head > Self.slack, head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
    return at
  }

  /// `seq` and what follows get another content.
  mutating func forget(from seq: Int64) {
    while head < entries.count, entries[entries.count - 1].seq >= seq { entries.removeLast() }
  }

  mutating func forget() {
    entries.removeAll(keepingCapacity: true)
    head = 0
  }
}
