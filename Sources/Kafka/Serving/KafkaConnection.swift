import NIOCore

/// One client: its requests in order, one at a time, and an answer taken before the next is read.
///
/// So nobody has more in memory than a request, an answer and what one read brought.
final class KafkaConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private unowned let loop: KafkaLoop
  private var context: ChannelHandlerContext?
  private var frames = CircularBuffer<ByteBuffer>()
  private var isBusy = false
  /// Since when something is expected of the client: a request, or that it takes its answer.
  private var since: Int64
  private var isWriting = false
  private var isClosed = false
  /// As it names itself in its latest request, and where it comes from.
  private(set) var client = GroupClient(id: "", host: "")
  /// Where it reached us, which is where it will come again.
  private var broker = Broker(host: "127.0.0.1", port: 0)

  init(_ loop: KafkaLoop) {
    self.loop = loop
    since = loop.now
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    let local = context.localAddress
    broker = Broker(host: local?.ipAddress ?? "127.0.0.1", port: local?.port ?? 0)
    client = GroupClient(id: "", host: "/\(context.remoteAddress?.ipAddress ?? "")")
    guard loop.accept(self) else { return close() }
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosed = true
    self.context = nil
    frames.removeAll()
    loop.ended(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    frames.append(unwrapInboundIn(data))
    serve()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !isBusy, frames.isEmpty { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is WireFault || error is ByteToMessageDecoderError { end("\(error)") } else { close() }
  }

  private func serve() {
    while !isBusy, !isClosed, let frame = frames.popFirst() {
      isBusy = true
      since = loop.now
      loop.counts.countRequest()
      do throws(WireFault) {
        try handle(try ReceivedRequest([UInt8](frame.readableBytesView)))
      } catch {
        return end("\(error)")
      }
    }
  }

  /// Says so and closes: what follows a request that nobody understood cannot be answered.
  private func end(_ why: String) {
    loop.counts.countFault()
    loop.options.report("kafka: \(client.host): \(why.prefix(200)): closed")
    close()
  }

  func close() {
    isClosed = true
    context?.close(promise: nil)
  }

  func tick() {
    let limit = isWriting ? loop.options.answerSeconds : loop.options.idleSeconds
    // Whoever waits for us is not idle; waits end by themselves.
    if !isBusy || isWriting, loop.now - since >= limit * 1_000 { close() }
  }

  func answer(_ frame: ByteBuffer) {
    guard let context, !isClosed else { return }
    (isWriting, since) = (true, loop.now)
    context.writeAndFlush(wrapOutboundOut(frame)).assumeIsolated().whenSuccess { [weak self] in
      self?.answered()
    }
  }

  private func answered() {
    (isWriting, isBusy, since) = (false, false, loop.now)
    serve()
    if !isBusy, !isClosed { context?.read() }
  }

  private func handle(_ received: ReceivedRequest) throws(WireFault) {
    let header = received.header
    if let id = header.clientID { client = GroupClient(id: id, host: client.host) }
    guard let request = received.request else {
      return try refuse(header)
    }
    let correlation = header.correlation
    switch request {
    case .fetch(let fetch): loop.fetch(fetch, correlation, for: self)
    case .listOffsets(let request): loop.listOffsets(request, correlation, for: self)
    case .joinGroup(let request): loop.join(request, correlation, for: self)
    case .syncGroup(let request): loop.sync(request, correlation, for: self)
    case .offsetCommit(let request): loop.commit(request, correlation, for: self)
    case .produce(let request) where request.acks == 0:
      // No answer may come, and what was sent is not kept: the client sees its connection end.
      throw WireFault("a write without acknowledgement to a log that is read only")
    default: answer(header) { write(request, header.version, &$0) }
    }
  }

  /// A version that is not known: the answer of the first version, where that can say so.
  private func refuse(_ header: RequestHeader) throws(WireFault) {
    let what = "API \(header.key) in version \(header.version) is not known here"
    guard let key = APIKey(rawValue: header.key) else { throw WireFault(what) }
    if key == .apiVersions {
      return answer(header) { APIVersionsAnswer.write(&$0, version: header.version) }
    }
    var hasAnswer = false
    let frame = ResponseFrame.make(header.correlation) { buffer in
      hasAnswer = UnsupportedAnswer.write(&buffer, to: key)
    }
    guard hasAnswer else { throw WireFault(what) }
    loop.counts.countFault()
    loop.options.report("kafka: \(client.host): \(what)")
    answer(frame)
  }

  private func answer(_ header: RequestHeader, _ body: (inout ByteBuffer) -> Void) {
    answer(ResponseFrame.make(header.correlation, body))
  }

  /// What can be answered at once.
  private func write(_ request: Request, _ version: Int16, _ buffer: inout ByteBuffer) {
    switch request {
    case .apiVersions: APIVersionsAnswer.write(&buffer, version: version)
    case .metadata(let request):
      request.write(&buffer, broker: broker, clusterID: loop.clusterID)
    case .produce(let request): request.write(&buffer, version: version)
    case .initProducerID(let isTransactional):
      InitProducerIDAnswer.write(&buffer, isTransactional: isTransactional)
    case .findCoordinator(let request):
      request.write(&buffer, version: version, broker: broker)
    case .heartbeat(let request):
      buffer.writeNoThrottle()
      buffer.write(loop.groups.heartbeat(request, now: loop.now))
    case .leaveGroup(let request):
      let error = loop.leave(request)
      buffer.writeNoThrottle()
      buffer.write(error)
    case .offsetFetch(let request):
      request.write(&buffer, committed: loop.groups.committed(by: request.group))
    case .earlyOffsetCommit(let request): request.write(&buffer)
    case .listGroups: loop.groups.writeList(&buffer)
    case .describeGroups(let request): loop.groups.write(request, to: &buffer)
    case .fetch, .listOffsets, .joinGroup, .syncGroup, .offsetCommit:
      preconditionFailure("answered where it is taken")
    }
  }
}
