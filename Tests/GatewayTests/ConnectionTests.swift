import Chat
import Dispatch
import Gateway
import Glibc
import Logging
import Rooms
import Synchronization
import Testing

@Suite struct ConnectionTests {
  @Test func `a connection is kept for the next request`() throws {
    let world = try World()
    let connection = try world.connect()
    for _ in 0..<3 {
      connection.send(request: "GET /livez")
      #expect(try connection.reply().text == "ok\n")
    }
    connection.send(request: "GET /livez", ["Connection: close"])
    #expect(try connection.reply().headers["connection"] == "close")
    #expect(connection.isAtEnd())
  }

  @Test func `requests sent at once are answered in order`() throws {
    let world = try World()
    let connection = try world.connect()
    connection.send(request: "GET /rooms/lobby/transcript")
    connection.send(request: "GET /livez")
    #expect(try connection.reply().text == "")
    #expect(try connection.reply().text == "ok\n")
  }

  @Test func `a request that never ends is cut off`() throws {
    let world = try World(gateway: { $0.requestMilliseconds = 100 })
    let slow = try world.connect()
    slow.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
    #expect(slow.isAtEnd())
    let silent = try world.connect()
    #expect(silent.isAtEnd())
  }

  @Test func `bytes that drip in put nothing off, and a hundred such requests hold nobody up`()
    throws
  {
    let world = try World(gateway: { $0.requestMilliseconds = 200 })
    let slow = try (0..<100).map { _ in try world.connect() }
    for connection in slow { connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ") }
    // Writing here and reading there share nothing but the descriptor.
    nonisolated(unsafe) let dripping = slow
    let isOver = Mutex(false)
    let ended = DispatchGroup()
    DispatchQueue.global().async(group: ended) {
      while !isOver.withLock({ $0 }) {
        for connection in dripping { connection.send("x") }
        usleep(10_000)
      }
    }
    defer {
      isOver.withLock { $0 = true }
      ended.wait()
    }
    #expect(try world.get("/livez").status == 200)
    for connection in slow { #expect(connection.isAtEnd()) }
    #expect(try world.get("/livez").status == 200)
  }

  @Test func `a kept connection that asks nothing more is closed`() throws {
    let world = try World(gateway: { $0.keepAliveMilliseconds = 100 })
    let connection = try world.connect()
    connection.send(request: "GET /livez")
    #expect(try connection.reply().status == 200)
    #expect(connection.isAtEnd())
  }

  @Test func `headers without end are refused`() throws {
    let world = try World()
    let connection = try world.connect()
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n")
    for index in 0..<300 {
      connection.send("X-\(index): \(String(repeating: "x", count: 200))\r\n")
    }
    #expect((try? connection.reply().status) ?? 400 >= 400)
    #expect(try world.get("/livez").status == 200)
  }

  @Test func `what is no HTTP is answered with 400`() throws {
    let world = try World()
    let connection = try world.connect()
    connection.send("\u{16}\u{03}\u{01}garbage\r\n\r\n")
    #expect(try connection.reply().status == 400)
    let hostless = try world.connect()
    hostless.send("GET / HTTP/1.1\r\n\r\n")
    #expect(try hostless.reply().status == 400)
  }

  @Test func `a port in use is refused in words`() throws {
    let world = try World()
    let options = GatewayOptions(
      listen: ListenAddress(host: "127.0.0.1", port: world.server.localPort))
    #expect(throws: StartError.addressInUse(options.listen)) {
      try world.startAnother(options)
    }
    let nowhere = GatewayOptions(listen: ListenAddress(host: "192.0.2.1", port: 0))
    #expect(throws: StartError.notOurs(nowhere.listen)) { try world.startAnother(nowhere) }
  }

  @Test func `addresses are told apart by who can reach them`() {
    #expect(ListenAddress("127.0.0.1:8080")?.isLoopback == true)
    #expect(ListenAddress("127.9.9.9:1")?.isLoopback == true)
    #expect(ListenAddress("[::1]:8080") == ListenAddress(host: "::1", port: 8080))
    #expect(ListenAddress("[::1]:8080")?.isLoopback == true)
    #expect(ListenAddress("localhost:8080")?.isLoopback == true)
    #expect(ListenAddress("0.0.0.0:8080")?.isLoopback == false)
    #expect(ListenAddress("[::]:8080")?.isLoopback == false)
    #expect(ListenAddress("8080") == nil)
    #expect(ListenAddress("::1:8080") == nil)
    #expect(ListenAddress(":8080") == nil)
    #expect(ListenAddress("localhost:65536") == nil)
  }

  @Test func `a stop says goodbye to everybody and ends within its bound`() throws {
    let world = try World()
    let sockets = try ["aaaaa", "bbbbb", "ccccc"].map { try world.enter($0).0 }
    let idle = try world.connect()
    idle.send(request: "GET /livez")
    _ = try idle.reply()
    world.stop()
    for socket in sockets {
      let bye = try socket.message("bye")
      #expect(bye.integer("code") == 1001)
      #expect((bye.integer("retry_ms") ?? 0) >= 1_000)
      #expect(try socket.closeCode() == 1001)
      #expect(socket.connection.isAtEnd())
    }
    #expect(idle.isAtEnd())
    #expect(throws: (any Error).self) { try world.connect() }
  }

  @Test func `events stream live, and resume behind the last id`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa")
    let stream = try world.connect()
    stream.send(request: "GET /rooms/lobby/events", ["Accept: text/event-stream"])
    #expect(try stream.readLine() == "HTTP/1.1 200 OK")
    ada.say(#"{"type":"send","seq":1,"draft":1,"text":"one"}"#)
    var (id, event) = try stream.event()
    while !event.contains("message.sent") { (id, event) = try stream.event() }
    #expect(event.contains(#""text":"one""#))
    ada.say(#"{"type":"send","seq":2,"draft":2,"text":"two"}"#)
    while try ada.message("ack").integer("seq") != 2 {}
    let again = try world.connect()
    again.send(
      request: "GET /rooms/lobby/events", ["Accept: text/event-stream", "Last-Event-ID: \(id)"])
    #expect(try again.event().data.contains(#""text":"two""#))
    let lost = try world.connect()
    lost.send(
      request: "GET /rooms/lobby/events",
      ["Accept: text/event-stream", "Last-Event-ID: aaaaaaaa.5.4"])
    #expect(try lost.event().data == #"{"type":"reset"}"#)
  }
}

extension World {
  func startAnother(_ options: GatewayOptions) throws(StartError) {
    let history = History(log: log, options: admission.options, checkpoints: nil)
    try GatewayServer.start(
      admission: admission, history: history, options: options,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    ).stop()
  }
}

extension TCP {
  /// The next server-sent event of a chunked answer: its id and its data.
  func event() throws -> (id: String, data: String) {
    var id = ""
    while true {
      let line = try readLine()
      if line.hasPrefix("id: ") { id = String(line.dropFirst(4)) }
      if line.hasPrefix("data: ") { return (id, String(line.dropFirst(6))) }
    }
  }
}
