import Chat
import Testing

@Suite struct ConversationTests {
  private static func edit(_ seq: Int, at: Int, _ text: String, draft: Int = 1) -> String {
    #"{"type":"edit","seq":\#(seq),"draft":\#(draft),"at":\#(at),"del":0,"ins":"\#(text)","#
      + #""kind":"type"}"#
  }

  /// Inserted texts of an `events` message, in order.
  private static func inserted(_ message: JSONObject) -> [String] {
    (message.array("events") ?? []).compactMap { event in
      guard case .object(let event) = event, event.string("type") == "draft.edited" else {
        return nil
      }
      return event.string("ins")
    }
  }

  private static func types(_ message: JSONObject) -> [String] {
    (message.array("events") ?? []).compactMap { event in
      guard case .object(let event) = event else { return nil }
      return event.string("type")
    }
  }

  @Test func `a newcomer is welcomed and gets a snapshot`() throws {
    let world = try World()
    let (socket, welcome) = try world.enter("aaaaa", #","name":"Ada""#)
    #expect(welcome.string("name") == "Ada")
    #expect(welcome.string("token")?.isEmpty == false)
    #expect(welcome.object("limits")?.integer("message_bytes") == 65_536)
    let snapshot = try socket.message()
    #expect(snapshot.string("type") == "snapshot")
    #expect(snapshot.array("participants")?.count == 1)
    #expect(snapshot.string("next") == welcome.string("next"))
  }

  @Test func `two see each other's keys, and an ack comes behind its events`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa", #","name":"Ada""#)
    let (bob, _) = try world.enter("bbbbb", #","name":"Bob""#)
    for (index, letter) in ["h", "é", "🎭"].enumerated() {
      ada.say(Self.edit(index + 1, at: index, letter))
      var seen: [String] = []
      while seen.isEmpty { seen = Self.inserted(try bob.message("events")) }
      #expect(seen == [letter])
    }
    var types: [String] = []
    while types.last != "ack" {
      let message = try ada.message()
      types.append(message.string("type") ?? "")
      if types.last == "ack" { #expect(message.integer("seq") == 1) }
    }
    #expect(types.dropLast().contains("events"))
  }

  @Test func `prev chains every frame to the one before`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa")
    var last = try ada.message("snapshot").integer("prev") ?? -1
    for seq in 1...20 { ada.say(Self.edit(seq, at: seq - 1, "x")) }
    var count = 0
    while count < 20 {
      let frame = try ada.message("events")
      #expect(frame.integer("prev") == last)
      last = Self.lastOffset(of: frame)
      count += Self.inserted(frame).count
    }
  }

  @Test func `a reader resumes at its cursor, with nothing missing and nothing twice`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa")
    let (bob, greeting) = try world.enter("bbbbb", #","name":"Bob""#)
    ada.say(Self.edit(1, at: 0, "a"))
    var frame = try bob.message("events")
    while Self.inserted(frame).isEmpty { frame = try bob.message("events") }
    let cursor = frame.string("next") ?? ""
    bob.close(1000)
    #expect(try bob.closeCode() == 1000)
    for (index, letter) in ["b", "c", "d"].enumerated() {
      ada.say(Self.edit(index + 2, at: index + 1, letter))
    }
    var acked: Int64 = 0
    while acked < 4 { acked = try ada.message("ack").integer("seq") ?? 0 }
    let token = greeting.string("token") ?? ""
    let (again, welcome) = try world.enter(
      "bbbbb", #","token":"\#(token)","from":"\#(cursor)""#)
    #expect(welcome.string("participant") == greeting.string("participant"))
    #expect(welcome.string("next") == cursor)
    var seen: [String] = []
    while seen.count < 3 {
      let message = try again.message()
      #expect(message.string("type") == "events")
      seen += Self.inserted(message)
    }
    #expect(seen == ["b", "c", "d"])
  }

  @Test func `a session taken over says bye and closes with 4100`() throws {
    let world = try World()
    let (older, welcome) = try world.enter("aaaaa")
    let token = welcome.string("token") ?? ""
    let (newer, _) = try world.enter("aaaaa", #","token":"\#(token)""#)
    let bye = try older.message("bye")
    #expect(bye.integer("code") == 4100)
    #expect(bye.string("reason") == "session_taken")
    #expect(bye["retry_ms"] == nil)
    #expect(try older.closeCode() == 4100)
    older.close(4100)
    #expect(older.connection.isAtEnd())
    newer.say(Self.edit(1, at: 0, "a"))
    #expect(try newer.message("ack").integer("seq") == 1)
  }

  @Test(arguments: [
    ("{", "malformed"), ("[]", "malformed"), (#"{"type":"edit","seq":"1"}"#, "malformed"),
    (#"{"type":"edit","seq":1,"draft":1,"at":9,"del":0,"ins":"x","kind":"type"}"#, "outside_draft"),
    (
      #"{"type":"edit","seq":7,"draft":1,"at":0,"del":0,"ins":"x","kind":"type"}"#,
      "session_unknown"
    ),
    (
      #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"\ud800","kind":"type"}"#,
      "lone_surrogate"
    ),
    (#"{"type":"hello","session":"bbbbb"}"#, "already_here"),
  ])
  func `a bad message is answered and the connection kept`(text: String, code: String) throws {
    let world = try World()
    let (socket, _) = try world.enter("aaaaa")
    socket.say(text)
    #expect(try socket.message("error").string("code") == code)
    socket.say(Self.edit(1, at: 0, "x"))
    #expect(try socket.message("ack").integer("seq") == 1)
  }

  @Test func `unknown messages and fields are passed over`() throws {
    let world = try World()
    let (socket, _) = try world.enter("aaaaa", #","colour":"red""#)
    socket.say(#"{"type":"wave","at":"you"}"#)
    socket.say(Self.edit(1, at: 0, "x"))
    #expect(try socket.message("ack").integer("seq") == 1)
  }

  @Test func `what is said before hello is refused`() throws {
    let world = try World()
    let socket = try world.socket()
    socket.say(Self.edit(1, at: 0, "x"))
    #expect(try socket.message("error").string("code") == "hello_first")
  }

  @Test func `one who watches sees everything and says nothing`() throws {
    let world = try World()
    let (watcher, welcome) = try world.enter("wwwww", #","watch":true"#)
    #expect(welcome.string("participant") == nil)
    let (ada, _) = try world.enter("aaaaa")
    ada.say(Self.edit(1, at: 0, "x"))
    var types: [String] = []
    while !types.contains("draft.edited") { types += Self.types(try watcher.message("events")) }
    #expect(types == ["participant.joined", "typing.started", "draft.edited"])
    watcher.say(Self.edit(1, at: 0, "x"))
    #expect(try watcher.message("error").string("code") == "watching")
  }

  @Test func `a reader that did not read for long gets everything, once, in order`() throws {
    let world = try World()
    let slow = try world.socket(receiveBuffer: 32 * 1024)
    slow.say(#"{"type":"hello","session":"sssss"}"#)
    var last = try slow.message("snapshot").integer("prev") ?? -1
    let (ada, _) = try world.enter("aaaaa")
    // Far more than socket buffers hold: each edit replaces the draft with 4,000 characters.
    let (edits, text) = (1_500, String(repeating: "x", count: 4_000))
    var acked: Int64 = 0
    for seq in 1...edits {
      let del = seq == 1 ? 0 : 4_000
      ada.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":0,"del":\#(del),"ins":"\#(text)","#
          + #""kind":"type"}"#)
      while acked < seq - 50 { acked = try ada.message("ack").integer("seq") ?? 0 }
    }
    while acked < edits { acked = try ada.message("ack").integer("seq") ?? 0 }
    let metrics = try world.get("/metrics").text
    #expect(!metrics.contains("verbatim_socket_stalls_total 0\n"))
    var (count, seq): (Int, Int64) = (0, 0)
    while count < edits {
      let frame = try slow.message("events")
      #expect(frame.integer("prev") == last)
      for case .object(let event) in frame.array("events") ?? []
      where event.string("type") == "draft.edited" {
        seq += 1
        #expect(event.integer("seq") == seq)
        count += 1
      }
      last = Self.lastOffset(of: frame)
    }
  }

  private static func lastOffset(of frame: JSONObject) -> Int64 {
    if case .integer(let offset)? = frame.array("offsets")?.last { return offset }
    return (frame.integer("first") ?? 0) + Int64(frame.array("events")?.count ?? 0) - 1
  }

  @Test func `a message of many kilobytes arrives whole`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa")
    let (bob, _) = try world.enter("bbbbb")
    let text = String(repeating: "日", count: 4_000)
    ada.say(Self.edit(1, at: 0, text))
    ada.say(Self.edit(2, at: 4_000, text))
    ada.say(#"{"type":"send","seq":3,"draft":1}"#)
    var seen: [String] = []
    while seen.count < 2 { seen += Self.inserted(try bob.message("events")) }
    #expect(seen == [text, text])
    var acked: Int64 = 0
    while acked < 3 { acked = try ada.message("ack").integer("seq") ?? 0 }
    let reply = try world.get("/rooms/lobby/messages")
    guard case .object(let object) = try WebSocket.parse(reply.body),
      case .object(let item)? = object.array("items")?.first
    else {
      Issue.record("no item: \(reply.text.prefix(200))")
      return
    }
    #expect(item.string("text") == text + text)
  }
}
