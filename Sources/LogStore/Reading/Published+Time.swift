/// Finding offsets by time. Times never fall from one record to the next.
extension Published {
  /// The first offset whose time is at or after `milliseconds`; `next` if there is none.
  func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64 {
    let snapshot = current
    guard snapshot.state.next > snapshot.state.start else { return snapshot.state.next }
    return try pool.with { (scratch) throws(ReadError) in
      // The last segment that begins before the time: the record is in it, or begins the one after.
      var low = 0
      var high = snapshot.spans.count
      while low < high {
        let middle = (low + high) / 2
        let first = try self.firstTimestamp(snapshot.span(at: middle), scratch)
        if let first, first < milliseconds { low = middle + 1 } else { high = middle }
      }
      guard low > 0 else { return snapshot.state.start }
      let span = snapshot.span(at: low - 1)
      return try self.offset(forTime: milliseconds, in: span, scratch) ?? span.next
    }
  }

  /// The time of the segment's first record; `nil` if it has none.
  private func firstTimestamp(_ span: SegmentSpan, _ scratch: ReadScratch) throws(ReadError)
    -> Int64?
  {
    var walk = BatchWalk(span, scratch, position: 0, expected: span.base)
    return try walk.next()?.header.baseTimestamp
  }

  private func offset(forTime milliseconds: Int64, in span: SegmentSpan, _ scratch: ReadScratch)
    throws(ReadError) -> Int64?
  {
    var walk = try walk(before: milliseconds, span, scratch)
    try walk.skip { header, _ in header.maxTimestamp < milliseconds }
    guard let batch = try walk.next() else { return nil }
    var cursor = try walk.records(of: batch)
    do {
      while let view = try cursor.next() {
        if view.timestamp >= milliseconds { return view.offset }
      }
    } catch {
      throw span.fault(error, at: batch.position, offset: batch.header.base)
    }
    return batch.header.next
  }

  /// A walk from the batch that the time index names, if that batch is what the index says.
  private func walk(before milliseconds: Int64, _ span: SegmentSpan, _ scratch: ReadScratch)
    throws(ReadError) -> BatchWalk
  {
    let beginning = BatchWalk(span, scratch, position: 0, expected: span.base)
    for attempt in 0...1 {
      let entry = span.segment.index.before(timestamp: milliseconds, access.storage)
      guard let entry else { return beginning }
      let offset = span.base + Int64(entry.relative)
      if entry.relative >= 0, offset < span.next {
        let walk = try BatchWalk(span, scratch, offset: offset, index: access)
        var ahead = walk
        if let header = try ahead.next()?.header, header.last == offset,
          header.maxTimestamp == entry.timestamp
        {
          return walk
        }
      }
      if attempt == 0, span.segment.index.inMemory == nil { try span.rebuild(scratch, access) }
    }
    return BatchWalk(span, scratch, position: 0, expected: span.base)
  }
}
