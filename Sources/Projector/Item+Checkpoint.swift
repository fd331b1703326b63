import Chat

extension JSONObject {
  /// An array of objects, each read by `read`; nil when one cannot be.
  func objects<Element>(_ name: String, _ read: (JSONObject) -> Element?) -> [Element]? {
    guard let values = array(name) else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for value in values {
      guard case .object(let object) = value, let element = read(object) else { return nil }
      elements.append(element)
    }
    return elements
  }

  func participant(_ name: String) -> ParticipantID? { string(name).flatMap { ParticipantID($0) } }
  func session(_ name: String) -> SessionID? { string(name).flatMap { SessionID($0) } }
}

extension JSONWriter {
  /// `"start"`: a `reply.started` as it stands in the log.
  mutating func start(_ start: ReplyStart) {
    key("start")
    Event.replyStarted(start).canonicalJSON.withUnsafeBytes { value(json: $0) }
  }

  mutating func draft(_ draft: DraftKey) {
    field("by", draft.by)
    field("session", draft.session)
    field("draft", draft.draft)
  }
}

extension ReplyStart {
  init?(checkpoint object: JSONObject?) {
    guard let object, let event = try? Event.decode(object), case .replyStarted(let start) = event
    else { return nil }
    self = start
  }
}

extension Item {
  func encode(_ json: inout JSONWriter) {
    json.field("offset", offset)
    json.field("time", time)
    json.field("by", by)
    json.field("name", name)
    json.field("text", text)
    if let draft {
      json.field("session", draft.session)
      json.field("draft", draft.draft)
    }
    if let reply {
      json.start(reply.start)
      json.field("finish", reply.finish.rawValue)
      if let error = reply.error { json.failure(error) }
    }
    if let hidden {
      json.field("hiddenAt", hidden.offset)
      json.field("hidden", hidden.reason)
    }
  }

  init?(_ object: JSONObject) {
    guard let offset = object.integer("offset"), let time = object.integer("time"),
      let by = object.participant("by"), let name = object.string("name"),
      let text = object.string("text")
    else { return nil }
    self.init(offset: offset, time: time, by: by, name: name, text: text)
    if let session = object.session("session"), let draft = object.integer("draft") {
      self.draft = DraftKey(by: by, session: session, draft: draft)
    }
    if let finish = object.string("finish") {
      guard let finish = Finish(rawValue: finish),
        let start = ReplyStart(checkpoint: object.object("start"))
      else { return nil }
      var failure: Failure?
      if let error = object.object("error"), let code = error.string("code"),
        let message = error.string("message")
      {
        failure = Failure(code: code, message: message)
      }
      reply = ReplyOutcome(start: start, finish: finish, error: failure)
    }
    if let at = object.integer("hiddenAt"), let reason = object.string("hidden") {
      hidden = HiddenMark(offset: at, reason: reason)
    }
  }
}

extension OpenReply {
  init?(_ object: JSONObject) {
    guard let offset = object.integer("offset"), let text = object.string("text"),
      let stop = object.bool("stop"), let start = ReplyStart(checkpoint: object.object("start"))
    else { return nil }
    self.init(offset: offset, start: start, text: DraftText(text), stopRequested: stop)
  }
}

extension HiddenMark {
  static func named(_ object: JSONObject) -> (Int64, HiddenMark)? {
    guard let item = object.integer("item"), let offset = object.integer("offset"),
      let reason = object.string("reason")
    else { return nil }
    return (item, HiddenMark(offset: offset, reason: reason))
  }
}

extension DraftKey {
  init?(_ object: JSONObject) {
    guard let by = object.participant("by"), let session = object.session("session"),
      let draft = object.integer("draft")
    else { return nil }
    self.init(by: by, session: session, draft: draft)
  }

  /// With the offset of the hidden message it became.
  static func hidden(_ object: JSONObject) -> (DraftKey, Int64)? {
    guard let draft = DraftKey(object) else { return nil }
    // Checkpoints of earlier builds do not say.
    return (draft, object.integer("message") ?? .max)
  }
}
