/// An entry of `.index`: 8 bytes, big-endian.
///
///     at  size  field
///      0     4  last offset of a batch - base of the segment
///      4     4  position of that batch's first byte
struct OffsetEntry: Equatable, Sendable {
  static let bytes = 8
  let relative: Int32
  let position: Int32
}

/// An entry of `.timeindex`: 12 bytes, big-endian.
///
///     at  size  field
///      0     8  largest time so far, ms since 1970
///      8     4  last offset of the batch that has it - base of the segment
struct TimeEntry: Equatable, Sendable {
  static let bytes = 12
  let timestamp: Int64
  let relative: Int32
}

/// Decides which batches get index entries, as Kafka's `LogSegment.append` does.
struct IndexBuilder: Sendable {
  /// Bytes of log between two entries.
  static let intervalBytes = 4_096

  let base: Int64
  private var bytesSinceEntry = 0
  private var largest: TimeEntry?
  private var entered = Int64.min

  init(base: Int64) { self.base = base }

  /// The entries that a batch at `position` brings with it.
  mutating func add(_ header: BatchHeader, at position: Int64) -> (OffsetEntry, TimeEntry?)? {
    // Only behind damage can an offset or a position be out of what an entry can say.
    guard let relative = Int32(exactly: header.last - base),
      let position = Int32(exactly: position)
    else { return nil }
    if header.maxTimestamp > largest?.timestamp ?? .min {
      largest = TimeEntry(timestamp: header.maxTimestamp, relative: relative)
    }
    defer { bytesSinceEntry += header.totalBytes }
    guard bytesSinceEntry > Self.intervalBytes else { return nil }
    bytesSinceEntry = 0
    return (OffsetEntry(relative: relative, position: position), takeTime())
  }

  /// The time entry that sealing adds.
  mutating func seal() -> TimeEntry? { takeTime() }

  private mutating func takeTime() -> TimeEntry? {
    guard let largest, largest.timestamp > entered else { return nil }
    entered = largest.timestamp
    return largest
  }
}
