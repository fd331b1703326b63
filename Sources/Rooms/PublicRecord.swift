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

  /// Times a reading is begun anew because something was hidden meanwhile.
  private static let readingsMost = 8

  /// Reads for the public, under what is hidden at the reading's end.
  func reading<Value, Failure: Error>(
    _ room: RoomName, _ read: (PublicForm) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var readings = 0
    while true {
      let hidings = admission.hidings
      let value = try read(admission.form(for: room))
      readings += 1
      if admission.hidings == hidings || readings == Self.readingsMost { return value }
    }
  }

  /// A room's state, and the offset it is the state at.
  struct Moment {
    let state: RoomState
    let offset: Int64
  }

  /// The room now, or at an offset.
  func moment(of room: RoomName, at offset: Int64?) throws(PastError) -> Moment {
    guard let offset else {
      let committed = admission.committed.projection
      return Moment(state: committed[room] ?? RoomState(), offset: committed.next - 1)
    }
    return Moment(state: try history.moment(of: room, at: offset), offset: offset)
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
  package func transcriptJSON(of room: RoomName, at offset: Int64?) throws(PastError) -> [UInt8] {
    try reading(room) { (form) throws(PastError) in
      let state = try moment(of: room, at: offset).state
      return state.transcriptJSON(of: room, items: state.newestItems(Self.items), form: form)
    }
  }

  /// `{"before","items","more"}`: settled items before an item's offset, or the newest.
  package func messages(
    of room: RoomName, before: Int64?, limit: Int
  ) throws(ReadError) -> [UInt8] {
    try reading(room) { (form) throws(ReadError) in
      var json = JSONWriter(reserving: 64 * 1024)
      json.beginObject()
      let live = admission.state(of: room)
      if let before {
        json.pageFields(
          try history.page(of: room, before: before, limit: limit, live: live), form: form)
      } else {
        json.pageFields(
          ItemPage(newestOf: live ?? RoomState(), limit: limit, next: nextOffset), form: form)
      }
      json.endObject()
      return json.bytes
    }
  }
}
