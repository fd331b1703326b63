/// Batches as they lie in the segments, for readers that decode them themselves.
extension Published {
  /// Hands out the stored bytes of whole batches, each of them checked, from the one that holds
  /// `offset` on; returns the offset behind the last one.
  ///
  /// The first batch whatever its size (at most 1 MiB and 61 bytes), then as many that begin before
  /// `end` as fit into `bytesMax`. Damage behind a good batch ends the walk before it; whoever goes
  /// on meets it.
  func batches(
    from offset: Int64, to end: Int64, bytesMax: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ReadError) -> Int64 {
    let snapshot = current
    try snapshot.check(offset)
    let end = min(end, snapshot.state.next)
    guard offset < end else { return offset }
    return try pool.with { (scratch) throws(ReadError) in
      var (next, bytes) = (offset, 0)
      while next < end, bytes < bytesMax || next == offset {
        do throws(ReadError) {
          let span = try snapshot.requiredSpan(containing: next)
          var walk = try BatchWalk(span, scratch, offset: next, index: self.access)
          guard
            try Self.batches(
              &walk, &next, &bytes, offset..<end, bytesMax: bytesMax, body)
          else { return next }
        } catch {
          guard next == offset else { return next }
          throw error
        }
      }
      return next
    }
  }

  /// The part of it that lies in one segment; `false`: the next batch does not fit.
  private static func batches(
    _ walk: inout BatchWalk, _ next: inout Int64, _ bytes: inout Int, _ wanted: Range<Int64>,
    bytesMax: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ReadError) -> Bool {
    while next < wanted.upperBound, let batch = try walk.next() {
      guard next == wanted.lowerBound || batch.bytes.count <= bytesMax - bytes else { return false }
      body(batch.bytes)
      bytes += batch.bytes.count
      next = batch.header.next
    }
    guard next >= min(walk.span.next, wanted.upperBound) else {
      throw walk.span.fault(.cutShort, at: walk.position, offset: next)
    }
    return true
  }
}

extension Log {
  /// Hands out committed batches as they are stored, in Kafka's record batch format, from the one
  /// that holds `offset` on; returns the offset behind the last one.
  ///
  /// Each is whole and checked, and begins before `end`. The first one whatever its size, then as
  /// many as fit into `bytesMax`. Reads the disk: never on an event loop.
  package func batches(
    from offset: Int64, to end: Int64, bytesMax: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ReadError) -> Int64 {
    try published.batches(from: offset, to: end, bytesMax: bytesMax, body)
  }
}
