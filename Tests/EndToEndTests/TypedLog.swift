import Chat
import LogStore

/// A directory in which somebody typed a few words, key by key, and sent them.
struct TypedLog {
  let data: String
  let words: [String]
  let events: Int

  init(_ data: String, words: [String] = ["hello", "world"]) throws {
    self.data = data
    self.words = words
    let by = ParticipantID(person: 5)
    let session = SessionID(bits: 6)
    var events: [Event] = [
      .participantJoined(by: by, name: "Ada", token: "t", visibility: .live)
    ]
    var seq: Int64 = 0
    func author() -> Author {
      seq += 1
      return Author(by: by, session: session, seq: seq)
    }
    for (index, word) in words.enumerated() {
      let draft = Int64(index + 1)
      events.append(.typingStarted(by: by, session: session, draft: draft))
      for (at, letter) in word.enumerated() {
        events.append(
          .draftEdited(
            author(), draft: draft, Edit(at: at, del: 0, ins: String(letter), kind: .type)))
      }
      events.append(.messageSent(author(), draft: draft, text: word))
      events.append(.typingStopped(by: by, session: session, draft: draft, reason: .sent))
    }
    self.events = events.count
    let log = try Log.open(data, options: LogOptions(durability: .os))
    let records = events.map { Record(key: RoomName.lobby.key, value: $0.canonicalJSON) }
    for start in stride(from: 0, to: records.count, by: 1_000) {
      try log.append(Array(records[start..<min(start + 1_000, records.count)]))
    }
    log.close()
  }
}
