import Chat
import Client
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A ``ModelServer`` behind real sockets, on one event loop of its own.
///
/// It commits a moment after something arrived, and makes the trouble it is told to: after so many
/// messages it dies (all connections reset, nothing pending kept), cuts one connection, refuses
/// what is pending, or sends frames in fragments.
final class TestServer: Sendable {
  struct Trouble: Sendable {
    /// Messages between two crashes, cuts and refusals; 0: never.
    var crashEvery = 0
    var cutEvery = 0
    var refuseEvery = 0
    /// Troubles of all kinds together after which there are no more.
    var most = 0
    var fragments = false
    /// Milliseconds from a message to its commit.
    var commitDelay: Int64 = 1
    /// Acknowledgements are never sent.
    var withholdsAcks = false
    /// HTTP status that answers every upgrade.
    var refusal: HTTPResponseStatus?
    var resumeEvents: Int64 = 5_000
  }

  let loop: any EventLoop
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let core: NIOLoopBound<Core>
  private let channel: any Channel

  init(seed: UInt64, _ trouble: Trouble = Trouble()) async throws {
    let loop = group.next()
    self.loop = loop
    let core = try await loop.submit {
      NIOLoopBound(Core(seed: seed, trouble, loop), eventLoop: loop)
    }.get()
    self.core = core
    channel = try await ServerBootstrap(group: loop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, core) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var address: ServerAddress {
    ServerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
  }

  /// Events of the log, in order.
  func log() async throws -> [Event] {
    try await loop.submit { [core] in core.value.model.log.map(\.event) }.get()
  }

  func act(_ body: @escaping @Sendable (Core) -> Void) async throws {
    try await loop.submit { [core] in body(core.value) }.get()
  }

  /// Pings sent between fragments, and pongs that came.
  func pings() async throws -> (sent: Int, answered: Int) {
    try await loop.submit { [core] in (core.value.pingsSent, core.value.pings) }.get()
  }

  func stop() async throws {
    try await channel.close().get()
    try await group.shutdownGracefully()
  }

  private static func prepare(_ channel: any Channel, _ core: NIOLoopBound<Core>) throws {
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: 1 << 20, automaticErrorHandling: false,
      shouldUpgrade: { channel, head in
        let accepts =
          head.headers["sec-websocket-protocol"] == ["verbatim.v1"]
          && core.value.trouble.refusal == nil
        return channel.eventLoop.makeSucceededFuture(
          accepts ? ["Sec-WebSocket-Protocol": "verbatim.v1"] : nil)
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          let end = SocketEnd(core: core.value)
          try channel.pipeline.syncOperations.addHandler(end)
        }
      })
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
      withServerUpgrade: (
        upgraders: [upgrader],
        completionHandler: { context in
          context.pipeline.syncOperations.removeHandler(name: "pages", promise: nil)
        }
      ))
    try channel.pipeline.syncOperations.addHandler(Pages(core: core.value), name: "pages")
  }
}

/// The model, its connections and the trouble, on the loop.
final class Core {
  var model: ModelServer
  var trouble: TestServer.Trouble
  private let loop: any EventLoop
  private var ends: [Int: SocketEnd] = [:]
  private var count = 0
  private var messages = 0
  private var troubles = 0
  private var isCommitting = false
  private var random: SplitMix
  private(set) var pings = 0
  fileprivate(set) var pingsSent = 0

  init(seed: UInt64, _ trouble: TestServer.Trouble, _ loop: any EventLoop) {
    model = ModelServer(seed: seed)
    model.resumeEvents = trouble.resumeEvents
    self.trouble = trouble
    self.loop = loop
    random = SplitMix(seed: seed &+ 1)
  }

  func enter(_ end: SocketEnd) -> Int {
    count += 1
    ends[count] = end
    model.connect(count)
    return count
  }

  func leave(_ id: Int) {
    ends[id] = nil
    model.disconnect(id)
  }

