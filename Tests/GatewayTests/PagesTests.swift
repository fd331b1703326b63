import Chat
import Gateway
import Testing

@Suite struct PagesTests {
  private static func say(_ world: World, _ texts: [String]) throws {
    let (socket, _) = try world.enter("aaaaa", #","name":"Ada <b>""#)
    for (index, text) in texts.enumerated() {
      socket.say(#"{"type":"send","seq":\#(index + 1),"draft":\#(index + 1),"text":"\#(text)"}"#)
    }
    var acked: Int64 = 0
    while acked < texts.count { acked = try socket.message("ack").integer("seq") ?? 0 }
  }

  private static func object(_ reply: Reply) throws -> JSONObject {
    guard case .object(let object) = try WebSocket.parse(reply.body) else {
      throw TCP.Failure(description: reply.text)
    }
    return object
  }

  @Test func `the page comes with its room, its words escaped, and its doors shut`() throws {
    let world = try World()
    try Self.say(world, ["<script>alert(1)</script>"])
    for path in ["/", "/rooms/lobby"] {
      let reply = try world.get(path)
      #expect(reply.status == 200)
      #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
      #expect(reply.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      #expect(reply.headers["x-content-type-options"] == "nosniff")
      #expect(reply.headers["referrer-policy"] == "no-referrer")
      #expect(reply.text.contains(">lobby<"))
      #expect(reply.text.contains("&lt;script&gt;alert(1)"))
      #expect(!reply.text.contains("<script>alert"))
      #expect(!reply.text.contains("{{"))
    }
    #expect(try world.get("/rooms/attic").text.contains(">attic<"))
  }

  @Test func `everything the page names is there`() throws {
    let world = try World()
    var names: [String] = []
    var wanted = try Self.references(in: world.get("/").text)
    #expect(!wanted.isEmpty)
    while let path = wanted.popLast() {
      guard !names.contains(path) else { continue }
      names.append(path)
      let reply = try world.get(path)
      #expect(reply.status == 200, "\(path)")
      if !path.hasSuffix(".css") { wanted += Self.references(in: reply.text) }
    }
    #expect(names.contains("/web/past.js") && names.contains("/web/past.css"))
    #expect(try world.get("/web/nothing.js").status == 404)
    #expect(try world.get("/web/index.html").status == 404)
  }

  /// `/web/…` of a page, `./….js` of a module.
  private static func references(in text: String) -> [String] {
    text.split(whereSeparator: { "\"'()".contains($0) }).compactMap { part in
      if part.hasPrefix("/web/") { return String(part) }
      return part.hasPrefix("./") && part.hasSuffix(".js") ? "/web/\(part.dropFirst(2))" : nil
    }
  }

  @Test func `an entity tag spares a second copy`() throws {
    let world = try World()
    for path in ["/", "/web/page.css"] {
      let first = try world.get(path)
      let tag = try #require(first.headers["etag"])
      let second = try world.get(path, ["If-None-Match: \(tag)"])
      #expect(second.status == 304)
      #expect(try world.get(path, ["If-None-Match: \"other\""]).status == 200)
    }
  }

  @Test func `only GET and HEAD are answered`() throws {
    let world = try World()
    let post = try world.get("/", method: "POST")
    #expect(post.status == 405)
    #expect(post.headers["allow"] == "GET, HEAD")
    #expect(try world.get("/", method: "DELETE").status == 405)
    let head = try world.get("/livez", method: "HEAD")
    #expect(head.status == 200)
    #expect(head.headers["content-length"] == "3")
  }

  @Test(arguments: [
    "/nothing", "/rooms", "/rooms/", "/rooms/UPPER", "/rooms/a/b", "/rooms/a/", "//",
    "/web", "/web/", "/web/nothing.js", "/web/../index.html", "/web/%2e%2e/index.html",
    "/web/..%2fpage.js", "/web//etc/passwd", "/web/page.js%00", "/web/page%2ejs", "/web/page.js/",
    "/../etc/passwd", "/rooms/../web/page.js", "/rooms/..%2f..%2fetc%2fpasswd", "/rooms/%6cobby",
    "/rooms/lobby%00/transcript", "/rooms/lobby/../lobby/transcript", "/rooms/lobby//transcript",
  ])
  func `other paths are not found`(path: String) throws {
    #expect(try World().get(path).status == 404)
  }

  @Test func `a transcript is text, or the object of a replay`() throws {
    let world = try World()
    try Self.say(world, ["one\\ntwo", "three"])
    let text = try world.get("/rooms/lobby/transcript")
    #expect(text.headers["content-type"] == "text/plain; charset=utf-8")
    #expect(text.text.contains("Ada <b>: one\n    two\n"))
    let json = try Self.object(
      try world.get("/rooms/lobby/transcript", ["Accept: application/json"]))
    #expect(json.string("room") == "lobby")
    #expect(json.array("items")?.count == 2)
    #expect((json.integer("time") ?? 1) % 100 == 0)
    let digest = try Self.object(try world.get("/rooms/lobby/digest"))
    let offset = try #require(digest.integer("offset"))
    let then = try Self.object(
      try world.get("/rooms/lobby/transcript?at=\(offset)", ["Accept: application/json"]))
    #expect(then.string("digest") == digest.string("digest"))
    #expect(digest.string("digest")?.count == 64)
    let empty = try Self.object(
      try world.get("/rooms/lobby/transcript?at=-1", ["Accept: application/json"]))
    #expect(empty.array("items")?.isEmpty == true)
    #expect(try world.get("/rooms/lobby/transcript?at=99999").status == 400)
    #expect(try world.get("/rooms/lobby/transcript?at=x").status == 400)
  }

  @Test func `messages are read backwards a page at a time`() throws {
    let world = try World()
    try Self.say(world, ["a", "b", "c"])
    let newest = try Self.object(try world.get("/rooms/lobby/messages?limit=2"))
    #expect(newest.array("items")?.count == 2)
    #expect(newest.bool("more") == true)
    guard case .object(let oldest)? = newest.array("items")?.first else { return }
    let before = try #require(oldest.integer("offset"))
    let older = try Self.object(try world.get("/rooms/lobby/messages?before=\(before)&limit=2"))
    #expect(older.array("items")?.count == 1)
    #expect(older.bool("more") == false)
    #expect(try world.get("/rooms/lobby/messages?before=x").status == 400)
  }

  @Test func `events come as lines, and the last one says where to go on`() throws {
    let world = try World()
    try Self.say(world, ["a", "b", "c"])
    var (path, offsets, rounds) = ("/rooms/lobby/events?limit=2", [Int64](), 0)
    while rounds < 20 {
      rounds += 1
      let reply = try world.get(path)
      #expect(reply.headers["content-type"] == "application/x-ndjson")
      let lines = try reply.text.split(separator: "\n").map { try WebSocket.parse(Array($0.utf8)) }
      guard case .object(let last)? = lines.last, let next = last.string("next") else { break }
      let found = lines.dropLast().compactMap { line -> Int64? in
        guard case .object(let line) = line else { return nil }
        #expect(line.string("room") == "lobby")
        #expect((line.integer("time") ?? 1) % 100 == 0)
        #expect(line.object("event")?.string("type") != nil)
        return line.integer("offset")
      }
      if found.isEmpty { break }
      offsets += found
      path = "/rooms/lobby/events?limit=2&from=\(next)"
    }
    #expect(offsets.count == 4)
    #expect(offsets == offsets.sorted())
    #expect(try world.get("/rooms/lobby/events?from=99999").status == 410)
    #expect(try world.get("/rooms/lobby/events?from=aaaaaaaa.0.-1").status == 410)
    #expect(try world.get("/rooms/lobby/events?from=x").status == 400)
  }

  @Test func `status is told in JSON, counters to Prometheus`() throws {
    let world = try World(gateway: { $0.modelStatus = { "scripted" } })
    try Self.say(world, ["a"])
    #expect(try world.get("/livez").status == 200)
    let ready = try Self.object(try world.get("/readyz"))
    #expect(ready.bool("ready") == true)
    let version = try Self.object(try world.get("/version"))
    #expect(version.string("version") == "test")
    #expect(version.string("model") == "scripted")
    let metrics = try world.get("/metrics").text
    #expect(metrics.contains("verbatim_messages_received_total 2\n"))
    #expect(metrics.contains("# TYPE verbatim_log_next_offset gauge\n"))
    #expect(metrics.contains("verbatim_sockets_opened_total 1\n"))
  }
}
