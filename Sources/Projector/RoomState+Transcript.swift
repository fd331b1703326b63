package import Chat
internal import Hashing

extension RoomState {
  /// The room's state as one object for people and programs outside:
  /// `{"offset","time","room","digest","items","drafts","replies","participants"}`.
  ///
  /// `offset` and `time` are those of the room's newest event; −1 and 0 of an empty room.
  package func transcriptJSON(
    of room: RoomName, items: ArraySlice<Item>, form: PublicForm
  ) -> [UInt8] {
    var json = JSONWriter(reserving: 1 << 12)
    json.beginObject()
    json.field("offset", lastOffset)
    json.field("time", form.floored(lastTime))
    json.field("room", room.text)
    json.field("digest", digest.hex)
    json.stateFields(self, items: items, form: form)
    json.endObject()
    return json.bytes
  }
}
