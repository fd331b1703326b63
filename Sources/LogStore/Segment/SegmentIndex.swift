internal import Synchronization

/// How far a reader may go to mend an index.
struct IndexAccess: Sendable {
  let storage: any Storage
  /// Write a rebuilt index to its file; only who holds the directory's lock may.
  let mayWrite: Bool
}

/// The index of one segment: in memory while the segment is written, in its files afterwards.
///
/// The files are hints without a checksum, so what they say is believed only once it was looked at.
final class SegmentIndex: Sendable {
  struct Entries: Sendable, Equatable {
    var offsets: [OffsetEntry] = []
    var times: [TimeEntry] = []
  }

  let offsetPath: String
  let timePath: String

  private struct Held {
    /// `nil`: in the files.
    var entries: Entries?
    /// The files belong to the segment that took this one's place.
    var isRetired = false
  }

  private let held: Mutex<Held>

  init(offsetPath: String, timePath: String, entries: Entries?) {
    self.offsetPath = offsetPath
    self.timePath = timePath
    held = Mutex(Held(entries: entries))
  }

  /// Adds what `IndexBuilder` returned; only while the entries are in memory.
  func add(_ offset: OffsetEntry?, _ time: TimeEntry?) {
    held.withLock { held in
      if let offset { held.entries?.offsets.append(offset) }
      if let time { held.entries?.times.append(time) }
    }
  }

  /// All entries, as far as they are in memory.
  var inMemory: Entries? { held.withLock { $0.entries } }

  /// Sets the entries, or lets go of them because the files hold them.
  func set(_ entries: Entries?) {
    held.withLock { held in
      if entries == nil, held.isRetired { return }
      held.entries = entries
    }
  }

  /// Keeps the entries in memory for good and never touches the files again.
  func retire(_ entries: Entries) {
    held.withLock { $0 = Held(entries: entries, isRetired: true) }
  }

  /// Writes both files anew under temporary names and renames them; not synced, they are hints.
  ///
  /// Under the lock, so that nothing is written once the files are another's.
  func write(_ entries: Entries, to storage: any Storage) throws(StorageError) {
    try held.withLock { (held) throws(StorageError) in
      guard !held.isRetired else { return }
      try Self.replace(self.offsetPath, storage, Self.bytes(entries.offsets))
      try Self.replace(self.timePath, storage, Self.bytes(entries.times))
    }
  }

  private static func replace(_ path: String, _ storage: any Storage, _ bytes: [UInt8])
    throws(StorageError)
  {
    let file = try storage.open(path + ".new", .create)
    try bytes.span.withUnsafeBytes { (bytes) throws(StorageError) in try file.write(bytes, at: 0) }
    try storage.rename(path + ".new", to: path)
  }

  /// The last offset entry at or below `relative`; `nil` if there is none, or no file.
  func floor(relative: Int64, _ storage: any Storage) -> OffsetEntry? {
    if let entries = inMemory {
      let count = partition(entries.offsets.count) {
        Int64(entries.offsets[$0].relative) <= relative
      }
      return count == 0 ? nil : entries.offsets[count - 1]
    }
    guard let file = try? storage.open(offsetPath, .read), let size = try? file.size() else {
      return nil
    }
    let read = { (at: Int) -> OffsetEntry? in Self.offsetEntry(file, at) }
    let count = partition(Int(size) / OffsetEntry.bytes) {
      read($0).map { Int64($0.relative) <= relative } ?? false
    }
    return count == 0 ? nil : read(count - 1)
  }

  /// The last time entry before `timestamp`; `nil` if there is none, or no file.
  func before(timestamp: Int64, _ storage: any Storage) -> TimeEntry? {
    if let entries = inMemory {
      let count = partition(entries.times.count) { entries.times[$0].timestamp < timestamp }
      return count == 0 ? nil : entries.times[count - 1]
    }
    guard let file = try? storage.open(timePath, .read), let size = try? file.size() else {
      return nil
    }
    let count = partition(Int(size) / TimeEntry.bytes) {
      Self.timeEntry(file, $0).map { $0.timestamp < timestamp } ?? false
    }
    return count == 0 ? nil : Self.timeEntry(file, count - 1)
  }

  /// Whether both files are there and have the length of so many entries.
  func filesExist(_ storage: any Storage) -> Bool {
    guard let offsets = try? storage.open(offsetPath, .read).size(),
      let times = try? storage.open(timePath, .read).size()
    else { return false }
    return offsets % Int64(OffsetEntry.bytes) == 0 && times % Int64(TimeEntry.bytes) == 0
  }

  /// How many of the first `count` satisfy `holds`, which holds for a prefix.
  private func partition(_ count: Int, _ holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
