package import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One GET over one connection: all that a reader needs to fetch a range of events.
package enum HTTPGet {
  /// Bytes of an answer's body.
  package static let bodyBytes = 8 * 1024 * 1024
  /// Nanoseconds for the whole exchange.
  static let timeout: Int64 = 15_000_000_000

  package struct Answer: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    package var body: ByteBuffer
  }

  /// Asks `address` for `path` (query included); the status is the caller's to judge.
  package static func fetch(
    _ path: String, from address: ServerAddress, on eventLoop: any EventLoop
  ) -> EventLoopFuture<Answer> {
    let promise = eventLoop.makePromise(of: Answer.self)
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(.nanoseconds(WebSocketConnection.connectTimeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let sync = channel.pipeline.syncOperations
          try sync.addHTTPClientHandlers()
          try sync.addHandler(
            AnswerReader(path: path, host: address.authority, promise: promise))
        }
      }
    bootstrap.connect(host: address.host, port: address.port).whenComplete { result in
      switch result {
      case .failure(let error): promise.fail(HTTPGetError.unreachable("\(error)"))
      case .success(let channel):
        let timer = eventLoop.scheduleTask(in: .nanoseconds(timeout)) {
          channel.close(promise: nil)
        }
        promise.futureResult.whenComplete { _ in
          timer.cancel()
          channel.close(promise: nil)
        }
      }
    }
    return promise.futureResult
  }
}

/// Why a GET has no answer.
package enum HTTPGetError: Error, Equatable, Sendable {
  case unreachable(String)
  case cut
  case tooLarge
}

private final class AnswerReader: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let path: String
  private let host: String
  private let promise: EventLoopPromise<HTTPGet.Answer>
  private var answer: HTTPGet.Answer?

  init(path: String, host: String, promise: EventLoopPromise<HTTPGet.Answer>) {
    self.path = path
    self.host = host
    self.promise = promise
  }

  func channelActive(context: ChannelHandlerContext) {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
    head.headers.add(name: "Host", value: host)
    head.headers.add(name: "Connection", value: "close")
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      guard head.status.code >= 200 else { return }
      var headers: [String: String] = [:]
      for (name, value) in head.headers { headers[name.lowercased()] = value }
      answer = HTTPGet.Answer(
        status: Int(head.status.code), headers: headers, body: ByteBuffer())
    case .body(var part):
      let size = (answer?.body.readableBytes ?? 0) + part.readableBytes
      guard size <= HTTPGet.bodyBytes else { return promise.fail(HTTPGetError.tooLarge) }
      answer?.body.writeBuffer(&part)
    case .end:
      if let answer { promise.succeed(answer) }
    }
  }

  func channelInactive(context: ChannelHandlerContext) { promise.fail(HTTPGetError.cut) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(HTTPGetError.unreachable("\(error)"))
  }
}
