internal import Chat

extension ServerMessage {
  /// Nesting of a message that is read as a tree.
  private static let depth = 8

  /// Reads one text frame.
  package init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var cursor = JSONCursor(bytes)
    if cursor.expect(#"{"type":""#) {
      if cursor.expect(#"events""#) {
        self = .events(try EventsFrame(bytes))
        return
      }
      if cursor.expect(#"ack","seq":"#), let seq = cursor.integer(),
        cursor.expect(#","offset":"#), let offset = cursor.integer(), cursor.expect("}"),
        cursor.isAtEnd
      {
        self = .ack(seq: seq, offset: offset)
        return
      }
    }
    switch try Self.type(of: bytes) {
    case "events": self = .events(try EventsFrame(bytes))
    case "snapshot": self = .snapshot(try Snapshot(bytes))
    case "page": self = .page(try Page(bytes))
    case let type: self = try Self.small(type, Self.tree(bytes))
    }
  }

  private static func type(of bytes: UnsafeRawBufferPointer) throws(WireError) -> String {
    var scanner = JSONScanner(bytes)
    var more = try scanner.enterObject()
    while more {
      if try scanner.name().equals("type") { return try scanner.string() }
      _ = try scanner.skipValue()
      more = try scanner.anotherMember()
    }
    throw .missing("type")
  }

  private static func tree(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> JSONObject {
    do {
      guard case .object(let object) = try JSONParser.parse(bytes, depth: depth) else {
        throw WireError.missing("type")
      }
      return object
    } catch {
      throw .unexpected(position: 0)
    }
  }

  private static func small(
    _ type: String, _ object: JSONObject
  ) throws(WireError) -> ServerMessage {
    switch type {
    case "welcome": return .welcome(try Welcome(object))
    case "ack":
      return .ack(seq: try object.needed("seq"), offset: try object.needed("offset"))
    case "error": return .error(try ServerError(object))
    case "unavailable":
      return .error(
        ServerError(
          code: "unavailable", message: "", retryMilliseconds: object.integer("retry_ms")))
    case "reset":
      return .reset(
        Reset(
          reason: object.string("reason") ?? "", epoch: object.string("epoch"),
          start: object.integer("start")))
    case "position":
      guard let next = object.string("next") else { throw .missing("next") }
      return .position(next: next)
    case "ping": return .ping
    case "bye":
      return .bye(
        Bye(
          code: object.integer("code").flatMap { Int(exactly: $0) },
          reason: object.string("reason"), retryMilliseconds: object.integer("retry_ms")))
    default: return .unknown(type)
    }
  }
}

extension JSONObject {
  fileprivate func needed(_ name: String) throws(WireError) -> Int64 {
    guard let number = integer(name) else { throw .missing(name) }
    return number
  }
}

extension Welcome {
  fileprivate init(_ object: JSONObject) throws(WireError) {
    guard let epoch = object.string("epoch") else { throw .missing("epoch") }
    guard let next = object.string("next") else { throw .missing("next") }
    var participant: ParticipantID?
    if let text = object.string("participant") {
      participant = ParticipantID(text)
      guard participant != nil else { throw .missing("participant") }
    }
    self.init(
      epoch: epoch, next: next, participant: participant, token: object.string("token"),
      name: object.string("name"), seq: object.integer("seq") ?? 0,
      draft: object.integer("draft") ?? 0,
      visibility: object.string("visibility").flatMap { Visibility(rawValue: $0) },
      limits: object.object("limits") ?? JSONObject(),
      pingMilliseconds: object.integer("ping_ms"), version: object.string("version"))
  }
}

extension ServerError {
  fileprivate init(_ object: JSONObject) throws(WireError) {
    guard let code = object.string("code") else { throw .missing("code") }
    self.init(
      code: code, message: object.string("message") ?? "", seq: object.integer("seq"),
      expected: object.integer("expected"), draft: object.integer("draft"),
      length: object.integer("length"), limit: object.integer("limit"),
      retryMilliseconds: object.integer("retry_ms"))
  }
}

extension Snapshot {
  fileprivate init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var scanner = JSONScanner(bytes)
    var prev: Int64?
    var next: String?
    var total: Int64?
    var arrays: [Range<Int>] = Array(repeating: 0..<0, count: 4)
    var more = try scanner.enterObject()
    while more {
      let name = try scanner.name()
      if name.equals("prev") {
        prev = try scanner.integer()
      } else if name.equals("next") {
        next = try scanner.string()
      } else if name.equals("total") {
        total = try scanner.integer()
      } else {
        let range = try scanner.skipValue()
        if name.equals("items") { arrays[0] = range }
        if name.equals("drafts") { arrays[1] = range }
        if name.equals("replies") { arrays[2] = range }
        if name.equals("participants") { arrays[3] = range }
      }
      more = try scanner.anotherMember()
    }
    guard let prev else { throw .missing("prev") }
    guard let next else { throw .missing("next") }
    self.prev = prev
    self.next = next
    self.total = total
    items = UnsafeRawBufferPointer(rebasing: bytes[arrays[0]])
    drafts = UnsafeRawBufferPointer(rebasing: bytes[arrays[1]])
    replies = UnsafeRawBufferPointer(rebasing: bytes[arrays[2]])
    participants = UnsafeRawBufferPointer(rebasing: bytes[arrays[3]])
  }
}

extension Page {
  fileprivate init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var scanner = JSONScanner(bytes)
    var before: Int64?
    var items = 0..<0
    var hasMore = false
    var more = try scanner.enterObject()
    while more {
      let name = try scanner.name()
      if name.equals("before") {
        before = try scanner.integer()
      } else {
        let range = try scanner.skipValue()
        if name.equals("items") { items = range }
        if name.equals("more") {
          hasMore = UnsafeRawBufferPointer(rebasing: bytes[range]).equals("true")
        }
      }
      more = try scanner.anotherMember()
    }
    guard let before else { throw .missing("before") }
    self.before = before
    self.more = hasMore
    self.items = UnsafeRawBufferPointer(rebasing: bytes[items])
  }
}
