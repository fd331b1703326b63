internal import Synchronization

/// Where the records of a key are in one segment: in a file once it is sealed, else in memory.
///
/// Made when somebody asks who would have to read much otherwise; the writer has no part in it.
final class SegmentRooms: Sendable {
  /// What is known of a key in a span.
  enum Answer: Equatable {
    /// Only these batches hold its records.
    case batches([RoomTable.Place])
    /// Its records are from the first to the last of these offsets, in many batches.
    case within(ClosedRange<Int64>)
    /// Nothing: anything may be anywhere.
    case anywhere
  }

  private struct Held {
    var map: RoomMap?
    var table: RoomTable?
    /// It would be too large, or the segment is damaged.
    var hasNoTable = false
    /// The file belongs to the segment that took this one's place.
    var isRetired = false
  }

  let path: String
  private let held = Mutex(Held())

  init(path: String) { self.path = path }

  /// Never touches the file again.
  func retire() { held.withLock { $0.isRetired = true } }

  /// Replaces the file, which is a cache and not synced; does nothing once retired.
  func write(_ table: RoomTable, to storage: any Storage) throws(StorageError) {
    try held.withLock { (held) throws(StorageError) in
      guard !held.isRetired else { return }
      try Self.replace(self.path, table, storage)
    }
  }

  private static func replace(_ path: String, _ table: RoomTable, _ storage: any Storage)
    throws(StorageError)
  {
    let file = try storage.open(path + ".new", .create)
    try table.bytes.span.withUnsafeBytes { (bytes) throws(StorageError) in
      try file.write(bytes, at: 0)
    }
    try storage.rename(path + ".new", to: path)
  }

  /// Of a sealed segment: its file, made anew if it is missing or bad.
  func sealedAnswer(_ key: [UInt8], _ span: SegmentSpan, _ access: IndexAccess) -> Answer {
    held.withLock { held in
      if let table = held.table { return .batches(table.batches(of: key)) }
      if held.hasNoTable { return .anywhere }
      if !held.isRetired, let table = self.fromFile(span, access.storage) {
        return .batches(table.batches(of: key))
      }
      held.map = nil
      guard let table = Self.build(span) else {
        held.hasNoTable = true
        return .anywhere
      }
      // In memory only where it cannot be written.
      let isWritten =
        access.mayWrite && !held.isRetired
        && (try? Self.replace(self.path, table, access.storage)) != nil
      if !isWritten { held.table = table }
      return .batches(table.batches(of: key))
    }
  }

  private func fromFile(_ span: SegmentSpan, _ storage: any Storage) -> RoomTable? {
    guard let bytes = try? storage.contents(path, limit: RoomTable.bytesMax) else { return nil }
    return RoomTable(bytes, base: span.base, logBytes: span.bytes)
  }

  private static func build(_ span: SegmentSpan) -> RoomTable? {
    var stream = RecordStream(span)
    var builder = RoomTable.Builder(base: span.base)
    do {
      while let batch = try stream.nextBatch() {
        builder.begin(base: batch.header.base, at: batch.position)
        while let record = try stream.next() { builder.add(record.key, offset: record.offset) }
      }
    } catch {
      // Whoever reads on meets the damage and reports it.
      return nil
    }
    return builder.finish(logBytes: span.bytes)
  }

  /// Of the segment that is written: from memory, caught up to the end of the span first.
  func activeAnswer(_ key: [UInt8], _ span: SegmentSpan, _ scratch: ReadScratch) -> Answer {
    held.withLock { held in
      var map = held.map ?? RoomMap(base: span.base)
      held.map = nil
      let isWhole = Self.catchUp(&map, span, scratch)
      held.map = map
      guard isWhole else { return .anywhere }
      guard let listed = map[key] else { return map.isPartial ? .anywhere : .batches([]) }
      if let batches = listed.batches { return .batches(batches) }
      return .within(listed.first...listed.last)
    }
  }

  private static func catchUp(_ map: inout RoomMap, _ span: SegmentSpan, _ scratch: ReadScratch)
    -> Bool
  {
    var walk = BatchWalk(span, scratch, position: map.position, expected: map.next)
    do {
      while let batch = try walk.next() {
        do { try map.add(batch, try walk.records(of: batch)) } catch { return false }
      }
      return true
    } catch {
      return false
    }
  }
}
