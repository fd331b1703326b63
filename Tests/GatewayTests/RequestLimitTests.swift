import Gateway
import Testing

/// Bounds of a request, and which pages may open sockets.
@Suite struct RequestLimitTests {
  private static func head(_ world: World, _ lines: [String]) throws -> Reply {
    let connection = try world.connect()
    connection.send(
      (["GET /livez HTTP/1.1", "Host: localhost"] + lines).joined(separator: "\r\n") + "\r\n\r\n")
    return try connection.reply()
  }

  @Test func `headers have a size each, together, and a number`() throws {
    let world = try World()
    let fields = (0..<63).map { "X-\($0): y" }
    #expect(try Self.head(world, fields).status == 200)
    let many = try Self.head(world, fields + ["X-63: y"])
    #expect(many.status == 431)
    #expect(many.text.contains("64 headers"))
    let long = String(repeating: "y", count: 9 * 1_024)
    #expect(try Self.head(world, ["X: \(long)"]).status == 431)
    let half = String(repeating: "y", count: 6 * 1_024)
    #expect(try Self.head(world, ["X: \(half)", "Y: \(half)"]).status == 200)
    #expect(try Self.head(world, ["X: \(half)", "Y: \(half)", "Z: \(half)"]).status == 431)
  }

  @Test func `an address has at most 8 KiB`() throws {
    let world = try World()
    let fits = "/livez?" + String(repeating: "x", count: 8 * 1_024 - 7)
    // A path that is none of ours is not found; the query is not looked at.
    #expect(try world.get(fits).status == 200)
    let long = try world.get(fits + "x")
    #expect(long.status == 431)
    #expect(!long.body.isEmpty)
  }

  /// `nil`: the header is absent.
  private static let origins: [(origin: String?, isLetIn: Bool)] = [
    (nil, true), ("http://chat.example", true), ("https://chat.example", true),
    ("HTTPS://CHAT.EXAMPLE", true), ("https://chat.example:443", true),
    ("http://chat.example:80", true), ("https://other.example:8443", true),
    ("https://chat.example:8443", false), ("http://chat.example:443", false),
    ("https://other.example", false), ("http://other.example:8443", false),
    ("null", false), ("", false), ("https://evil.example", false),
    ("https://chat.example.evil.example", false), ("https://evilchat.example", false),
    ("https://chat.example@evil.example", false), ("https://evil.example#chat.example", false),
    ("https://evil.example/chat.example", false), ("https://chat.example/", false),
    ("https://chat.example.", false), ("https://chat\u{2024}example", false),
    ("https://chat.examp\u{4CF}e", false), ("wss://chat.example", false),
    ("file://", false), ("https://chat.example https://evil.example", false),
    ("chat.example", false),
  ]

  @Test func `a socket is for pages of this host and of the list, and for programs`() throws {
    let world = try World(gateway: { $0.origins = ["https://other.example:8443"] })
    for (origin, isLetIn) in Self.origins {
      let connection = try world.connect()
      connection.send(
        request: "GET /rooms/lobby/socket",
        WebSocket.handshake + (origin.map { ["Origin: \($0)"] } ?? []), host: "chat.example")
      #expect(try connection.reply().status == (isLetIn ? 101 : 403), "\(origin ?? "absent")")
    }
    let twice = try world.connect()
    twice.send(
      request: "GET /rooms/lobby/socket",
      WebSocket.handshake + ["Origin: http://chat.example", "Origin: https://evil.example"],
      host: "chat.example")
    #expect(try twice.reply().status == 403)
  }
}
