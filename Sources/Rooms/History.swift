package import Chat
package import LogStore
package import Projector

/// Reads what a room was and said, from segments.
///
/// Blocking: only on the reader pool.
package struct History: Sendable {
  package let log: any EventLog
  private let options: RoomsOptions
  let checkpoints: CheckpointDirectory?
  /// Records of other rooms passed over in one catch-up read.
  private let recordsAtOnce: Int
  let surveys = Surveys()

  package init(
    log: any EventLog, options: RoomsOptions, checkpoints: CheckpointDirectory?,
    recordsAtOnce: Int = 100_000
  ) {
    self.log = log
    self.options = options
    self.checkpoints = checkpoints
    self.recordsAtOnce = recordsAtOnce
  }

  /// The room's events from a cursor on, as one frame, and how far the log was read.
  ///
  /// - Parameter mask: what of them nobody gets to see any more.
  func events(
    in room: RoomName, from cursor: Cursor, mask: RoomMask?
  ) throws(ReadError) -> HistoryRead {
    var encoder = EventsEncoder(previous: cursor.previous)
    let reached = try log.scan(
      from: cursor.offset, to: nil, key: room.key, passing: recordsAtOnce
    ) { record in
      encoder.append(
        record.value, offset: record.offset, time: options.form.floored(record.timestamp),
        isHidden: mask?.hides(record.value, at: record.offset) ?? false)
      return encoder.isFull ? .stop : .advance
    }
    let epoch = log.state.epoch.id
    return .events(encoder.isEmpty ? nil : encoder.finish(epoch: epoch), reached: reached)
  }

  /// Settled items before the item of this offset: from the state in memory, or else from a fold
  /// that ends where that item settles.
  func page(
    of room: RoomName, before: Int64, limit: Int, live: RoomState?
  ) throws(ReadError) -> ItemPage {
    let limit = min(max(limit, 0), Limits.pageItems)
    if let page = live?.items(before: before, limit: limit), page.items.count == limit || !page.more
    {
      return ItemPage(before: before, items: page.items, more: page.more)
    }
    var state = try self.state(of: room, at: before - 1)
    let first = max(before, log.state.start)
    try log.scan(from: first, to: nil, key: room.key, passing: .max) { record in
      state.apply(record.value, offset: record.offset, time: record.timestamp)
      // A message settles where it stands, a reply when it is finished; all else is no item.
      return state.openReply(before) == nil ? .stop : .advance
    }
    let page = state.items(before: before, limit: limit)
    return ItemPage(before: before, items: page?.items ?? [], more: page?.more ?? false)
  }

  /// A room after every event with an offset at or below `offset`.
  package func state(of room: RoomName, at offset: Int64) throws(ReadError) -> RoomState {
    let end = min(max(offset + 1, log.state.start), log.state.next)
    return try fold(room, from: start(of: room, upTo: end), to: end)
  }
}

/// A page of older items: `before`, `items`, `more`.
struct ItemPage: Sendable {
  let before: Int64
  let items: ArraySlice<Item>
  let more: Bool

  init(before: Int64, items: ArraySlice<Item>, more: Bool) {
    self.before = before
    self.items = items
    self.more = more
  }

  /// The newest items of a state; `next` stands for the item that is not there yet.
  init(newestOf state: RoomState, limit: Int, next: Int64) {
    let newest = state.newestItems(min(max(limit, 0), Limits.pageItems))
    self.init(before: next, items: newest, more: Int64(newest.count) < state.total)
  }

  func frame(_ form: PublicForm) -> Frame {
    var json = JSONWriter(reserving: 64 * 1024)
    json.begin(type: "page")
    json.pageFields(self, form: form)
    json.endObject()
    return Frame(json.bytes)
  }
}

extension JSONWriter {
  mutating func pageFields(_ page: ItemPage, form: PublicForm) {
    field("before", page.before)
    field("items", page.items, form: form)
    field("more", page.more)
  }
}

/// A read for one connection that is done, and how to do it again.
struct FinishedRead: Sendable {
  let outcome: HistoryRead
  /// ``Admission/hidings`` before it; at another count it may show what is hidden by now.
  let hidings: UInt64
  let body: @Sendable () -> HistoryRead
}

/// What a read for one connection brought.
enum HistoryRead: Sendable {
  case events(EventsFrame?, reached: Int64)
  case page(Frame)
  case noEvents(ReadError)
  case noPage(ReadError)
}

extension Refusal {
  /// Why `what` does not come, in words for everybody: offsets, but no file of the server.
  init(unreadable what: String, _ error: ReadError) {
    let cause =
      switch error {
      case .outOfRange(_, let start, let next): "the log has \(start) to \(next - 1) by now"
      case .damaged(_, _, let offset, let what): "the log is damaged at offset \(offset): \(what)"
      case .io(let errno, _): "the disk does not give them (error \(errno))"
      }
    self.init(.unreadable, "\(what) cannot be read: \(cause)")
  }
}

/// Threads for blocking reads.
package protocol ReaderPool: Sendable {
  func run(_ job: @escaping @Sendable () -> Void)
}
