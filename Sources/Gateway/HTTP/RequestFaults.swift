import NIOCore
import NIOHTTP1

/// Answers what is no request, or too large a one, in words; the decoder then ends the connection.
final class RequestFaults: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// An answer has begun: another cannot be put between.
  private var isAnswering = false

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head): isAnswering = head.status.code >= 200
    case .body: break
    case .end: isAnswering = false
    }
    context.write(data, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let fault = error as? HTTPParserError, !isAnswering { answer(fault, context) }
    context.fireErrorCaught(error)
  }

  private func answer(_ fault: HTTPParserError, _ context: ChannelHandlerContext) {
    let answer =
      fault == .headerOverflow
      ? Answer.refusal(
        .requestHeaderFieldsTooLarge,
        "the address and each header have at most 8 KiB, all 16 KiB, in 64 headers")
      : Answer.refusal(.badRequest, "that is no HTTP/1.1 request")
    var headers = answer.headers
    headers.add(name: "Content-Length", value: String(answer.body.count))
    headers.add(name: "Connection", value: "close")
    let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    let body = context.channel.allocator.buffer(bytes: answer.body)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
