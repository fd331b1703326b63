import NIOCore

/// Tells a connection that there are too many, and ends it, whatever it says.
final class TurnAway: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let answer: [UInt8] = Array(
    """
    HTTP/1.1 503 Service Unavailable\r
    Content-Type: text/plain; charset=utf-8\r
    Content-Length: 54\r
    Retry-After: 10\r
    Connection: close\r
    \r
    too_many_connections: come back when some have ended.

    """.utf8)

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(bytes: Self.answer)), promise: nil)
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
