import Chat
import Projector

/// One room's share of a commit: an `events` message, encoded once for everybody in the room.
///
///     {"type":"events","prev":P,"first":F,("offsets":[…],)"next":"CURSOR",
///      "times":[…],"events":[…]}
package final class EventsFrame: Sendable {
  /// Offset of the room's event before these; −1: none.
  package let previous: Int64
  package let first: Int64
  package let last: Int64
  package let frame: Frame

  init(previous: Int64, first: Int64, last: Int64, frame: Frame) {
    self.previous = previous
    self.first = first
    self.last = last
    self.frame = frame
  }
}

/// Gathers one room's records into an ``EventsFrame``.
struct EventsEncoder {
  /// Bytes of events after which a frame is full.
  static let fullBytes = 256 * 1024

  let previous: Int64
  private(set) var first: Int64 = -1
  private(set) var last: Int64 = -1
  private var offsets: [Int64] = []
  private var isDense = true
  private var times: [Int64] = []
  private var events: [UInt8] = []

  init(previous: Int64) { self.previous = previous }

  var isEmpty: Bool { offsets.isEmpty }
  var isFull: Bool { events.count >= Self.fullBytes }

  mutating func append(
    _ value: UnsafeRawBufferPointer, offset: Int64, time: Int64, isHidden: Bool = false
  ) {
    if offsets.isEmpty {
      first = offset
    } else {
      if offset != last + 1 { isDense = false }
      events.append(UInt8(ascii: ","))
    }
    last = offset
    offsets.append(offset)
    times.append(time)
    if isHidden {
      let hidden = RoomMask.placeholder
      events.append(
        contentsOf: UnsafeBufferPointer(
          start: hidden.utf8Start, count: hidden.utf8CodeUnitCount))
    } else {
      events.append(contentsOf: value)
    }
  }

  func finish(epoch: String) -> EventsFrame {
    var json = JSONWriter(reserving: events.count + 160 + times.count * 15)
    json.reserveHeadroom(Frame.headroom)
    json.begin(type: "events")
    json.field("prev", previous)
    json.field("first", first)
    if !isDense {
      json.key("offsets")
      json.offsets(offsets)
    }
    json.field("next", Cursor(epoch: epoch, offset: last + 1, previous: last).text)
    json.key("times")
    json.offsets(times)
    json.key("events")
    json.raw("[")
    json.raw(events)
    json.raw("]}")
    return EventsFrame(
      previous: previous, first: first, last: last, frame: Frame(storage: json.bytes))
  }
}
