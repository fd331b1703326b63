import Chat
import Gateway
import Logging
import Rooms
import Synchronization
import Testing

/// Who is let in, over real sockets; every one of them comes from 127.0.0.1.
@Suite struct DoorsTests {
  private static func world(
    behind proxies: [String] = [], budgets: Budgets? = Budgets(),
    gateway: (inout GatewayOptions) -> Void = { _ in }
  ) throws -> World {
    try World(
      rooms: { $0.budgets = budgets },
      gateway: {
        $0.behindProxy = proxies.compactMap { AddressRange($0) }
        gateway(&$0)
      })
  }

  private static func ask(
    _ world: World, room: String = "lobby", from: String? = nil
  ) throws -> (TCP, Reply) {
    let connection = try world.connect()
    connection.send(
      request: "GET /rooms/\(room)/socket",
      WebSocket.handshake + (from.map { ["X-Forwarded-For: \($0)"] } ?? []))
    return (connection, try connection.reply())
  }

  @Test func `two hundred sockets of one address are eight, and the others are told why`() throws {
    let world = try Self.world(
      budgets: {
        var budgets = Budgets()
        budgets.connectionsOfAddress = 1_000
        return budgets
      }())
    let asked = try (0..<200).map { _ in try Self.ask(world) }
    #expect(asked.count { $0.1.status == 101 } == 8)
    let refused = try #require(asked.last?.1)
    #expect(refused.status == 429)
    #expect(refused.text.hasPrefix("too_many_sessions: 8 "))
    #expect(refused.headers["retry-after"] == "10")
    #expect(try world.get("/metrics").text.contains("\nverbatim_door_refusals_total 192\n"))
  }

  @Test func `a place is free again when its socket has gone`() throws {
    let world = try Self.world()
    var sockets = try (0..<8).map {
      try world.enter("aaaa\(["a", "b", "c", "d", "e", "f", "g", "h"][$0])").0
    }
    #expect(try Self.ask(world).1.status == 429)
    let gone = sockets.removeLast()
    gone.close(1000)
    #expect(try gone.closeCode() == 1000)
    #expect(gone.connection.isAtEnd())
    // The client sees the end a moment before the server has counted it.
    var status = 0
    while status != 101 { status = try Self.ask(world).1.status }
  }

