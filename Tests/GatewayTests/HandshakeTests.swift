import Chat
import Gateway
import Rooms
import Testing

@Suite struct HandshakeTests {
  private static func ask(
    _ world: World, _ path: String = "/rooms/lobby/socket", host: String = "localhost",
    without: String = "", _ more: [String] = []
  ) throws -> Reply {
    let connection = try world.connect()
    let headers = WebSocket.handshake.filter { without.isEmpty || !$0.hasPrefix(without) }
    connection.send(request: "GET \(path)", headers + more, host: host)
    return try connection.reply()
  }

  @Test func `a handshake is answered as RFC 6455 computes it`() throws {
    let reply = try Self.ask(try World())
    #expect(reply.status == 101)
    #expect(reply.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(reply.headers["sec-websocket-protocol"] == "verbatim.v1")
    #expect(reply.headers["upgrade"]?.lowercased() == "websocket")
  }

  @Test func `what is no handshake is refused in words`() throws {
    let world = try World()
    #expect(try Self.ask(world, without: "Sec-WebSocket-Protocol").status == 400)
    let version = try Self.ask(
      world, without: "Sec-WebSocket-Version", ["Sec-WebSocket-Version: 8"])
    #expect(version.status == 426)
    #expect(version.headers["sec-websocket-version"] == "13")
    #expect(try Self.ask(world, without: "Upgrade").status == 426)
    #expect(try Self.ask(world, without: "Sec-WebSocket-Key").status == 400)
    let short = try Self.ask(world, without: "Sec-WebSocket-Key", ["Sec-WebSocket-Key: short"])
    #expect(short.status == 400)
    #expect(!short.body.isEmpty)
    #expect(short.headers["connection"] == "close")
  }

  @Test func `a list of subprotocols may hold ours among others`() throws {
    let reply = try Self.ask(
      try World(), without: "Sec-WebSocket-Protocol",
      ["Sec-WebSocket-Protocol: chat, verbatim.v1"])
    #expect(reply.status == 101)
  }

  @Test func `compression is not agreed to, whoever offers it, and compressed frames are a fault`()
    throws
  {
    let world = try World()
    let connection = try world.connect()
    connection.send(
      request: "GET /rooms/lobby/socket",
      WebSocket.handshake + [
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate"
      ])
    let reply = try connection.reply(hasBody: false)
    #expect(reply.status == 101)
    #expect(reply.headers["sec-websocket-extensions"] == nil)
    let socket = WebSocket(connection)
    var bomb = WebSocket.frame(1, [UInt8](repeating: 0, count: 1_000))
    bomb[0] |= 0x40
    connection.send(bomb)
    #expect(try socket.closeCode() == 1002)
    #expect(try world.get("/livez").status == 200)
  }

  @Test func `a room must have a name, be open, and be one of the set`() throws {
    let world = try World(rooms: { $0.closedSet = [RoomName("lobby")!] })
    #expect(try Self.ask(world, "/rooms/Lobby/socket").status == 400)
    #expect(try Self.ask(world, "/rooms/-x/socket").status == 400)
    #expect(try Self.ask(world, "/rooms/attic/socket").status == 404)
    #expect(try Self.ask(world).status == 101)
  }

  @Test func `origins are those of the host and of the list`() throws {
    let world = try World(gateway: { $0.origins = ["https://chat.example"] })
    func status(_ origin: String, host: String = "localhost:8080") throws -> Int {
      try Self.ask(world, host: host, ["Origin: \(origin)"]).status
    }
    #expect(try Self.ask(world).status == 101)
    #expect(try status("http://localhost:8080") == 101)
    #expect(try status("HTTP://LocalHost:8080") == 101)
    #expect(try status("https://chat.example") == 101)
    #expect(try status("https://chat.example:443") == 101)
    #expect(try status("https://chat.example:444") == 403)
    #expect(try status("http://localhost:8081") == 403)
    #expect(try status("https://front.example", host: "front.example") == 101)
    #expect(try status("http://localhost:8080.evil.example") == 403)
    #expect(try status("https://evil.example") == 403)
    #expect(try status("null") == 403)
  }

  @Test func `a later request of a kept connection may become a socket too`() throws {
    let world = try World()
    let connection = try world.connect()
    connection.send(request: "GET /livez")
    #expect(try connection.reply().status == 200)
    connection.send(request: "GET /rooms/lobby/socket", WebSocket.handshake)
    #expect(try connection.reply(hasBody: false).status == 101)
    let socket = WebSocket(connection)
    socket.say(#"{"type":"hello","session":"aaaaa"}"#)
    #expect(try socket.message("welcome").string("participant") != nil)
  }

  @Test func `a hello sent along with the handshake is heard`() throws {
    let world = try World()
    let connection = try world.connect()
    let request =
      (["GET /rooms/lobby/socket HTTP/1.1", "Host: localhost"] + WebSocket.handshake)
      .joined(separator: "\r\n") + "\r\n\r\n"
    let hello = WebSocket.frame(1, Array(#"{"type":"hello","session":"aaaaa"}"#.utf8))
    connection.send(Array(request.utf8) + hello)
    #expect(try connection.reply(hasBody: false).status == 101)
    #expect(try WebSocket(connection).message("welcome").string("epoch") != nil)
  }
}
