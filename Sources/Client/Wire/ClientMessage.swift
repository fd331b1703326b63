package import Chat

/// Everything a client says on the socket.
package enum ClientMessage: Equatable, Sendable {
  case hello(Hello)
  /// `t` is milliseconds since the session began, by the client's own clock.
  case edit(seq: Int64, draft: Int64, Edit, t: Int64?)
  /// `text` only for a draft nobody saw.
  case send(seq: Int64, draft: Int64, text: String?)
  case discard(seq: Int64, draft: Int64)
  case typing(draft: Int64)
  case stop(reply: Int64)
  case rename(String)
  case visibility(seq: Int64, Visibility)
  case history(before: Int64, limit: Int)
  case leave
  case pong
}

/// Who comes, under which session, and from where on they have not read.
package struct Hello: Equatable, Sendable {
  package var session: SessionID
  package var from: String?
  package var token: String?
  package var name: String?
  package var visibility: Visibility?
  /// Items wanted in a snapshot.
  package var last: Int?
  package var listen = true
  package var watch = false

  package init(session: SessionID) { self.session = session }
}

extension ClientMessage {
  /// The message as one text frame carries it.
  package var json: [UInt8] {
    var json = JSONWriter()
    switch self {
    case .hello(let hello): hello.encode(&json)
    case .edit(let seq, let draft, let edit, let t):
      json.begin(type: "edit")
      json.field("seq", seq)
      json.field("draft", draft)
      json.field("at", edit.at)
      json.field("del", edit.del)
      json.field("ins", edit.ins)
      json.field("kind", edit.kind.rawValue)
      if let t { json.field("t", t) }
    case .send(let seq, let draft, let text):
      json.begin(type: "send")
      json.field("seq", seq)
      json.field("draft", draft)
      if let text { json.field("text", text) }
    case .discard(let seq, let draft):
      json.begin(type: "discard")
      json.field("seq", seq)
      json.field("draft", draft)
    case .visibility(let seq, let visibility):
      json.begin(type: "visibility")
      json.field("seq", seq)
      json.field("visibility", visibility.rawValue)
    default: encodeUnnumbered(&json)
    }
    json.endObject()
    return json.bytes
  }

  private func encodeUnnumbered(_ json: inout JSONWriter) {
    switch self {
    case .typing(let draft):
      json.begin(type: "typing")
      json.field("draft", draft)
    case .stop(let reply):
      json.begin(type: "stop")
      json.field("reply", reply)
    case .rename(let name):
      json.begin(type: "rename")
      json.field("name", name)
    case .history(let before, let limit):
      json.begin(type: "history")
      json.field("before", before)
      json.field("limit", limit)
    case .leave: json.begin(type: "leave")
    case .pong: json.begin(type: "pong")
    default: preconditionFailure("a numbered message")
    }
  }
}

extension Hello {
  fileprivate func encode(_ json: inout JSONWriter) {
    json.begin(type: "hello")
    json.field("session", session)
    if let from { json.field("from", from) }
    if let token { json.field("token", token) }
    if let name { json.field("name", name) }
    if let visibility { json.field("visibility", visibility.rawValue) }
    if let last { json.field("last", last) }
    if !listen { json.field("listen", false) }
    if watch { json.field("watch", true) }
  }
}
