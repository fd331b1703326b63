import Chat
import Testing

@Suite struct FramingTests {
  @Test func `a ping is answered with its bytes`() throws {
    let socket = try World().socketKept()
    socket.0.connection.send(WebSocket.frame(9, [1, 2, 3]))
    let pong = try socket.0.read()
    #expect(pong.opcode == 10)
    #expect(pong.payload == [1, 2, 3])
  }

  @Test func `a close is echoed and the connection ends`() throws {
    let (socket, world) = try World().socketKept()
    socket.close(1000)
    #expect(try socket.closeCode() == 1000)
    #expect(socket.connection.isAtEnd())
    let quiet = try world.socket()
    quiet.close()
    let frame = try quiet.read()
    #expect(frame.opcode == 8)
    #expect(frame.payload.isEmpty)
    #expect(quiet.connection.isAtEnd())
  }

  @Test(arguments: [
    ("unmasked", [0x81, 0x01, 0x61] as [UInt8], 1002),
    ("reserved bits", [0xF1, 0x80, 0, 0, 0, 0], 1002),
    ("binary", [0x82, 0x81, 0, 0, 0, 0, 1], 1003),
    ("not UTF-8", [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007),
    ("over 64 KiB", [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], 1009),
    ("over 2^63", [0x81, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002),
    ("close 1005", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED], 1002),
  ])
  func `a fault is told in a bye, closed with its code, and ends`(
    name: String, bytes: [UInt8], code: Int
  ) throws {
    let (socket, world) = try World().socketKept()
    socket.connection.send(bytes)
    let bye = try socket.message("bye")
    #expect(bye.integer("code") == Int64(code), "\(name)")
    #expect(try socket.closeCode() == code)
    #expect(socket.connection.isAtEnd())
    #expect(try world.get("/livez").status == 200)
  }

  @Test func `a message of exactly the limit is no fault`() throws {
    let (socket, world) = try World().socketKept()
    let text = #"{"type":"pong","x":""#
    let filler = String(repeating: "x", count: Limits.clientMessageBytes - text.utf8.count - 2)
    socket.say(text + filler + #""}"#)
    socket.connection.send(WebSocket.frame(9, [7]))
    #expect(try socket.read().opcode == 10)
    withExtendedLifetime(world) {}
  }

  @Test func `a code point may be cut by fragments`() throws {
    let (socket, world) = try World().socketKept()
    let hello = Array(#"{"type":"hello","session":"aaaaa","name":"Zoë"}"#.utf8)
    let split = (hello.firstIndex(of: 0xC3) ?? 0) + 1
    socket.connection.send(WebSocket.frame(1, Array(hello[..<split]), isFinal: false))
    socket.connection.send(WebSocket.frame(9, []))
    socket.connection.send(WebSocket.frame(0, Array(hello[split...])))
    #expect(try socket.message("welcome").string("name") == "Zoë")
    withExtendedLifetime(world) {}
  }

  @Test func `a peer that vanishes leaves its seat to its session`() throws {
    let world = try World()
    var gone: WebSocket? = try world.enter("aaaaa").0
    _ = try gone?.message("snapshot")
    gone = nil
    let (other, _) = try world.enter("bbbbb")
    other.say(#"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"x","kind":"type"}"#)
    #expect(try other.message("ack").integer("seq") == 1)
  }
}

extension World {
  /// A socket, and the world it needs.
  func socketKept() throws -> (WebSocket, World) { (try socket(), self) }
}
