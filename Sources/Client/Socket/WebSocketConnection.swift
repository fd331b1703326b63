package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// Who hears of a connection.
///
/// All calls come on the connection's event loop.
package protocol SocketReceiver: AnyObject {
  /// Connected and upgraded.
  func socketOpened(_ socket: WebSocketConnection)
  /// One whole text message; the buffer is the receiver's.
  func socket(_ socket: WebSocketConnection, received text: ByteBuffer)
  /// The end, told once; nothing follows.
  func socketClosed(_ socket: WebSocketConnection, _ closing: Closing)
}

/// One WebSocket to a room, from the client's side: subprotocol `verbatim.v1`, text only.
///
/// It belongs to one event loop: everything is called there and everything is told there. A
/// connection costs its channel and one small object; thousands fit on a loop.
package final class WebSocketConnection {
  package static let subprotocol = "verbatim.v1"
  /// Bytes of one message from the server: a snapshot may hold 2 MiB of open drafts, each byte
  /// of which may take six as JSON, beside its items.
  package static let messageBytes = 16 * 1024 * 1024
  /// Nanoseconds for a TCP connection to be made.
  static let connectTimeout: Int64 = 10_000_000_000
  /// Nanoseconds for the server to answer a close frame.
  static let closeTimeout: Int64 = 2_000_000_000

  package let eventLoop: any EventLoop
  private let address: ServerAddress
  private let path: String
  private weak var receiver: (any SocketReceiver)?
  private var random: SplitMix
  private var channel: (any Channel)?
  private var isUpgraded = false
  private var isClosing = false
  private var isClosed = false
  private let closedPromise: EventLoopPromise<Void>

  package init(
    to address: ServerAddress, path: String, on eventLoop: any EventLoop,
    receiver: any SocketReceiver, seed: UInt64
  ) {
    self.address = address
    self.path = path
    self.eventLoop = eventLoop
    self.receiver = receiver
    random = SplitMix(seed: seed)
    closedPromise = eventLoop.makePromise()
  }

  /// Done once the connection is closed, whoever closed it.
  package var closed: EventLoopFuture<Void> { closedPromise.futureResult }

  /// Connects and upgrades; the receiver hears how it went.
  package func connect() {
    eventLoop.preconditionInEventLoop()
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    ClientBootstrap(group: eventLoop)
      .connectTimeout(.nanoseconds(Self.connectTimeout))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try bound.value.prepare(channel) }
      }
      .connect(host: address.host, port: address.port)
      .assumeIsolated()
      .whenComplete { [self] result in
        switch result {
        case .success(let channel):
          if isClosed { channel.close(promise: nil) }
        case .failure(let error): finish(.unreachable("\(error)"))
        }
      }
  }

  private func prepare(_ channel: any Channel) throws {
    self.channel = channel
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let request = UpgradeRequest(host: address.authority, path: path, connection: self)
    let upgrader = NIOWebSocketClientUpgrader(
      requestKey: NIOWebSocketClientUpgrader.randomRequestKey(using: &random),
      maxFrameSize: Self.messageBytes, automaticErrorHandling: false
    ) { channel, head in
      channel.eventLoop.makeCompletedFuture { try bound.value.upgraded(channel, head) }
    }
    let upgrade: NIOHTTPClientUpgradeConfiguration = (
      upgraders: [upgrader],
      completionHandler: { context in
        context.pipeline.syncOperations.removeHandler(name: UpgradeRequest.name, promise: nil)
      }
    )
    try channel.pipeline.syncOperations.addHTTPClientHandlers(
      leftOverBytesStrategy: .forwardBytes, withClientUpgrade: upgrade)
    try channel.pipeline.syncOperations.addHandler(request, name: UpgradeRequest.name)
  }

  private func upgraded(_ channel: any Channel, _ head: HTTPResponseHead) throws {
    guard head.headers["sec-websocket-protocol"] == [Self.subprotocol] else {
      finish(.broken("the server does not speak \(Self.subprotocol)"))
      return
    }
    try channel.pipeline.syncOperations.addHandler(FrameReader(connection: self))
    // After this turn, when the handlers of the upgrade are gone.
    eventLoop.assumeIsolated().execute { [self] in
      guard !isClosed else { return }
      isUpgraded = true
      receiver?.socketOpened(self)
    }
  }

  /// Writes one text message; it goes out with the next ``flush()``.
  package func send(_ text: [UInt8]) {
    guard let channel, isUpgraded, !isClosing, !isClosed else { return }
    write(.text, channel.allocator.buffer(bytes: text), to: channel)
  }

  /// Hands everything written to the kernel.
  package func flush() { channel?.flush() }

  /// Says goodbye and waits a moment for the answer; the receiver hears nothing more.
  package func close() {
    receiver = nil
    guard let channel, isUpgraded, !isClosed else { return abort() }
    guard !isClosing else { return }
    var code = channel.allocator.buffer(capacity: 2)
    code.write(webSocketErrorCode: .normalClosure)
    write(.connectionClose, code, to: channel)
    channel.flush()
    isClosing = true
    eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Self.closeTimeout)) { [self] in
      finish(.cut)
    }
  }

  /// Cuts the connection without a word; the receiver hears nothing more.
  package func abort() {
    receiver = nil
    finish(.cut)
  }

  private func write(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer, to channel: any Channel) {
    let frame = WebSocketFrame(
      fin: true, opcode: opcode, maskKey: .random(using: &random), data: bytes)
    channel.pipeline.syncOperations.write(NIOAny(frame), promise: nil)
  }
}

// What the pipeline's handlers call.
extension WebSocketConnection {
  func deliver(_ text: ByteBuffer) { receiver?.socket(self, received: text) }

  func answer(ping bytes: ByteBuffer) {
    guard let channel, !isClosing else { return }
    write(.pong, bytes, to: channel)
    channel.flush()
  }

  /// The server closes; its code goes back, as the protocol wants it.
  func answerClose(_ code: WebSocketErrorCode?, _ bytes: ByteBuffer) {
    if let channel, !isClosing {
      write(.connectionClose, bytes, to: channel)
      channel.flush()
    }
    finish(.code(code.map { UInt16(webSocketErrorCode: $0) }))
  }

  func finish(_ closing: Closing) {
    guard !isClosed else { return }
    isClosed = true
    channel?.close(promise: nil)
    let heard = receiver
    receiver = nil
    heard?.socketClosed(self, closing)
    closedPromise.succeed()
  }
}
