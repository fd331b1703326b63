package import Chat
import Hashing
package import LogStore
import Projector

/// What anyone may read of a room over HTTP, as bytes.
///
/// Blocking: only on the reader pool.
package struct PublicRecord: Sendable {
  let admission: Admission
  let history: History

  package init(admission: Admission, history: History) {
    self.admission = admission
    self.history = history
  }

  /// Items of a transcript, unless the caller asks for fewer.
  package static let items = 100

  /// The offset the next event of the log gets.
  package var nextOffset: Int64 { admission.committed.projection.next }

  /// A room's state, and the offset it is the state at.
  struct Moment {
    let state: RoomState
    let offset: Int64
  }

  /// The room now, or at an offset.
  func moment(of room: RoomName, at offset: Int64?) throws(ReadError) -> Moment {
    guard let offset else {
      let committed = admission.committed.projection
      return Moment(state: committed[room] ?? RoomState(), offset: committed.next - 1)
    }
    return Moment(state: try history.state(of: room, at: offset), offset: offset)
  }

  /// `{"epoch","offset","digest"}` of the live projection: after every event of the log up to
  /// `offset`, of whichever room.
  package func digest(of room: RoomName) -> [UInt8] {
    let (projection, epoch) = admission.committed
    var json = JSONWriter()
    json.beginObject()
    json.field("epoch", epoch)
    json.field("offset", projection.next - 1)
    json.field("digest", (projection[room] ?? RoomState()).digest.hex)
    json.endObject()
    return json.bytes
  }

  /// The object of `replay --format json`: the room at an offset, or now, newest 100 items.
  package func transcriptJSON(of room: RoomName, at offset: Int64?) throws(ReadError) -> [UInt8] {
    let moment = try moment(of: room, at: offset)
    let form = admission.options.form
    var json = JSONWriter(reserving: 64 * 1024)
    json.beginObject()
    json.field("offset", moment.offset)
    json.field("time", form.floored(moment.state.lastTime))
    json.field("room", room.text)
    json.field("digest", moment.state.digest.hex)
    json.stateFields(moment.state, items: moment.state.newestItems(Self.items), form: form)
    json.endObject()
    return json.bytes
  }

  /// `{"before","items","more"}`: settled items before an item's offset, or the newest.
  package func messages(
    of room: RoomName, before: Int64?, limit: Int
  ) throws(ReadError) -> [UInt8] {
    // The state in memory holds the newest items: enough unless somebody reads far back.
    let live = try moment(of: room, at: nil)
    let before = before ?? live.offset + 1
    var state = live.state
    if let oldest = state.items.first, before <= oldest.offset {
      state = try history.state(of: room, at: before - 1)
    }
    let (items, more) = state.items(before: before, limit: min(max(limit, 0), Limits.pageItems))
    var json = JSONWriter(reserving: 64 * 1024)
    json.beginObject()
    json.field("before", before)
    json.field("items", items, form: admission.options.form)
    json.field("more", more)
    json.endObject()
    return json.bytes
  }
}
