/// A reader that follows the log: history from segments, then what was just committed from memory.
package struct Tail: Sendable {
  /// The next offset it hands out.
  package private(set) var offset: Int64
  private let published: Published
  /// The batch that `offset` lies in, when it was handed out in part.
  private var held: RecentBatch?
  private var place: Place?

  init(_ published: Published, offset: Int64) {
    self.published = published
    self.offset = offset
  }

  /// Hands out what is committed and not yet seen, in order, without gap or repeat.
  ///
  /// At most `limit` records; returns how many: 0 means caught up. May read the disk. Throws
  /// `.outOfRange` when the offset is not in the log, and after any error stands where it stood.
  package mutating func poll(limit: Int, _ body: (RecordView) -> Void) throws(ReadError) -> Int {
    var handed = 0
    let snapshot = published.current
    try snapshot.check(offset)
    while handed < limit, offset < snapshot.state.next {
      let batch = try batch(snapshot)
      var cursor = batch.cursor
      do {
        try cursor.skip(to: offset)
        while handed < limit, let view = try cursor.next() {
          handed += 1
          offset = view.offset + 1
          body(view)
        }
      } catch {
        // The batch was checked before it came here, record by record.
        preconditionFailure("a batch in memory changed: \(error)")
      }
      held = offset < batch.next ? batch : nil
    }
    return handed
  }

  private mutating func batch(_ snapshot: Snapshot) throws(ReadError) -> RecentBatch {
    if let held { return held }
    return try published.batch(containing: offset, snapshot, &place)
  }
}
