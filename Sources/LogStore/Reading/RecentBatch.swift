/// The records of one batch, decompressed, in memory of their own: what a tail walks.
///
/// `@unchecked`: the memory is written before this is shared and never after.
final class RecentBatch: @unchecked Sendable {
  /// What one costs besides its records.
  static let overheadBytes = 160

  let base: Int64
  let count: Int
  private let baseTimestamp: Int64
  private let records: UnsafeMutableRawBufferPointer

  /// A copy of checked records.
  init(_ records: UnsafeRawBufferPointer, base: Int64, count: Int, baseTimestamp: Int64) {
    self.base = base
    self.count = count
    self.baseTimestamp = baseTimestamp
    self.records = .allocate(byteCount: records.count, alignment: 8)
    self.records.copyMemory(from: records)
  }

  deinit { records.deallocate() }

  var next: Int64 { base + Int64(count) }
  var bytes: Int { records.count + Self.overheadBytes }

  /// Walks the records; valid while this lives.
  var cursor: RecordCursor {
    RecordCursor(
      UnsafeRawBufferPointer(records), base: base, count: count, baseTimestamp: baseTimestamp)
  }
}
