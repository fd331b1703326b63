internal import Chat
internal import LogStore
internal import Projector

/// `messages`: every message and finished reply a line, in the order in which they settled.
///
///     {"offset":N,"time":N|null,"room":"…","kind":"message","participant":"p…","name":"…",
///      "session":"…","message":N,"text":"…"}
///     {"offset":N,"time":N|null,"room":"…","kind":"reply","participant":"companion","name":"…",
///      "text":"…","finish":"stop","model":"…","to":[N,…]}
///     {"offset":N,"time":N|null,"room":"…","kind":"…","participant":"…","hidden":"the reason"}
///
/// With hidden words asked for, the first two may end in `"hidden":"the reason"`.
final class MessageLines: ExportWriter {
  private(set) var rows: Int64 = 0
  private let file: ExportFile
  private var disguise: Disguise
  /// Marks of what is hidden, as of the log's end.
  private let masks: HiddenMasks

  init(_ file: ExportFile, _ disguise: Disguise, _ masks: HiddenMasks) {
    self.file = file
    self.disguise = disguise
    self.masks = masks
  }

  func write(_ item: Item, in room: RoomName, isHidden: Bool, time: Int64?) {
    var json = JSONWriter(reserving: 256 + item.text.utf8.count)
    json.beginObject()
    json.field("offset", item.offset)
    json.key("time")
    if let time { json.value(time) } else { json.null() }
    json.field("room", room.text)
    json.field("kind", item.reply == nil ? "message" : "reply")
    json.field("participant", disguise.participant(item.by))
    if !isHidden { fields(of: item, to: &json) }
    if let mark = masks[room]?.marks[item.offset] ?? item.hidden {
      json.field("hidden", mark.reason)
    }
    json.endObject()
    file.piece.append(json.bytes)
    file.piece.append("\n")
    rows += 1
    file.passOn()
  }

  private func fields(of item: Item, to json: inout JSONWriter) {
    json.field("name", disguise.name(item.name, of: item.by))
    if let draft = item.draft {
      json.field("session", disguise.session(draft.session, of: draft.by))
      json.field("message", draft.draft)
    }
    json.field("text", item.text)
    guard let reply = item.reply else { return }
    json.field("finish", reply.finish.rawValue)
    json.field("model", reply.start.model)
    json.key("to")
    json.beginArray()
    for offset in reply.start.to { json.value(offset) }
    json.endArray()
  }
}
