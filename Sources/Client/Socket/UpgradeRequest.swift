internal import NIOCore
internal import NIOHTTP1

/// Asks for the upgrade once connected, and hears of it only when the server says no.
final class UpgradeRequest: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  static let name = "upgrade request"

  private let host: String
  private let path: String
  private let connection: WebSocketConnection

  init(host: String, path: String, connection: WebSocketConnection) {
    self.host = host
    self.path = path
    self.connection = connection
  }

  func channelActive(context: ChannelHandlerContext) {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
    head.headers.add(name: "Host", value: host)
    head.headers.add(name: "Sec-WebSocket-Protocol", value: WebSocketConnection.subprotocol)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) {
      connection.finish(.refused(status: Int(head.status.code)))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection.finish(.cut)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection.finish(.broken("\(error)"))
  }
}
