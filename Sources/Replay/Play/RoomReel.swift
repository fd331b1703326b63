package import Chat
internal import LogStore
package import Projector

/// One room's events as a film: which comes next, which came before, and the room after each.
package struct RoomReel {
  /// One event of the room.
  package struct Frame: Equatable, Sendable {
    package let offset: Int64
    /// Milliseconds since 1970.
    package let time: Int64
  }

  /// Frames known at a time.
  private static let pageFrames = 1_000
  /// Offsets looked through at first for the event before.
  private static let lookBack: Int64 = 4_096
  /// Events from one kept projection to the next, and how many are kept.
  private static let keptEvery: Int64 = 2_000
  private static let keptMost = 16

  package let room: RoomName
  private let rebuild: Rebuild
  /// Every frame whose offset is in `covered`.
  private var page: [Frame] = []
  private var covered: Range<Int64> = 0..<0
  private var projection: Projection
  /// Where a step back may start instead of at a checkpoint; by rising offset.
  private var kept: [Projection] = []

  package init(_ rebuild: Rebuild, room: RoomName) {
    self.rebuild = rebuild
    self.room = room
    projection = Projection(next: rebuild.reader.state.start)
  }

  package var first: Int64 { rebuild.reader.state.start }
  package var last: Int64 { rebuild.last }

  /// The room's first event behind an offset.
  package mutating func frame(after offset: Int64) throws(Complaint) -> Frame? {
    let from = max(offset + 1, first)
    if !covered.contains(from) {
      guard from <= last else { return nil }
      try read(from: from, to: last + 1, keepingFirst: true)
    }
    if let found = page.first(where: { $0.offset > offset }) { return found }
    guard covered.upperBound <= last else { return nil }
    return try frame(after: covered.upperBound - 1)
  }

  /// The room's last event before an offset.
  package mutating func frame(before offset: Int64) throws(Complaint) -> Frame? {
    var reach = Self.lookBack
    while offset > first {
      if covered.contains(offset - 1), let found = page.last(where: { $0.offset < offset }) {
        return found
      }
      let from = max(first, offset - reach)
      try read(from: from, to: offset, keepingFirst: false)
      if page.isEmpty, from == first { return nil }
      reach *= 4
    }
    return nil
  }

  /// The first event at or behind a time; nil: there is none.
  package mutating func frame(atTime milliseconds: Int64) throws(Complaint) -> Frame? {
    let offset: Int64
    do { offset = try rebuild.reader.offset(forTime: milliseconds) } catch {
      throw Complaint(error)
    }
    return try frame(after: offset - 1)
  }

  /// The room after the event at an offset.
  package mutating func state(at offset: Int64) throws(Complaint) -> RoomState {
    if projection.next > offset + 1 {
      kept.removeAll { $0.next > offset + 1 }
      if let near = kept.last, offset + 1 - near.next <= Self.keptEvery * 4 {
        projection = near
      } else {
        // A little before, so that the next step back is a short one.
        let before = max(first - 1, offset - Self.keptEvery)
        projection = try rebuild.projection(at: before)
        keep()
      }
    } else if offset + 1 - projection.next > Self.keptEvery * 100 {
      projection = try rebuild.projection(at: offset)
    }
    while projection.next <= offset {
      let end = min(offset + 1, (projection.next / Self.keptEvery + 1) * Self.keptEvery)
      try rebuild.fold(&projection, to: end)
      if projection.next % Self.keptEvery == 0 { keep() }
    }
    return projection[room] ?? RoomState()
  }

  private mutating func keep() {
    guard kept.last.map({ $0.next < projection.next }) ?? true else { return }
    kept.append(projection)
    if kept.count > Self.keptMost { kept.removeFirst() }
  }

  /// Fills the page with the first, or the last, frames of a range.
  private mutating func read(
    from: Int64, to end: Int64, keepingFirst: Bool
  ) throws(Complaint) {
    page.removeAll(keepingCapacity: true)
    var upper = end
    var lower = from
    do {
      try rebuild.reader.scan(from: from, to: end, key: room.key) { record in
        page.append(Frame(offset: record.offset, time: record.timestamp))
        if Interruption.isRequested { return .stop }
        guard page.count > Self.pageFrames else { return .advance }
        if keepingFirst {
          upper = record.offset + 1
          return .stop
        }
        if page.count >= Self.pageFrames * 2 {
          lower = page[page.count - Self.pageFrames - 1].offset + 1
          page.removeFirst(page.count - Self.pageFrames)
        }
        return .advance
      }
    } catch {
      throw Complaint(error)
    }
    guard !Interruption.isRequested else { throw Complaint(.interrupted, "interrupted") }
    covered = lower..<upper
  }
}
