import NIOCore
import NIOHTTP1

/// The handlers that turn a connection's bytes into requests and back.
///
/// NIO's own upgrade looks only at a connection's first request; a proxy that keeps connections to
/// us may send one later. So the handlers stand here by name, to be taken away at any request.
struct HTTPLayers {
  private let encoder = HTTPResponseEncoder()
  private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
  private let order = HTTPServerPipelineHandler()
  private let validator = NIOHTTPResponseHeadersValidator()
  private let faults = RequestFaults()

  init(limits: NIOHTTPDecoderLimitConfiguration) {
    decoder = ByteToMessageHandler(
      HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
  }

  func add(to channel: any Channel) throws {
    let handlers: [any ChannelHandler] = [encoder, decoder, order, validator, faults]
    try channel.pipeline.syncOperations.addHandlers(handlers)
  }

  /// Puts `next` where the requests came from; it gets what the client sent behind its request.
  ///
  /// The decoder goes last: it is in the middle of a request and hands over its bytes after that.
  func give(
    way next: any ChannelHandler, in context: ChannelHandlerContext,
    removing last: any RemovableChannelHandler
  ) throws {
    let pipeline = context.pipeline.syncOperations
    let others: [any RemovableChannelHandler] = [encoder, order, validator, faults, last]
    for handler in others { pipeline.removeHandler(handler, promise: nil) }
    try pipeline.addHandler(next, position: .after(decoder))
    pipeline.removeHandler(decoder, promise: nil)
  }
}
