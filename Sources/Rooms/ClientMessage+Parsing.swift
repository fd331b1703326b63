import Chat

extension ClientMessage {
  /// Reads one message; an edit in the usual field order without escapes takes the fast path.
  package static func parse(
    _ bytes: UnsafeRawBufferPointer
  ) throws(MessageFault) -> ClientMessage {
    if let edit = parseEdit(bytes) { return edit }
    let value: JSONValue
    do { value = try JSONParser.parse(bytes) } catch { throw .malformed(error) }
    guard case .object(let object) = value else { throw .badField("type") }
    return try parse(MessageFields(object))
  }

  /// The message in the order in which clients write it.
  ///
  ///     {"type":"edit","seq":N,"draft":N,"at":N,"del":N,"ins":"…","kind":"…"[,"t":N]}
  private static func parseEdit(_ bytes: UnsafeRawBufferPointer) -> ClientMessage? {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(#"{"type":"edit","seq":"#), let seq = cursor.integer(),
      cursor.expect(#","draft":"#), let draft = cursor.integer(),
      cursor.expect(#","at":"#), let at = cursor.integer(),
      cursor.expect(#","del":"#), let del = cursor.integer(),
      cursor.expect(#","ins":""#), let insBytes = cursor.plainString(),
      let ins = insBytes.text,
      cursor.expect(#","kind":""#), let kindBytes = cursor.plainString(),
      let kind = EditKind(utf8: kindBytes)
    else { return nil }
    var time: Int64?
    if cursor.expect(#","t":"#) {
      guard let integer = cursor.integer() else { return nil }
      time = integer
    }
    guard cursor.expect("}"), cursor.isAtEnd else { return nil }
    let edit = Edit(at: Int(at), del: Int(del), ins: ins, kind: kind)
    return .edit(seq: seq, draft: draft, edit, clientTime: time)
  }

  private static func parse(_ fields: MessageFields) throws(MessageFault) -> ClientMessage {
    switch try fields.string("type") {
    case "hello": return .hello(try Hello(fields))
    case "edit":
      let edit = Edit(
        at: Int(try fields.integer("at")), del: Int(try fields.integer("del")),
        ins: try fields.string("ins"), kind: try fields.choice("kind"))
      return .edit(
        seq: try fields.integer("seq"), draft: try fields.integer("draft"), edit,
        clientTime: try fields.optional("t", fields.integer))
    case "send":
      return .send(
        seq: try fields.integer("seq"), draft: try fields.integer("draft"),
        text: try fields.optional("text", fields.string),
        clientTime: try fields.optional("t", fields.integer))
    case "discard":
      return .discard(
        seq: try fields.integer("seq"), draft: try fields.integer("draft"),
        clientTime: try fields.optional("t", fields.integer))
    case "visibility":
      return .visibility(seq: try fields.integer("seq"), try fields.choice("visibility"))
    case "typing": return .typing(draft: try fields.integer("draft"))
    case "stop": return .stop(reply: try fields.integer("reply"))
    case "rename": return .rename(name: try fields.string("name"))
    case "history":
      return .history(
        before: try fields.integer("before"),
        limit: Int(try fields.optional("limit", fields.integer) ?? Int64(Limits.pageItems)))
    case "leave": return .leave
    case "pong": return .pong
    default: return .unknown
    }
  }
}

extension UnsafeRawBufferPointer {
  /// These bytes as text; nil when they are no UTF-8.
  fileprivate var text: String? {
    // ASCII needs no look at what its bytes mean.
    for byte in self where byte > 0x7F { return String(validating: self, as: UTF8.self) }
    return String(decoding: self, as: UTF8.self)
  }
}

extension Hello {
  init(_ fields: MessageFields) throws(MessageFault) {
    guard let session = SessionID(try fields.string("session")) else {
      throw .badField("session")
    }
    self.init(session: session)
    from = try fields.optional("from", fields.string)
    token = try fields.optional("token", fields.string)
    name = try fields.optional("name", fields.string)
    if fields.has("visibility") { visibility = try fields.choice("visibility") }
    if let most = try fields.optional("last", fields.integer) {
      last = Int(min(most, Int64(Limits.snapshotItemsMost)))
    }
    listen = try fields.optional("listen", fields.bool) ?? true
    watch = try fields.optional("watch", fields.bool) ?? false
  }
}

/// The fields of one client message, read by name and type.
///
/// `null` counts as absent.
struct MessageFields {
  private let object: JSONObject

  init(_ object: JSONObject) { self.object = object }

  func has(_ name: String) -> Bool { object[name].map { $0 != .null } ?? false }

  func string(_ name: String) throws(MessageFault) -> String {
    guard let text = object.string(name) else { throw .badField(name) }
    return text
  }

  func integer(_ name: String) throws(MessageFault) -> Int64 {
    guard let number = object.integer(name) else { throw .badField(name) }
    return number
  }

  func bool(_ name: String) throws(MessageFault) -> Bool {
    guard let value = object.bool(name) else { throw .badField(name) }
    return value
  }

  func optional<Value>(
    _ name: String, _ read: (String) throws(MessageFault) -> Value
  ) throws(MessageFault) -> Value? {
    has(name) ? try read(name) : nil
  }

  func choice<Choice: RawRepresentable<String>>(
    _ name: String
  ) throws(MessageFault) -> Choice {
    guard let choice = Choice(rawValue: try string(name)) else { throw .badField(name) }
    return choice
  }
}
