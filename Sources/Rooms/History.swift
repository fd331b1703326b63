package import Chat
package import LogStore
package import Projector

/// Reads what a room was and said, from segments. Blocking: only on the reader pool.
package struct History: Sendable {
  package let log: any EventLog
  private let options: RoomsOptions
  private let checkpoints: CheckpointDirectory?

  package init(log: any EventLog, options: RoomsOptions, checkpoints: CheckpointDirectory?) {
    self.log = log
    self.options = options
    self.checkpoints = checkpoints
  }

  /// Bytes of events in one catch-up read.
  static let bytesAtOnce = 256 * 1024
  /// Records passed over in one catch-up read, of whichever room.
  static let recordsAtOnce = 100_000

  /// The room's events from a cursor on, as one frame, and how far the log was read.
  func events(in room: RoomName, from cursor: Cursor) throws(ReadError) -> HistoryRead {
    var encoder = EventsEncoder(previous: cursor.previous)
    var passed = 0
    let reached = try log.scan(from: cursor.offset, to: nil) { record in
      passed += 1
      if let key = record.key, key.elementsEqual(room.key) {
        encoder.append(
          record.value, offset: record.offset, time: options.form.floored(record.timestamp))
      }
      return encoder.isFull || passed >= Self.recordsAtOnce ? .stop : .advance
    }
    let epoch = log.state.epoch.id
    return .events(encoder.isEmpty ? nil : encoder.finish(epoch: epoch), reached: reached)
  }

  /// `page {before, items, more}`: settled items before an item's offset.
  func page(of room: RoomName, before: Int64, limit: Int) throws(ReadError) -> Frame {
    let state = try self.state(of: room, at: before - 1)
    let (items, more) = state.items(before: before, limit: min(max(limit, 0), Limits.pageItems))
    var json = JSONWriter(reserving: 64 * 1024)
    json.begin(type: "page")
    json.field("before", before)
    json.field("items", items, form: options.form)
    json.field("more", more)
    json.endObject()
    return Frame(json.bytes)
  }

  /// A room after every event with an offset at or below `offset`.
  package func state(of room: RoomName, at offset: Int64) throws(ReadError) -> RoomState {
    let log = log.state
    let end = min(max(offset + 1, log.start), log.next)
    let checkpoint = checkpoints?.newest(of: log, upTo: end)
    var state = checkpoint?.projection[room] ?? RoomState()
    let first = max(checkpoint?.projection.next ?? log.start, log.start)
    try self.log.scan(from: first, to: end) { record in
      if let key = record.key, key.elementsEqual(room.key) {
        state.apply(record.value, offset: record.offset, time: record.timestamp)
      }
      return .advance
    }
    return state
  }
}

/// What a read for one connection brought.
enum HistoryRead: Sendable {
  case events(EventsFrame?, reached: Int64)
  case page(Frame)
  case failed(ReadError)
}

/// Threads for blocking reads.
package protocol ReaderPool: Sendable {
  func run(_ job: @escaping @Sendable () -> Void)
}
