/// Reading the records of one key, past the batches that have none.
extension Published {
  /// Bytes of log below which looking through them is cheaper than asking where to look.
  static let skippingWorthwhile: Int64 = 256 << 10

  /// Hands out committed records of one key from `offset` to before `end`.
  ///
  /// Returns the next offset to ask for: behind the record that stopped it, at `end`, or earlier if
  /// more than `limit` other records had to be passed over one by one.
  func scan(
    from offset: Int64, to end: Int64?, key: [UInt8], passing limit: Int,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> Int64 {
    let snapshot = current
    try snapshot.check(offset)
    let end = min(end ?? snapshot.state.next, snapshot.state.next)
    guard offset < end else { return offset }
    return try pool.with { (scratch) throws(ReadError) in
      var scan = KeyScan(key: key, offset: offset, end: end, left: limit)
      while scan.offset < end, !scan.isOver {
        let span = try snapshot.requiredSpan(containing: scan.offset)
        switch try self.answer(scan, span, snapshot, scratch) {
        case .anywhere: try scan.walk(span, scratch, self.access, body)
        case .within(let offsets):
          scan.skip(to: offsets.lowerBound)
          if scan.offset <= min(offsets.upperBound, end - 1) {
            try scan.walk(span, scratch, self.access, to: offsets.upperBound + 1, body)
          }
          scan.skip(to: span.next)
        case .batches(let places):
          try scan.visit(places, span, scratch, body)
          scan.skip(to: span.next)
        }
      }
      return scan.offset
    }
  }

  private func answer(
    _ scan: KeyScan, _ span: SegmentSpan, _ snapshot: Snapshot, _ scratch: ReadScratch
  ) throws(ReadError) -> SegmentRooms.Answer {
    let isActive = span.segment === snapshot.spans.last?.segment
    let hint = try span.hint(for: scan.offset, scratch, access)
    guard span.bytes - hint.position > Self.skippingWorthwhile else { return .anywhere }
    return isActive
      ? span.segment.rooms.activeAnswer(scan.key, span, scratch)
      : span.segment.rooms.sealedAnswer(scan.key, span, access)
  }
}

/// Where a scan for one key is.
struct KeyScan {
  let key: [UInt8]
  /// The next offset to look at.
  private(set) var offset: Int64
  let end: Int64
  /// Other records that may still be passed over.
  private(set) var left: Int
  private(set) var isOver = false

  init(key: [UInt8], offset: Int64, end: Int64, left: Int) {
    self.key = key
    self.offset = offset
    self.end = end
    self.left = left
  }

  /// Nothing of the key is before this offset.
  mutating func skip(to later: Int64) {
    if !isOver { offset = max(offset, min(later, end)) }
  }

  /// Looks through all batches of a span, to before `limit`.
  mutating func walk(
    _ span: SegmentSpan, _ scratch: ReadScratch, _ access: IndexAccess, to limit: Int64 = .max,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) {
    let limit = min(limit, end, span.next)
    var walk = try BatchWalk(span, scratch, offset: offset, index: access)
    while offset < limit, !isOver, let batch = try walk.next() { try look(batch, walk, body) }
    guard isOver || offset >= limit else {
      throw span.fault(.cutShort, at: walk.position, offset: offset)
    }
  }

  /// Looks through some batches of a span only.
  mutating func visit(
    _ places: [RoomTable.Place], _ span: SegmentSpan, _ scratch: ReadScratch,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) {
    // Batches do not overlap: of those that begin at or before the offset, only the last has it.
    let first = places.lastIndex { $0.base <= offset } ?? 0
    var walk: BatchWalk?
    for place in places[first...] {
      guard !isOver, place.base < end else { return }
      skip(to: place.base)
      // On from batch to batch in the same window where they follow each other.
      var here =
        walk.flatMap { $0.position == place.position ? $0 : nil }
        ?? BatchWalk(span, scratch, position: place.position, expected: place.base)
      guard let batch = try here.next() else {
        throw span.fault(.cutShort, at: place.position, offset: place.base)
      }
      if batch.header.next > offset { try look(batch, here, body) }
      walk = here
    }
  }

  private mutating func look(
    _ batch: BatchSlice, _ walk: BatchWalk, _ body: (RecordView) -> ScanStep
  ) throws(ReadError) {
    do {
      var cursor = try walk.records(of: batch)
      try cursor.skip(to: offset)
      while let view = try cursor.next() {
        guard view.offset < end else { return }
        offset = view.offset + 1
        guard let found = view.key, found.elementsEqual(key) else {
          left -= 1
          continue
        }
        if case .stop = body(view) {
          isOver = true
          return
        }
      }
    } catch let fault as BatchFault {
      throw walk.span.fault(fault, at: batch.position, offset: batch.header.base)
    } catch let error as ReadError {
      throw error
    } catch {
      preconditionFailure("two kinds of errors only")
    }
    if left < 0 { isOver = true }
  }
}
