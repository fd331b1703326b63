import Chat
import Gateway
import Testing

/// What the page's time machine asks for.
@Suite struct PastTests {
  /// A room in which Ada wrote, sent, and wrote on.
  private static func scene(_ world: World) throws {
    let (socket, _) = try world.enter("aaaaa", #","name":"Ada""#)
    socket.say(#"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"salt","kind":"type"}"#)
    socket.say(#"{"type":"send","seq":2,"draft":1}"#)
    socket.say(#"{"type":"edit","seq":3,"draft":2,"at":0,"del":0,"ins":"more","kind":"type"}"#)
    socket.say(#"{"type":"send","seq":4,"draft":2}"#)
    var acked: Int64 = 0
    while acked < 4 { acked = try socket.message("ack").integer("seq") ?? 0 }
  }

  private static func object(_ reply: Reply) throws -> JSONObject {
    guard case .object(let object) = try WebSocket.parse(reply.body) else {
      throw TCP.Failure(description: reply.text)
    }
    return object
  }

  private static func transcript(_ world: World, at: String) throws -> JSONObject {
    try object(world.get("/rooms/lobby/transcript?at=\(at)", ["Accept: application/json"]))
  }

  @Test func `the room at every offset has the digest of the live room when it stood there`() throws
  {
    let world = try World()
    try Self.scene(world)
    let now = try Self.object(world.get("/rooms/lobby/digest"))
    let last = try #require(now.integer("offset"))
    let then = try Self.transcript(world, at: "\(last)")
    #expect(then.string("digest") == now.string("digest"))
    var digests: Set<String> = []
    for offset in -1...last {
      digests.insert(try #require(try Self.transcript(world, at: "\(offset)").string("digest")))
    }
    #expect(digests.count > 5)
  }

  @Test func `an instant may be a time, and none outside the log is answered`() throws {
    let world = try World()
    try Self.scene(world)
    let all = try Self.transcript(world, at: "@99999999999999")
    #expect(
      all.string("digest") == (try Self.object(world.get("/rooms/lobby/digest"))).string("digest"))
    let first = try world.get("/rooms/lobby/transcript?at=@0", ["Accept: application/json"])
    #expect(first.text.contains(#""offset":-1"#))
    for bad in ["@", "@x", "-2", "1e3", "999999", "@-1"] {
      #expect(try world.get("/rooms/lobby/transcript?at=\(bad)").status == 400, "\(bad)")
    }
  }

  @Test func `who typed when is told in counts, without a word`() throws {
    let world = try World()
    try Self.scene(world)
    let reply = try world.get("/rooms/lobby/activity?slices=3")
    #expect(reply.status == 200)
    #expect(reply.text.contains(#""name":"Ada""#))
    #expect(reply.text.contains(#""keys":[0,2],"sent":[0,2]"#))
    #expect(!reply.text.contains("salt"))
    #expect(try world.get("/rooms/lobby/activity?slices=0").status == 400)
    // Of a room in which nothing happened.
    #expect(try world.get("/rooms/attic/activity").text.contains(#""authors":[],"slices":[]"#))
  }

  @Test func `words are found whatever their case, where they were sent, from an offset on`() throws
  {
    let world = try World()
    try Self.scene(world)
    let found = try world.get("/rooms/lobby/search?q=SALT").text
    #expect(found.split(separator: "offset").count == 2)
    let first = try #require(found.split(whereSeparator: { !$0.isNumber }).first)
    let at = try Self.transcript(world, at: String(first))
    #expect(String(describing: at).contains("salt"))
    // Without words, everything sent; with a limit, the first of it.
    #expect(try world.get("/rooms/lobby/search").text.split(separator: "offset").count == 3)
    #expect(try world.get("/rooms/lobby/search?limit=1").text.contains(#""next":"#))
    let on = try world.get("/rooms/lobby/search?q=salt&from=\((Int(first) ?? 0) + 1)").text
    #expect(on.hasPrefix(#"{"hits":[]"#))
    for bad in ["from=-1", "limit=0", "limit=x", "q=\(String(repeating: "a", count: 201))"] {
      #expect(try world.get("/rooms/lobby/search?\(bad)").status == 400, "\(bad)")
    }
  }

  @Test func `a first visit loads less than 60 KB of text`() throws {
    let world = try World()
    let first = try ["/rooms/nobody", "/web/page.css", "/web/page.js"]
      .map { try world.get($0).body.count }
    let later = try ["/web/past.css", "/web/past.html", "/web/past.js", "/web/help.html"]
      .map { try world.get($0).body.count }
    print("the page: \(first) = \(first.reduce(0, +)) bytes of text, later \(later)")
    #expect(first.reduce(0, +) < 60_000)
    #expect(later.reduce(0, +) < 16_000)
  }
}
