/// Makes a smaller file of a sealed segment's records, a piece at a time.
///
/// The same offsets, times, keys, values and headers, in batches of about 64 KiB before
/// compression, which is LZ4 HC's. The new file is synced, opened again and compared record by
/// record before anybody hears of it.
final class SegmentRewrite {
  /// Bytes of records in a batch: one LZ4 block.
  static let batchBytes = LZ4Frame.blockBytes
  /// Bytes of the old file that one step copies; compressing them takes some 50 ms.
  private static let copiedAtOnce: Int64 = 256 << 10
  /// Bytes of the new file that one step compares.
  private static let comparedAtOnce: Int64 = 1 << 20
  /// Bytes written between two syncs, so that none keeps the log's own waiting for long.
  private static let syncedAtOnce: Int64 = 1 << 20

  /// Why there is no new file.
  enum Failure: Error {
    case disk(StorageError)
    case read(ReadError)
    /// The new file does not hold the old one's records; `offset` is the first that differs.
    case differs(offset: Int64)
  }

  enum Progress {
    case going
    /// The file lies ready beside the old one.
    case done(Product)
    /// It would not be smaller, and is gone again.
    case notSmaller
  }

  /// A finished file and what is to lie beside it.
  struct Product {
    let file: Meta.File
    let entries: SegmentIndex.Entries
    let rooms: RoomTable?
    /// The index of the file it replaces.
    let oldEntries: SegmentIndex.Entries
  }

  let span: SegmentSpan
  private let storage: any Storage
  private let path: String
  private let target: any StoredFile
  private let encoder = BatchEncoder(.high)
  private var source: RecordStream
  private var oldIndex: IndexGathering
  private var copied: Int64 = 0
  private var written: Int64 = 0
  private var synced: Int64 = 0
  private var checksum: UInt32 = 0
  private var batchBase: Int64
  private var comparison: SegmentComparison?

  init(_ span: SegmentSpan, _ storage: any Storage, path: String) throws(StorageError) {
    self.span = span
    self.storage = storage
    self.path = path
    target = try storage.open(path, .create)
    source = RecordStream(span)
    oldIndex = IndexGathering(base: span.base)
    batchBase = span.base
  }

  /// Does the next piece.
  func step() throws(Failure) -> Progress {
    if comparison != nil { return try compare() }
    return try copy()
  }

  private func copy() throws(Failure) -> Progress {
    let until = copied + Self.copiedAtOnce
    while copied < until {
      guard let batch = try read({ () throws(ReadError) in try source.nextBatch() }) else {
        return try finishCopy()
      }
      oldIndex.add(batch.header, at: batch.position)
      copied = batch.position + Int64(batch.header.totalBytes)
      while let record = try read({ () throws(ReadError) in try source.next() }) {
        try append(record)
      }
    }
    return written < span.bytes ? .going : try giveUp()
  }

  private func append(_ record: StoredRecord) throws(Failure) {
    let bytes = encoder.records.count + record.bytesBound
    if encoder.count > 0,
      bytes > Self.batchBytes || !encoder.fits(count: 1, bytes: record.bytesBound)
    {
      try flush()
    }
    if encoder.count == 0 { batchBase = record.offset }
    encoder.add(record)
  }

  private func flush() throws(Failure) {
    guard encoder.count > 0 else { return }
    let batch = encoder.seal(base: batchBase)
    try disk { () throws(StorageError) in
      try target.write(batch, at: written)
      written += Int64(batch.count)
      checksum = crc32c(batch, after: checksum)
      guard written - synced >= Self.syncedAtOnce else { return }
      try target.sync()
      synced = written
    }
    encoder.clear()
  }

  private func finishCopy() throws(Failure) -> Progress {
    try flush()
    guard written < span.bytes else { return try giveUp() }
    comparison = try disk { () throws(StorageError) in
      try target.sync()
      return try SegmentComparison(span, storage, path: path, bytes: written)
    }
    return .going
  }

  private func giveUp() throws(Failure) -> Progress {
    try disk { () throws(StorageError) in try storage.remove(path) }
    return .notSmaller
  }

  private func compare() throws(Failure) -> Progress {
    guard comparison?.isAtEnd == false else {
      guard let found = comparison?.finish(), found.checksum == checksum else {
        throw .differs(offset: span.base)
      }
      return .done(
        Product(
          file: Meta.File(bytes: written, checksum: checksum), entries: found.entries,
          rooms: found.rooms, oldEntries: oldIndex.finish()))
    }
    try comparison?.step(bytes: Self.comparedAtOnce)
    return .going
  }

  private func read<Value>(_ body: () throws(ReadError) -> Value) throws(Failure) -> Value {
    do { return try body() } catch { throw .read(error) }
  }

  private func disk<Value>(_ body: () throws(StorageError) -> Value) throws(Failure) -> Value {
    do { return try body() } catch { throw .disk(error) }
  }
}

/// The index entries of a file, gathered batch by batch.
struct IndexGathering {
  private var builder: IndexBuilder
  private var entries = SegmentIndex.Entries()

  init(base: Int64) { builder = IndexBuilder(base: base) }

  mutating func add(_ header: BatchHeader, at position: Int64) {
    guard let (offset, time) = builder.add(header, at: position) else { return }
    entries.offsets.append(offset)
    if let time { entries.times.append(time) }
  }

  consuming func finish() -> SegmentIndex.Entries {
    if let time = builder.seal() { entries.times.append(time) }
    return entries
  }
}
