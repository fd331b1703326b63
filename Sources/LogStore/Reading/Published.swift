internal import Synchronization

/// What the writer has published and every reader reads; nobody waits for the writer here.
final class Published: Sendable {
  let recent: RecentBatches
  let pool = ScratchPool()
  let access: IndexAccess
  private let snapshot: Mutex<Snapshot>

  init(_ snapshot: Snapshot, recentBytes: Int, access: IndexAccess) {
    self.snapshot = Mutex(snapshot)
    recent = RecentBatches(bytesMax: recentBytes)
    self.access = access
  }

  var current: Snapshot { snapshot.withLock { $0 } }

  /// Makes a later snapshot the present one; the writer's alone.
  func publish(_ later: Snapshot) { snapshot.withLock { $0 = later } }

  /// Hands out committed records from `offset` to before `end`; returns the next to ask for.
  func scan(from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep)
    throws(ReadError) -> Int64
  {
    let snapshot = current
    try snapshot.check(offset)
    let end = min(end ?? snapshot.state.next, snapshot.state.next)
    guard offset < end else { return offset }
    return try pool.with { (scratch) throws(ReadError) in
      var offset = offset
      while offset < end {
        let step = try self.scan(snapshot, &offset, to: end, scratch, body)
        if case .stop = step { break }
      }
      return offset
    }
  }

  /// The part of a scan that lies in one segment.
  private func scan(
    _ snapshot: Snapshot, _ offset: inout Int64, to end: Int64, _ scratch: ReadScratch,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> ScanStep {
    let span = try snapshot.requiredSpan(containing: offset)
    var walk = try BatchWalk(span, scratch, offset: offset, index: access)
    while offset < end, let batch = try walk.next() {
      let records = try walk.records(of: batch)
      do {
        var cursor = records
        try cursor.skip(to: offset)
        while let view = try cursor.next() {
          guard view.offset < end else { return .stop }
          offset = view.offset + 1
          if case .stop = body(view) { return .stop }
        }
      } catch {
        throw span.fault(error, at: batch.position, offset: batch.header.base)
      }
    }
    guard offset >= min(end, span.next) else {
      throw span.fault(.cutShort, at: walk.position, offset: offset)
    }
    return .advance
  }

  /// A copy of the batch that holds `offset`: from memory if it is recent, else from its segment.
  ///
  /// `place` is where a reader thinks it is; it comes back as where the next batch will be.
  func batch(containing offset: Int64, _ snapshot: Snapshot, _ place: inout Place?)
    throws(ReadError) -> RecentBatch
  {
    if let batch = recent.batch(containing: offset) {
      place = nil
      return batch
    }
    let span = try snapshot.requiredSpan(containing: offset)
    let here = place
    let (batch, next) = try pool.with { (scratch) throws(ReadError) -> (RecentBatch, Place) in
      var walk: BatchWalk
      if let here, here.segment === span.segment, here.offset == offset {
        walk = BatchWalk(span, scratch, position: here.position, expected: offset)
      } else {
        walk = try BatchWalk(span, scratch, offset: offset, index: self.access)
      }
      guard let batch = try walk.next() else {
        throw span.fault(.cutShort, at: walk.position, offset: offset)
      }
      let copy = try walk.copy(of: batch)
      return (
        copy, Place(segment: span.segment, position: walk.position, offset: walk.expected)
      )
    }
    place = next
    return batch
  }
}

/// Where a batch begins, in one segment as it was opened.
struct Place: Sendable {
  let segment: Segment
  let position: Int64
  /// The batch's base offset.
  let offset: Int64
}

extension Snapshot {
  /// The span that holds an offset of the log; where there is none, a segment is lost.
  func requiredSpan(containing offset: Int64) throws(ReadError) -> SegmentSpan {
    if let span = span(containing: offset) { return span }
    throw .damaged(
      file: Layout.name(offset) + ".log", position: 0, offset: offset,
      what: "no segment holds this offset")
  }
}

extension BatchWalk {
  /// The records of a batch in memory of their own, each of them checked.
  func copy(of batch: BatchSlice) throws(ReadError) -> RecentBatch {
    do {
      let records = try scratch.records(batch.bytes, batch.header)
      let header = batch.header
      let copy = RecentBatch(
        records, base: header.base, count: Int(header.count), baseTimestamp: header.baseTimestamp)
      var cursor = copy.cursor
      while try cursor.next() != nil {}
      return copy
    } catch {
      throw span.fault(error, at: batch.position, offset: batch.header.base)
    }
  }
}
