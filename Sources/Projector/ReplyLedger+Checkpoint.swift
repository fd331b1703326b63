import Chat

extension ReplyLedger {
  /// Writes the ledger as one object.
  func encode(_ json: inout JSONWriter) {
    json.beginObject()
    json.key("waiting")
    json.beginArray()
    for message in waiting {
      json.beginObject()
      json.field("offset", message.offset)
      json.field("time", message.time)
      json.field("by", message.by)
      json.endObject()
    }
    json.endArray()
    json.key("starts")
    json.beginArray()
    for start in starts { json.value(start) }
    json.endArray()
    json.field("lastStart", lastStart + 1)
    json.field("inARow", repliesInARow)
    json.endObject()
  }

  /// Reads what ``encode(_:)`` wrote; nil when anything is missing or out of bounds.
  init?(checkpoint object: JSONObject) {
    guard let waiting = object.objects("waiting", { Waiting($0) }),
      let starts = object.array("starts"), starts.count <= Self.startsKept,
      let lastStart = object.integer("lastStart"), let inARow = object.integer("inARow")
    else { return nil }
    self.init()
    self.waiting = waiting.suffix(Self.waitingKept)
    for start in starts {
      guard case .integer(let time) = start else { return nil }
      self.starts.append(time)
    }
    self.lastStart = lastStart - 1
    repliesInARow = inARow
  }
}

extension ReplyLedger.Waiting {
  fileprivate init?(_ object: JSONObject) {
    guard let offset = object.integer("offset"), let time = object.integer("time"),
      let by = object.participant("by")
    else { return nil }
    self.init(offset: offset, time: time, by: by)
  }
}
