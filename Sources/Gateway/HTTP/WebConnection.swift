import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection: a request at a time, each whole within its deadline, until one of them
/// becomes a WebSocket.
///
/// Confined to its loop.
final class WebConnection: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// Bytes of one header field, and of all of them.
  private static let headerFieldBytes = 8 * 1024
  private static let headerBytes = 16 * 1024
  private static let headerFields = 64
  /// Bytes of a body that are read and thrown away; no route takes one.
  private static let bodyBytes = 64 * 1024

  let loop: GatewayLoop
  /// The HTTP layer in front, which an upgrade takes away.
  let layers: HTTPLayers
  private var head: HTTPRequestHead?
  private var bodyBytes = 0
  private var isAnswering = false
  private var deadline: Scheduled<Void>?
  private var stream: EventStream?
  private(set) var context: ChannelHandlerContext?

  private init(loop: GatewayLoop, layers: HTTPLayers) {
    self.loop = loop
    self.layers = layers
  }

  /// Sets up a fresh channel.
  ///
  /// On its loop.
  static func prepare(_ channel: any Channel, _ loop: GatewayLoop) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = headerFieldBytes
    limits.maxHeaderListSize = headerBytes
    limits.maxHeaderFieldCount = headerFields
    let layers = HTTPLayers(limits: limits)
    try layers.add(to: channel)
    try channel.pipeline.syncOperations.addHandler(WebConnection(loop: loop, layers: layers))
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    arm(loop.gateway.options.requestMilliseconds)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    stream?.ended()
    stream = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      bodyBytes = 0
    case .body(let bytes):
      bodyBytes += bytes.readableBytes
      if bodyBytes > Self.bodyBytes { context.close(promise: nil) }
    case .end:
      guard let head else { return }
      self.head = nil
      answer(head)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is StopServing else { return context.fireUserInboundEventTriggered(event) }
    stream?.finish()
    if !isAnswering { context.close(promise: nil) }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stream?.writabilityChanged(context.channel.isWritable)
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// From here on the connection is a stream, which has its own deadlines.
  func keep(_ stream: EventStream) {
    deadline?.cancel()
    self.stream = stream
  }

  /// Gives the connection this long for its next step.
  private func arm(_ milliseconds: Int64) {
    deadline?.cancel()
    deadline = loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
      self.context?.close(promise: nil)
    }
  }
}

// One request, one answer.
extension WebConnection {
  private func answer(_ head: HTTPRequestHead) {
    isAnswering = true
    loop.tally.requests += 1
    arm(loop.gateway.options.answerMilliseconds)
    let request = WebRequest(head)
    switch loop.gateway.site.respond(to: request, loop.gateway) {
    case .answer(let answer): write(answer, to: head)
    case .read(let body): loop.gateway.pageReaders.run(answering(head, body))
    case .past(let body):
      if !loop.gateway.past.run(answering(head, body)) { write(.busyWithThePast, to: head) }
    case .stream(let room, let cursor, let isReset): begin(room, cursor, isReset: isReset, head)
    case .socket(let room): upgrade(to: room, head)
    }
  }

  /// A read for another thread, its answer written here.
  private func answering(
    _ head: HTTPRequestHead, _ body: @escaping @Sendable () -> Answer
  ) -> @Sendable () -> Void {
    let (connection, eventLoop) = (NIOLoopBound(self, eventLoop: loop.eventLoop), loop.eventLoop)
    return {
      let answer = body()
      eventLoop.execute { connection.value.write(answer, to: head) }
    }
  }

  /// Writes an answer and waits for the next request, or ends the connection.
  func write(_ answer: Answer, to request: HTTPRequestHead) {
    guard let context else { return }
    // A decoder that saw an upgrade reads no further request.
    let isKept =
      request.isKeepAlive && !request.headers.contains(name: "upgrade") && !loop.isStopping
    var headers = answer.headers
    headers.add(name: "Content-Length", value: String(answer.body.count))
    if !isKept { headers.replaceOrAdd(name: "Connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD, !answer.body.isEmpty {
      loop.tally.bytesSent += answer.body.count
      let body = context.channel.allocator.buffer(bytes: answer.body)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    let written = loop.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { [self] _ in
      isAnswering = false
      guard let context = self.context else { return }
      guard isKept, !loop.isStopping else { return context.close(promise: nil) }
      arm(loop.gateway.options.keepAliveMilliseconds)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
  }
}
