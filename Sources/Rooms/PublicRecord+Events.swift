package import Chat
package import LogStore
import Projector

/// Some of a room's events as text, and the cursor to go on from.
package struct EventLines: Sendable {
  package let bytes: [UInt8]
  package let next: Cursor
  /// Whether the log had no more of it.
  package let isAtEnd: Bool
}

extension PublicRecord {
  /// How events are written.
  package enum EventForm: Sendable {
    /// A line an event, `{"offset","time","room","event"}`.
    case lines
    /// The same as server-sent events; `id` is the cursor behind the event.
    case serverSent
  }

  /// Why a place in the log is not good.
  package enum BadPlace: Error, Sendable {
    /// No offset and no cursor.
    case malformed
    /// Of another epoch, or outside what the log holds.
    case gone(start: Int64, next: Int64)
  }

  /// Events, and bytes, of one answer at most.
  package static let eventsMost = 1_000
  package static let eventBytesMost = 1 << 20
  /// Records of other rooms passed over for one answer.
  private static let recordsMost = 100_000

  /// Reads an offset or a cursor; without one, the log's start.
  package func place(_ text: String?) -> Result<Cursor, BadPlace> {
    let log = admission.log.state
    let gone = BadPlace.gone(start: log.start, next: log.next)
    guard let text else {
      return .success(Cursor(epoch: log.epoch.id, offset: log.start, previous: -1))
    }
    if let offset = Int64(text) {
      guard (log.start...log.next).contains(offset) else { return .failure(gone) }
      return .success(Cursor(epoch: log.epoch.id, offset: offset, previous: -1))
    }
    guard let cursor = Cursor(text) else { return .failure(.malformed) }
    guard log.accepts(epoch: cursor.epoch, offset: cursor.offset),
      (log.start...log.next).contains(cursor.offset)
    else { return .failure(gone) }
    return .success(cursor)
  }

  /// The present end of a room: where a reader begins who wants only what comes.
  package func end(of room: RoomName) -> Cursor {
    let (projection, epoch) = admission.committed
    return Cursor(
      epoch: epoch, offset: projection.next, previous: projection[room]?.lastOffset ?? -1)
  }

  /// The room's events from a place on: at most `limit`, 1,000 and 1 MiB.
  package func events(
    in room: RoomName, from place: Cursor, limit: Int, as form: EventForm
  ) throws(ReadError) -> EventLines {
    try reading(room) { (shown) throws(ReadError) in
      try events(in: room, from: place, limit: limit, as: form, under: shown.mask)
    }
  }

  private func events(
    in room: RoomName, from place: Cursor, limit: Int, as form: EventForm, under mask: RoomMask?
  ) throws(ReadError) -> EventLines {
    let most = min(max(limit, 1), Self.eventsMost)
    let epoch = admission.log.state.epoch.id
    let end = admission.committed.projection.next
    var (json, count, previous) = (JSONWriter(reserving: 4_096), 0, place.previous)
    guard place.offset < end else {
      return EventLines(bytes: [], next: place, isAtEnd: true)
    }
    let reached = try admission.log.scan(
      from: place.offset, to: end, key: room.key, passing: Self.recordsMost
    ) { record in
      count += 1
      previous = record.offset
      if form == .serverSent {
        let next = Cursor(epoch: epoch, offset: record.offset + 1, previous: record.offset)
        json.raw(Array("id: \(next.text)\ndata: ".utf8))
      }
      append(record, room, under: mask, to: &json)
      if form == .serverSent { json.newLine() }
      return count >= most || json.bytes.count >= Self.eventBytesMost ? .stop : .advance
    }
    if count == 0, previous < 0, let last = admission.state(of: room)?.lastOffset, last < reached {
      previous = last
    }
    return EventLines(
      bytes: json.bytes, next: Cursor(epoch: epoch, offset: reached, previous: previous),
      isAtEnd: reached >= end)
  }

  private func append(
    _ record: RecordView, _ room: RoomName, under mask: RoomMask?, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.field("offset", record.offset)
    json.field("time", admission.options.form.floored(record.timestamp))
    json.field("room", room.text)
    json.key("event")
    if let mask, mask.hides(record.value, at: record.offset) {
      json.raw(RoomMask.placeholder)
    } else {
      json.value(json: record.value)
    }
    json.endObject()
    json.newLine()
  }
}
