import Chat
import Gateway
import LogStore
import Synchronization
import Testing

/// Pings, silence, stalls and grace, by a clock that moves when a test says so.
@Suite struct LifetimeTests {
  private let time = MovedTime()

  private func world() throws -> World {
    try World(gateway: { $0.loops = 1 }, time: time)
  }

  private static func type(_ socket: WebSocket, _ seq: Int) {
    socket.say(
      #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(seq - 1),"del":0,"ins":"a","kind":"type"}"#)
  }

  /// The next event of a type, and all that came before it.
  private static func events(_ socket: WebSocket, until type: String) throws -> [JSONObject] {
    var seen: [JSONObject] = []
    while true {
      for case .object(let event) in try socket.message("events").array("events") ?? [] {
        seen.append(event)
      }
      if seen.last?.string("type") == type { return seen }
    }
  }

  @Test func `a ping comes in under half of a proxy's minute, as a message and as a frame`()
    throws
  {
    let world = try world()
    let (socket, welcome) = try world.enter("aaaaa")
    #expect((welcome.integer("ping_ms") ?? 0) < 30_000)
    time.pass(milliseconds: 20_000)
    #expect(try socket.message("position").string("next")?.isEmpty == false)
    #expect(try socket.message("ping").string("type") == "ping")
    var frame = try socket.read()
    while frame.opcode != 9 { frame = try socket.read() }
    #expect(frame.payload.isEmpty)
  }

  @Test func `any frame is a sign of life, and none for two pings ends the connection`() throws {
    let world = try world()
    let (pongs, _) = try world.enter("aaaaa")
    let (talks, _) = try world.enter("bbbbb")
    let (silent, _) = try world.enter("ccccc")
    for _ in 0..<2 {
      time.pass(milliseconds: 19_000)
      pongs.connection.send(WebSocket.frame(10, []))
      talks.say(#"{"type":"pong"}"#)
      // Both were heard once each is answered.
      for socket in [pongs, talks] {
        socket.connection.send(WebSocket.frame(9, [7]))
        while try socket.read().payload != [7] {}
      }
    }
    time.pass(milliseconds: 3_000)
    #expect(try silent.message("bye").integer("code") == 4001)
    #expect(try silent.closeCode() == 4001)
    for socket in [pongs, talks] {
      socket.connection.send(WebSocket.frame(9, [8]))
      while try socket.read().payload != [8] {}
    }
    let metrics = try world.get("/metrics").text
    #expect(metrics.contains("verbatim_sockets_closed_silent_total 1\n"))
    #expect(metrics.contains("verbatim_sockets_closed_slow_total 0\n"))
  }

  @Test func `who vanishes in mid-word is cleared as events: idle, then left, then gone`() throws {
    let world = try world()
    let (watcher, _) = try world.enter("wwwww", #","watch":true"#)
    let (typist, _) = try world.enter("aaaaa")
    Self.type(typist, 1)
    _ = try Self.events(watcher, until: "draft.edited")
    time.pass(milliseconds: 5_000)
    let idle = try Self.events(watcher, until: "typing.stopped")
    #expect(idle.last?.string("reason") == "idle")
    // The peer says nothing any more; the watcher does.
    time.pass(milliseconds: 34_000)
    watcher.say(#"{"type":"pong"}"#)
    watcher.connection.send(WebSocket.frame(9, [7]))
    while try watcher.read().payload != [7] {}
    time.pass(milliseconds: 2_000)
    #expect(try typist.closeCode() == 4001)
    typist.close(4001)
    #expect(typist.connection.isAtEnd())
    try Self.wait(for: "verbatim_sockets_open 1\n", world)
    time.pass(milliseconds: 30_000)
    let left = try Self.events(watcher, until: "participant.left")
    #expect(left.map { $0.string("type") } == ["typing.stopped", "participant.left"])
    #expect(left.map { $0.string("reason") } == ["left", "gone"])
  }

  @Test func `one who never says hello is let go`() throws {
    let world = try world()
    let socket = try world.socket()
    socket.connection.send(WebSocket.frame(9, [7]))
    _ = try socket.read()
    time.pass(milliseconds: 10_001)
    #expect(try socket.message("bye").string("reason") == "no_hello")
    #expect(try socket.closeCode() == 4003)
  }

  @Test func `one who takes nothing for thirty seconds is closed, and comes back to all of it`()
    throws
  {
    let world = try world()
    let stalled = try world.socket(receiveBuffer: 16 * 1024)
    stalled.say(#"{"type":"hello","session":"sssss"}"#)
    let token = try stalled.message("welcome").string("token") ?? ""
    let begin = try stalled.message("snapshot")
    // And one that never comes back.
    let dead = try world.socket(receiveBuffer: 16 * 1024)
    dead.say(#"{"type":"hello","session":"ddddd"}"#)
    _ = try dead.message("snapshot")
    let (ada, _) = try world.enter("aaaaa")
    let edits = 1_500
    try Self.flood(ada, edits)
    time.pass(milliseconds: 31_000)
    try Self.wait(for: "verbatim_sockets_closed_slow_total 2\n", world)
    // What the kernel held still comes, in one chain; then the connection is over.
    var (last, cursor) = (begin.integer("prev") ?? -1, begin.string("next") ?? "")
    var count = 0
    func take(_ frame: JSONObject) {
      #expect((frame.integer("prev") ?? -1) == last)
      cursor = frame.string("next") ?? ""
      count += (frame.array("events") ?? []).count { value in
        guard case .object(let event) = value else { return false }
        return event.string("type") == "draft.edited"
      }
      last = Int64(cursor.split(separator: ".").last ?? "") ?? -1
    }
    while let message = try? stalled.message() {
      if message.string("type") == "events" { take(message) }
    }
    #expect(count < edits, "the kernel held everything: nobody was slow")
    let (again, welcome) = try world.enter(
      "sssss", #","token":"\#(token)","from":"\#(cursor)""#)
    #expect(welcome.string("next") == cursor)
    while count < edits { take(try again.message("events")) }
    #expect(count == edits)
    // What waited for the other one is let go with its socket.
    try Self.wait(for: "verbatim_sockets_waiting_bytes 0\n", world)
    withExtendedLifetime(dead) {}
  }

  /// Far more than socket buffers hold: each edit replaces the draft with 4,000 characters.
  static func flood(_ socket: WebSocket, _ edits: Int) throws {
    let text = String(repeating: "x", count: 4_000)
    var acked: Int64 = 0
    for seq in 1...edits {
      socket.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":0,"del":\#(seq == 1 ? 0 : 4_000),"#
          + #""ins":"\#(text)","kind":"type"}"#)
      while acked < seq - 50 { acked = try socket.message("ack").integer("seq") ?? 0 }
    }
    while acked < edits { acked = try socket.message("ack").integer("seq") ?? 0 }
  }

  /// Asks for the metrics until they say so; the test's own time limit ends it.
  private static func wait(for line: String, _ world: World) throws {
    while !(try world.get("/metrics").text.contains(line)) {}
  }
}

/// Clocks that only a test moves.
final class MovedTime: TimeSource {
  private let passed = Mutex<Int64>(0)
  var wallMilliseconds: Int64 { 1_700_000_000_000 + passed.withLock { $0 } }
  var monotonicNanoseconds: Int64 { 1_000_000_000 + passed.withLock { $0 } * 1_000_000 }
  func pass(milliseconds: Int64) { passed.withLock { $0 += milliseconds } }
}
