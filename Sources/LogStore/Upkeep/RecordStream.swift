/// All records of a segment in order, as they are stored, in memory of its own.
struct RecordStream {
  private var walk: BatchWalk
  private var batch: BatchSlice?
  private var cursor: RecordCursor?

  init(_ span: SegmentSpan) {
    walk = BatchWalk(span, ReadScratch(), position: 0, expected: span.base)
  }

  /// The offset that comes next.
  var expected: Int64 { cursor?.offset ?? walk.expected }

  /// Goes on to the next batch, checked whole; `nil` at the end.
  mutating func nextBatch() throws(ReadError) -> BatchSlice? {
    cursor = nil
    batch = try walk.next()
    guard let batch else { return nil }
    cursor = try walk.records(of: batch)
    return batch
  }

  /// The next record of the batch, valid until the batch after it; `nil` behind its last one.
  mutating func next() throws(ReadError) -> StoredRecord? {
    guard let batch else { return nil }
    do { return try cursor?.nextStored() } catch {
      throw walk.span.fault(error, at: batch.position, offset: batch.header.base)
    }
  }

  /// The next record of whichever batch; `nil` at the end.
  mutating func nextOfAll() throws(ReadError) -> StoredRecord? {
    while true {
      if let record = try next() { return record }
      guard try nextBatch() != nil else { return nil }
    }
  }
}
