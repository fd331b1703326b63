internal import NIOCore
internal import NIOWebSocket

/// Joins fragments into messages, bounded; answers pings and closes.
final class FrameReader: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame

  private let connection: WebSocketConnection
  /// A text message of which the last fragment is still to come.
  private var unfinished: ByteBuffer?

  init(connection: WebSocketConnection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    guard frame.maskKey == nil else { return connection.finish(.broken("a masked frame")) }
    switch frame.opcode {
    case .text:
      guard unfinished == nil else { return connection.finish(.broken("a message in a message")) }
      take(frame.data, isLast: frame.fin)
    case .continuation:
      guard var text = unfinished else {
        return connection.finish(.broken("a fragment of nothing"))
      }
      unfinished = nil
      guard text.readableBytes + frame.data.readableBytes <= WebSocketConnection.messageBytes
      else {
        return connection.finish(.broken("a message too large"))
      }
      var more = frame.data
      text.writeBuffer(&more)
      take(text, isLast: frame.fin)
    case .ping: connection.answer(ping: frame.data)
    case .pong: break
    case .connectionClose:
      var bytes = frame.data
      let code = bytes.readWebSocketErrorCode()
      connection.answerClose(code, code == nil ? ByteBuffer() : frame.data)
    default: connection.finish(.broken("a frame of kind \(frame.opcode)"))
    }
  }

  private func take(_ text: ByteBuffer, isLast: Bool) {
    if isLast {
      connection.deliver(text)
    } else {
      unfinished = text
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection.finish(.cut)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection.finish(error is IOError ? .cut : .broken("\(error)"))
  }
}
