internal import Chat
internal import Hashing

// The digest of a room: SHA-256(chain ‖ live).
//
//   chain  32 zero bytes; each settled item: chain = SHA-256(chain ‖ canonical JSON of the item)
//   live   canonical JSON of {"participants":[…],"drafts":[…],"replies":[…]}, sorted by id bytes

extension RoomState {
  /// The digest of everything this room is at its last event, 32 bytes.
  package var digest: [UInt8] { SHA256.digest(chain, liveJSON) }

  mutating func extendChain(with item: [UInt8]) { chain = SHA256.digest(chain, item) }

  /// Who is here and what is open, in the digest's exact fields.
  var liveJSON: [UInt8] {
    var json = JSONWriter(reserving: 1024)
    json.beginObject()
    json.key("participants")
    json.beginArray()
    for (by, person) in present {
      json.beginObject()
      json.field("by", by)
      json.field("name", person.name)
      json.field("visibility", person.visibility.rawValue)
      json.endObject()
    }
    json.endArray()
    json.key("drafts")
    json.beginArray()
    for open in openDrafts {
      json.beginObject()
      json.draftFields(open)
      json.endObject()
    }
    json.endArray()
    json.key("replies")
    json.beginArray()
    for reply in replies.sorted(by: { $0.offset < $1.offset }) {
      json.beginObject()
      json.replyFields(reply)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}

extension Item {
  /// `{"offset","by","name","text"}`, for a reply also `"finish"`.
  var digestJSON: [UInt8] {
    var json = JSONWriter(reserving: 128 + text.utf8.count)
    json.beginObject()
    json.itemFields(self)
    json.endObject()
    return json.bytes
  }
}

extension HiddenMark {
  /// `{"offset","hidden"}`: its own and its target's offset.
  func digestJSON(hiding target: Int64) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.field("offset", offset)
    json.field("hidden", target)
    json.endObject()
    return json.bytes
  }
}

extension JSONWriter {
  mutating func itemFields(_ item: Item) {
    field("offset", item.offset)
    field("by", item.by)
    field("name", item.name)
    field("text", item.text)
    if let reply = item.reply { field("finish", reply.finish.rawValue) }
  }

  mutating func draftFields(_ open: SessionState) {
    field("by", open.by)
    field("session", open.session)
    field("draft", open.draft)
    field("text", utf8: open.text.utf8)
  }

  mutating func replyFields(_ reply: OpenReply) {
    field("reply", reply.offset)
    field("by", reply.start.by)
    field("text", utf8: reply.text.utf8)
  }
}
