import Chat
import Client
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// Hears everything of one connection, on its loop.
private final class Listener: SocketReceiver {
  private(set) var texts: [String] = []
  let opened: EventLoopPromise<Void>
  let closed: EventLoopPromise<Closing>
  private var waiter: (count: Int, promise: EventLoopPromise<[String]>)?
  var socket: WebSocketConnection?
  private let loop: any EventLoop

  init(_ address: ServerAddress, on loop: any EventLoop) {
    self.loop = loop
    opened = loop.makePromise()
    closed = loop.makePromise()
    socket = WebSocketConnection(
      to: address, path: "/rooms/lobby/socket", on: loop, receiver: self, seed: 1)
    socket?.connect()
  }

  deinit {
    opened.fail(HTTPGetError.cut)
    closed.succeed(.cut)
  }

  func socketOpened(_ socket: WebSocketConnection) { opened.succeed() }

  func socket(_ socket: WebSocketConnection, received text: ByteBuffer) {
    texts.append(String(buffer: text))
    if let waiter, texts.count >= waiter.count { waiter.promise.succeed(texts) }
  }

  func socketClosed(_ socket: WebSocketConnection, _ closing: Closing) {
    opened.fail(HTTPGetError.cut)
    closed.succeed(closing)
  }

  func received(_ count: Int) -> EventLoopFuture<[String]> {
    let promise = loop.makePromise(of: [String].self)
    waiter = (count, promise)
    if texts.count >= count { promise.succeed(texts) }
    return promise.futureResult
  }

  func say(_ message: ClientMessage) {
    socket?.send(message.json)
    socket?.flush()
  }
}

@Suite struct SocketTests {
  private let loop = MultiThreadedEventLoopGroup.singleton.next()

  private func listener(to server: TestServer) async throws -> NIOLoopBound<Listener> {
    try await loop.submit { [loop] in
      NIOLoopBound(Listener(server.address, on: loop), eventLoop: loop)
    }.get()
  }

  @Test func `fragments with pings between them are one message`() async throws {
    var trouble = TestServer.Trouble()
    trouble.fragments = true
    let server = try await TestServer(seed: 3, trouble)
    let listener = try await listener(to: server)
    try await loop.flatSubmit { listener.value.opened.futureResult }.get()
    let texts = try await loop.flatSubmit {
      listener.value.say(.hello(Hello(session: SessionID(bits: 5))))
      return listener.value.received(2)
    }.get()
    #expect(texts[0].hasPrefix(#"{"type":"welcome""#) && texts[0].hasSuffix("}"))
    #expect(texts[1].hasPrefix(#"{"type":"snapshot""#) && texts[1].hasSuffix("}"))
    try await loop.submit { listener.value.socket?.close() }.get()
    _ = try await loop.flatSubmit {
      listener.value.socket?.closed ?? listener.value.opened.futureResult
    }.get()
    // Every ping between the fragments was answered before the connection closed.
    let (sent, answered) = try await server.pings()
    #expect(sent > 0 && answered == sent)
    try await server.stop()
  }

  @Test(arguments: [
    (UInt16(1001), true), (4_000, true), (4_099, true), (4_100, false), (4_199, false),
    (1_009, false), (1_008, true),
  ])
  func `close codes say whether to come back`(code: UInt16, comesBack: Bool) async throws {
    let server = try await TestServer(seed: 4)
    let listener = try await listener(to: server)
    try await loop.flatSubmit { listener.value.opened.futureResult }.get()
    try await server.act { $0.closeAll(code: code) }
    let closing = try await loop.flatSubmit { listener.value.closed.futureResult }.get()
    #expect(closing == .code(code))
    #expect(closing.comesBack == comesBack)
    try await server.stop()
  }

  @Test func `a cut and a refusal are told apart`() async throws {
    let server = try await TestServer(seed: 5)
    let first = try await listener(to: server)
    try await loop.flatSubmit { first.value.opened.futureResult }.get()
    try await server.act { $0.crash() }
    #expect(try await loop.flatSubmit { first.value.closed.futureResult }.get() == .cut)
    try await server.act { $0.trouble.refusal = .serviceUnavailable }
    let second = try await listener(to: server)
    let closing = try await loop.flatSubmit { second.value.closed.futureResult }.get()
    #expect(closing == .refused(status: 503))
    #expect(closing.comesBack && !Closing.refused(status: 404).comesBack)
    try await server.stop()
    let third = try await listener(to: server)
    guard case .unreachable = try await loop.flatSubmit({ third.value.closed.futureResult }).get()
    else {
      Issue.record("a closed port was reached")
      return
    }
  }

  @Test func `a reader gets all, in order, through cuts, crashes and resets`() async throws {
    for seed in 40...43 as ClosedRange<UInt64> {
      var trouble = TestServer.Trouble()
      trouble.resumeEvents = 10
      trouble.fragments = true
      let server = try await TestServer(seed: seed, trouble)
      try await server.act { core in
        for _ in 0..<150 { core.model.interrupt() }
        core.model.commit()
      }
      let seen = try await loop.submit { [loop] in
        NIOLoopBound(Seen(), eventLoop: loop)
      }.get()
      let loop = loop
      let reader = try await loop.flatSubmit {
        let reader = RoomReader(.lobby, at: server.address, from: .offset(20), on: loop, seed: seed)
        {
          offset, time, _ in
          #expect(time == offset * 100)
          seen.value.offsets.append(offset)
        }
        let bound = NIOLoopBound(reader, eventLoop: loop)
        return reader.open().map { _ in bound }
      }.get()
      for round in 0..<6 {
        try await server.act { core in
          for _ in 0..<(round * 30) {
            core.model.interrupt()
            if round % 2 == 0 {
              core.model.commit()
              core.carry()
            }
          }
          core.model.commit()
          if round % 2 == 1 { core.crash() }
          core.carry()
        }
        let last = Int64(try await server.log().count - 1)
        try await loop.flatSubmit { reader.value.reached(last) }.get()
        let offsets = try await loop.submit { seen.value.offsets }.get()
        #expect(offsets == Array(20...last), "seed \(seed), round \(round)")
      }
      try await loop.submit { reader.value.close() }.get()
      try await server.stop()
    }
  }
}

private final class Seen {
  var offsets: [Int64] = []
}
