/// Holds one segment's index files against its batches, as a walk passes them in order.
///
/// Index files are hints and may be missing; what they do say must be true.
package struct IndexAudit {
  private let base: Int64
  private let offsets: Entries<OffsetEntry>
  private let times: Entries<TimeEntry>
  private var offsetAt = 0
  private var timeAt = 0
  private var largest = Int64.min
  /// The first entry that names no batch.
  package private(set) var damage: SegmentDamage?

  /// One index file in memory.
  private struct Entries<Entry> {
    var name: String
    var all: [Entry]
  }

  /// Bytes of an index file: a segment of 2 GiB has fewer.
  private static let bytesMax: Int64 = 16 << 20

  package init(_ file: LogAudit.File) throws(StorageError) {
    base = file.base
    let offsetBytes = try Self.contents(file.indexPath)
    let timeBytes = try Self.contents(file.timeIndexPath)
    offsets = Entries(
      name: Layout.fileName(file.indexPath),
      all: offsetBytes.entries(OffsetEntry.bytes) { bytes in
        OffsetEntry(relative: bytes.word(0), position: bytes.word(4))
      })
    times = Entries(
      name: Layout.fileName(file.timeIndexPath),
      all: timeBytes.entries(TimeEntry.bytes) { bytes in
        TimeEntry(
          timestamp: Int64(bytes.word(0)) << 32 | Int64(UInt32(bitPattern: bytes.word(4))),
          relative: bytes.word(8))
      })
    if offsetBytes.count % OffsetEntry.bytes != 0 {
      note(offsets.name, offsetBytes.count, "it ends inside an entry")
    } else if timeBytes.count % TimeEntry.bytes != 0 {
      note(times.name, timeBytes.count, "it ends inside an entry")
    }
  }

  private static func contents(_ path: String) throws(StorageError) -> [UInt8] {
    try POSIXStorage().contents(path, limit: bytesMax) ?? []
  }

  private mutating func note(_ name: String, _ position: Int, _ what: String) {
    guard damage == nil else { return }
    damage = SegmentDamage(file: name, position: Int64(position), offset: base, what: what)
  }

  /// The walk has come to this batch.
  package mutating func pass(_ batch: BatchSummary) {
    largest = max(largest, batch.maxTimestamp)
    if offsetAt < offsets.all.count {
      let entry = offsets.all[offsetAt]
      let last = base + Int64(entry.relative)
      if last <= batch.last {
        if last != batch.last || Int64(entry.position) != batch.position {
          note(
            offsets.name, offsetAt * OffsetEntry.bytes,
            "its entry of offset \(last) at byte \(entry.position) is no batch's")
        }
        offsetAt += 1
      }
    }
    guard timeAt < times.all.count else { return }
    let entry = times.all[timeAt]
    let last = base + Int64(entry.relative)
    guard last <= batch.last else { return }
    if last != batch.last || entry.timestamp != largest {
      note(
        times.name, timeAt * TimeEntry.bytes,
        "its entry of time \(entry.timestamp) at offset \(last) is no batch's")
    }
    timeAt += 1
  }

  /// The walk has passed the last batch.
  package mutating func finish() {
    if offsetAt < offsets.all.count {
      note(offsets.name, offsetAt * OffsetEntry.bytes, "entries do not rise, or pass the end")
    } else if timeAt < times.all.count {
      note(times.name, timeAt * TimeEntry.bytes, "entries do not rise, or pass the end")
    }
  }
}

extension [UInt8] {
  /// Whole entries of so many bytes each.
  fileprivate func entries<Entry>(
    _ size: Int, _ read: (ArraySlice<UInt8>) -> Entry
  ) -> [Entry] {
    stride(from: 0, through: count - size, by: size).map { read(self[$0..<$0 + size]) }
  }
}

extension ArraySlice<UInt8> {
  /// Four bytes from `at` on, big-endian.
  fileprivate func word(_ at: Int) -> Int32 {
    var value: UInt32 = 0
    for byte in self[startIndex + at..<startIndex + at + 4] { value = value << 8 | UInt32(byte) }
    return Int32(bitPattern: value)
  }
}