  func receive(_ bytes: [UInt8], from id: Int) {
    try? model.receive(bytes, from: id)
    carry()
    messages += 1
    if troubles < trouble.most { makeTrouble(for: id) }
    guard !isCommitting else { return }
    isCommitting = true
    loop.assumeIsolated().scheduleTask(in: .milliseconds(trouble.commitDelay)) { [self] in
      isCommitting = false
      model.commit()
      carry()
    }
  }

  private func makeTrouble(for id: Int) {
    func isDue(_ every: Int) -> Bool { every > 0 && messages % every == 0 }
    if isDue(trouble.crashEvery) {
      troubles += 1
      crash()
    } else if isDue(trouble.cutEvery) {
      troubles += 1
      ends[id]?.cut()
    } else if isDue(trouble.refuseEvery) {
      troubles += 1
      model.refusePending()
      carry()
    }
  }

  func crash() {
    model.crash()
    for end in ends.values { end.cut() }
    ends = [:]
  }

  func closeAll(code: UInt16) {
    for end in ends.values { end.sayGoodbye(code) }
  }

  func gotPong() { pings += 1 }

  func carry() {
    for (id, end) in ends {
      let texts = model.outbox[id] ?? []
      model.outbox[id] = []
      for text in texts {
        if trouble.withholdsAcks, text.starts(with: Array(#"{"type":"ack""#.utf8)) { continue }
        end.send(text, pieces: trouble.fragments ? Int(random.next() % 4) + 1 : 1)
      }
      end.flush()
      if model.connections[id] == nil { end.cut() }
    }
  }

  func page(from: Int, limit: Int) -> String {
    guard from < model.log.count else { return "" }
    return model.log[from..<min(from + limit, model.log.count)].enumerated().map { index, entry in
      let event = String(decoding: entry.bytes, as: UTF8.self)
      let offset = from + index
      return #"{"offset":\#(offset),"time":\#(offset * 100),"room":"lobby","event":\#(event)}"#
        + "\n"
    }.joined()
  }
}

/// One WebSocket, from the server's side.
final class SocketEnd: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let core: Core
  private var context: ChannelHandlerContext?
  private var id = 0

  init(core: Core) { self.core = core }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    id = core.enter(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .text: core.receive(Array(frame.unmaskedData.readableBytesView), from: id)
    case .pong: core.gotPong()
    case .connectionClose: context.close(promise: nil)
    default: break
    }
  }

  func channelInactive(context: ChannelHandlerContext) { core.leave(id) }

  func send(_ text: [UInt8], pieces: Int) {
    guard let context else { return }
    let size = max(1, (text.count + pieces - 1) / pieces)
    var start = 0
    repeat {
      let end = min(start + size, text.count)
      let frame = WebSocketFrame(
        fin: end == text.count, opcode: start == 0 ? .text : .continuation,
        data: ByteBuffer(bytes: text[start..<end]))
      context.write(wrapOutboundOut(frame), promise: nil)
      if end < text.count { ping() }
      start = end
    } while start < text.count
  }

  func flush() { context?.flush() }

  func ping() {
    core.pingsSent += 1
    let frame = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: "p"))
    context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  func sayGoodbye(_ code: UInt16) {
    var bytes = ByteBuffer()
    bytes.writeInteger(code)
    let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: bytes)
    context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  func cut() { context?.close(promise: nil) }
}

/// What is asked without an upgrade: ranges of events, or an upgrade that was refused.
private final class Pages: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let core: Core
  private var path = ""

  init(core: Core) { self.core = core }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): path = head.uri
    case .body: break
    case .end:
      var body = ByteBuffer()
      var status = core.trouble.refusal ?? .notFound
      if path.contains("/events?") {
        status = .ok
        func number(_ name: String) -> Int {
          path.split(separator: "\(name)=").dropFirst().first
            .flatMap { $0.split(separator: "&").first }.flatMap { Int($0) } ?? 0
        }
        body.writeString(core.page(from: number("from"), limit: min(number("limit"), 100)))
      }
      var head = HTTPResponseHead(version: .http1_1, status: status)
      head.headers.add(name: "Content-Length", value: "\(body.readableBytes)")
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
