/// A batch that passed its checks, in a reader's window until the walk goes on.
struct BatchSlice {
  let header: BatchHeader
  let position: Int64
  let bytes: UnsafeRawBufferPointer
}

/// Goes through the batches of a span in order, checking each against what must stand there.
struct BatchWalk {
  let span: SegmentSpan
  let scratch: ReadScratch
  private(set) var position: Int64
  /// The base offset of the batch at `position`.
  private(set) var expected: Int64

  /// From a position where a batch of this base offset begins.
  init(_ span: SegmentSpan, _ scratch: ReadScratch, position: Int64, expected: Int64) {
    self.span = span
    self.scratch = scratch
    self.position = position
    self.expected = expected
    scratch.begin(span.segment.file, limit: span.bytes)
  }

  /// At the batch that holds `offset`, as near as the index leads.
  init(_ span: SegmentSpan, _ scratch: ReadScratch, offset: Int64, index: IndexAccess)
    throws(ReadError)
  {
    let hint = try span.hint(for: offset, scratch, index)
    self.init(span, scratch, position: hint.position, expected: hint.base)
    do { try skip(to: offset) } catch {
      // Headers alone show a wrong length only behind the batch that has it: find which that is.
      var checked = BatchWalk(span, scratch, position: hint.position, expected: hint.base)
      while try checked.next() != nil {}
      throw error
    }
  }

  /// The next batch, checked whole; `nil` at the end of the span.
  mutating func next() throws(ReadError) -> BatchSlice? {
    guard let header = try header() else { return nil }
    let bytes = try bytes(header.totalBytes)
    do { try header.check(bytes, expected: expected) } catch {
      throw span.fault(error, at: position, offset: expected)
    }
    try checkCount(header)
    defer { step(over: header) }
    return BatchSlice(header: header, position: position, bytes: bytes)
  }

  /// The records of a batch that `next` returned.
  func records(of batch: BatchSlice) throws(ReadError) -> RecordCursor {
    do {
      return RecordCursor(
        try scratch.records(batch.bytes, batch.header), base: batch.header.base,
        count: Int(batch.header.count), baseTimestamp: batch.header.baseTimestamp)
    } catch {
      throw span.fault(error, at: batch.position, offset: batch.header.base)
    }
  }

  /// Goes on by headers alone to the batch whose last offset is at or behind `offset`.
  mutating func skip(to offset: Int64) throws(ReadError) {
    while let header = try header() {
      try checkCount(header)
      guard expected + Int64(header.lastOffsetDelta) < offset else { return }
      step(over: header)
    }
  }

  /// Goes on by headers alone while `body`, given a header and its position, says so.
  mutating func skip(while body: (BatchHeader, Int64) -> Bool) throws(ReadError) {
    while let header = try header() {
      guard header.base == expected else {
        throw span.fault(
          .baseOffset(expected: expected, found: header.base), at: position, offset: expected)
      }
      try checkCount(header)
      guard body(header, position) else { return }
      step(over: header)
    }
  }

  /// A batch that is passed over is not checked, so where it ends is counted, not believed.
  private mutating func step(over header: BatchHeader) {
    position += Int64(header.totalBytes)
    expected += Int64(header.lastOffsetDelta) + 1
  }

  /// A batch that runs into the next segment's offsets is of another log, or of another time.
  private func checkCount(_ header: BatchHeader) throws(ReadError) {
    guard 1...Int32(RecordBatch.recordsMax) ~= header.count,
      header.lastOffsetDelta == header.count - 1, Int64(header.count) <= span.next - expected
    else {
      throw span.fault(.recordCount(Int64(header.count)), at: position, offset: expected)
    }
  }

  /// The header at `position`, good enough to believe its length; `nil` at the end of the span.
  private func header() throws(ReadError) -> BatchHeader? {
    guard position < span.bytes else { return nil }
    guard let start = try bytes(RecordBatch.headerBytes).baseAddress else { return nil }
    let header = BatchHeader(start)
    do { try header.checkFrame() } catch {
      throw span.fault(error, at: position, offset: expected)
    }
    return header
  }

  private func bytes(_ count: Int) throws(ReadError) -> UnsafeRawBufferPointer {
    let bytes: UnsafeRawBufferPointer?
    do { bytes = try scratch.bytes(at: position, count: count) } catch {
      throw span.failure(error)
    }
    guard let bytes else { throw span.fault(.cutShort, at: position, offset: expected) }
    return bytes
  }
}
