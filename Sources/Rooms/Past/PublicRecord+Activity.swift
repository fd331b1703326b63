package import Chat
import LogStore
import Projector

extension PublicRecord {
  /// Slices of one answer at most.
  package static let slicesMost = 512

  /// Who typed when in a room, from the log's start to now.
  ///
  ///     {"from","next","authors":[{"by","name"}],
  ///      "slices":[{"offset","time","end","idle":[offset,ms],"keys":[author,n,…],"sent":[…]}]}
  ///
  /// `keys` and `sent` name authors by their place in `authors`; `idle` is the longest time without
  /// an event that ended in the slice, from a second on. No word is in it.
  package func activity(of room: RoomName, slices: Int) throws(PastError) -> [UInt8] {
    let survey = try history.survey(of: room)
    guard survey.next >= history.log.state.next - History.foldedWillingly else {
      throw .surveying
    }
    let form = admission.options.form
    var json = JSONWriter(reserving: 64 * 1024)
    json.beginObject()
    json.field("from", survey.activity.blocks.first?.offset ?? survey.next)
    json.field("next", survey.next)
    json.key("authors")
    json.beginArray()
    for by in survey.activity.authors {
      json.beginObject()
      json.field("by", by)
      json.field("name", survey.state.name(of: by))
      json.endObject()
    }
    json.endArray()
    json.key("slices")
    json.beginArray()
    for slice in survey.activity.slices(min(max(slices, 1), Self.slicesMost)) {
      json.slice(slice, form)
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func slice(_ slice: Activity.Block, _ form: PublicForm) {
    beginObject()
    field("offset", slice.offset)
    field("time", form.floored(slice.time))
    field("end", form.floored(slice.end))
    if slice.idle >= 1_000 {
      key("idle")
      offsets([slice.idleOffset, form.floored(slice.idle)])
    }
    key("keys")
    offsets(slice.shares.flatMap { $0.keys > 0 ? [Int64($0.author), Int64($0.keys)] : [] })
    key("sent")
    offsets(slice.shares.flatMap { $0.sent > 0 ? [Int64($0.author), Int64($0.sent)] : [] })
    endObject()
  }
}

extension PublicRecord {
  /// The last offset whose time is at or before `milliseconds`.
  package func offset(at milliseconds: Int64) throws(PastError) -> Int64 {
    guard milliseconds < .max else { return nextOffset - 1 }
    do throws(ReadError) {
      return min(try admission.log.offset(forTime: milliseconds + 1), nextOffset) - 1
    } catch { throw .unreadable(error) }
  }
}