  @Test func `the eleventh new room of an hour is refused, and rooms that are there are not`()
    throws
  {
    let world = try Self.world()
    for index in 0..<10 {
      let (socket, _) = try world.enter("aaaaa", room: "new-\(index)")
      socket.say(#"{"type":"leave"}"#)
      _ = try socket.closeCode()
    }
    var (connection, refused) = try Self.ask(world, room: "new-10")
    while refused.text.hasPrefix("too_many_sessions") {
      (connection, refused) = try Self.ask(world, room: "new-10")
    }
    #expect(refused.status == 429)
    #expect(refused.text.hasPrefix("too_many_rooms"))
    #expect((300...360).contains(Int(refused.headers["retry-after"] ?? "") ?? 0))
    #expect(try Self.ask(world, room: "new-3").1.status == 101)
    _ = connection
  }

  @Test func `a flood over a real socket is slowed down, and every key of it arrives`() throws {
    let world = try Self.world()
    let (mara, _) = try world.enter("aaaaa")
    for seq in 1...300 {
      mara.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(seq - 1),"del":0,"ins":"x","kind":"type"}"#
      )
    }
    var acknowledged: Int64 = 0
    while acknowledged < 300 {
      let message = try mara.message()
      #expect(message.string("type") != "error")
      if message.string("type") == "ack" { acknowledged = message.integer("seq") ?? 0 }
    }
    #expect(try world.get("/metrics").text.contains("\nverbatim_budget_pauses_total 1\n"))
  }

  @Test func `connections beyond the bound are turned away`() throws {
    let world = try Self.world(budgets: nil) { $0.connections = 4 }
    let held = try (0..<4).map { _ in
      let connection = try world.connect()
      connection.send(request: "GET /livez")
      #expect(try connection.reply().status == 200)
      return connection
    }
    let refused = try world.connect()
    let reply = try refused.reply()
    #expect(reply.status == 503)
    #expect(reply.text.hasPrefix("too_many_connections"))
    #expect(refused.isAtEnd())
    held[0].send(request: "GET /livez", ["Connection: close"])
    #expect(try held[0].reply().status == 200)
    #expect(held[0].isAtEnd())
    while (try? world.get("/livez"))?.status != 200 {}
  }

  @Test func `a header forged by a client counts for nothing without a proxy`() throws {
    let world = try Self.world()
    let asked = try (0..<9).map { try Self.ask(world, from: "203.0.113.\($0)") }
    #expect(asked.map { $0.1.status } == Array(repeating: 101, count: 8) + [429])
  }

  @Test func `a proxy that nobody named is told of once an hour, whoever it speaks for`() throws {
    let (talk, time) = (KeptTalk(), MovedTime())
    func world(_ proxies: [String]) throws -> World {
      try World(
        rooms: { $0.budgets = Budgets() },
        gateway: { $0.behindProxy = proxies.compactMap { AddressRange($0) } }, time: time,
        talk: talk)
    }
    let plain = try world([])
    _ = try Self.ask(plain)
    #expect(talk.complaints.isEmpty, "nobody spoke for others")
    for last in 0..<20 { _ = try Self.ask(plain, from: "203.0.113.\(last)") }
    #expect(talk.complaints.count == 1)
    #expect(talk.complaints.first?.contains("--behind-proxy") == true)
    #expect(talk.complaints.first?.contains("peer=loopback") == true)
    #expect(talk.complaints.first?.contains("203.0.113") == false)
    time.pass(milliseconds: 3_599_000)
    _ = try Self.ask(plain, from: "203.0.113.7")
    #expect(talk.complaints.count == 1)
    time.pass(milliseconds: 1_000)
    _ = try Self.ask(plain, from: "203.0.113.7")
    #expect(talk.complaints.count == 2)
    let named = try world(["127.0.0.0/8"])
    _ = try Self.ask(named, from: "203.0.113.7")
    #expect(talk.complaints.count == 2)
  }

  @Test func `behind a proxy each client has a budget, whatever it writes on the left`() throws {
    let world = try Self.world(behind: ["127.0.0.0/8"])
    let asked = try (0..<9).map { try Self.ask(world, from: "10.9.8.\($0), 203.0.113.7") }
    #expect(asked.map { $0.1.status } == Array(repeating: 101, count: 8) + [429])
    let other = try Self.ask(world, from: "203.0.113.7, 203.0.113.8")
    #expect(other.1.status == 101)
    let neighbours = try (0..<70).map { try Self.ask(world, from: "2001:db8::\($0)") }
    #expect(neighbours.count { $0.1.status == 101 } == 64)
  }

  @Test func `event streams count like sockets`() throws {
    let world = try Self.world()
    let streams = try (0..<9).map { _ in
      let stream = try world.connect()
      stream.send(request: "GET /rooms/lobby/events", ["Accept: text/event-stream"])
      return (stream, try stream.readLine())
    }
    #expect(streams.count { $0.1 == "HTTP/1.1 200 OK" } == 8)
    #expect(streams[8].1 == "HTTP/1.1 429 Too Many Requests")
  }

  @Test func `without budgets there are as many as come`() throws {
    let world = try Self.world(budgets: nil)
    let asked = try (0..<80).map { try Self.ask(world, room: "r\($0)") }
    #expect(asked.allSatisfy { $0.1.status == 101 })
  }
}

/// Keeps what a server says.
final class KeptTalk: LogHandler {
  private let lines = Mutex<[String]>([])
  var logLevel: Logger.Level {
    get { .info }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    let facts = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    lines.withLock { $0.append("\(event.message) \(facts)") }
  }

  /// Those of proxies that nobody named.
  var complaints: [String] { lines.withLock { $0.filter { $0.contains("X-Forwarded-For") } } }
}
