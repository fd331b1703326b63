package import Chat
package import LogStore
import Projector

extension PublicRecord {
  /// Finds of one answer at most.
  package static let findsMost = 100
  /// Events of the room looked at for one answer at most.
  static let searchedAtOnce = 500_000
  /// Records of other rooms passed over for one answer.
  private static let passedAtOnce = 500_000

  /// Messages and replies that hold some words, whatever their case, from an offset on.
  ///
  ///     {"hits":[{"offset","time"}],"next":N}
  ///
  /// A find's offset is that of the event after which the words stand in the transcript. `next`
  /// says where to go on, and is not there at the log's end. Without words everything sent is
  /// found. What is hidden is not.
  package func search(
    _ room: RoomName, for words: String, from offset: Int64, limit: Int
  ) throws(ReadError) -> [UInt8] {
    try reading(room) { (form) throws(ReadError) in
      var search = Search(words: words, limit: min(max(limit, 1), Self.findsMost))
      let end = nextOffset
      var reached = end
      let first = max(offset, admission.log.state.start)
      if first < end {
        reached = try admission.log.scan(
          from: first, to: end, key: room.key, passing: Self.passedAtOnce
        ) { record in
          search.look(at: record, form)
          return search.isOver ? .stop : .advance
        }
      }
      var json = JSONWriter(reserving: 4_096)
      json.beginObject()
      json.key("hits")
      json.beginArray()
      for hit in search.hits {
        json.beginObject()
        json.field("offset", hit.offset)
        json.field("time", form.floored(hit.time))
        json.endObject()
      }
      json.endArray()
      if reached < end { json.field("next", reached) }
      json.endObject()
      return json.bytes
    }
  }
}

/// One pass for some words over what a room says.
private struct Search {
  let words: [UInt8]
  let limit: Int
  private(set) var hits: [(offset: Int64, time: Int64)] = []
  private var looked = 0
  /// The words of replies that began within the pass and have not finished.
  private var replies: [Int64: String] = [:]

  init(words: String, limit: Int) {
    self.words = Array(words.lowercased().utf8)
    self.limit = limit
  }

  var isOver: Bool { hits.count >= limit || looked >= PublicRecord.searchedAtOnce }

  mutating func look(at record: RecordView, _ form: PublicForm) {
    looked += 1
    guard EditView(record.value) == nil, let event = try? Event.decode(record.value) else { return }
    let marks = form.mask?.marks
    switch event {
    case .messageSent(_, _, let text) where marks?[record.offset] == nil:
      if holds(text) { hits.append((record.offset, record.timestamp)) }
    case .replyStarted: replies[record.offset] = ""
    case .replyChunk(_, let reply, let text): replies[reply]? += text
    case .replyFinished(let finish):
      let text = replies.removeValue(forKey: finish.reply)
      if let text, marks?[finish.reply] == nil, holds(text) {
        hits.append((record.offset, record.timestamp))
      }
    default: break
    }
  }

  private func holds(_ text: String) -> Bool {
    guard let first = words.first else { return true }
    let bytes = Array(text.lowercased().utf8)
    guard bytes.count >= words.count else { return false }
    for at in 0...(bytes.count - words.count) where bytes[at] == first {
      if bytes[at..<(at + words.count)].elementsEqual(words) { return true }
    }
    return false
  }
}
