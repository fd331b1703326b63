import Logging
import NIOCore

/// Out of descriptors, a listening socket rests for a second instead of failing again and again.
final class AcceptPatience: ChannelInboundHandler {
  typealias InboundIn = any Channel

  private static let pause = TimeAmount.seconds(1)
  private let logger: Logger
  private var isResting = false

  init(_ logger: Logger) { self.logger = logger }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is IOError else { return context.fireErrorCaught(error) }
    guard !isResting else { return }
    isResting = true
    logger.warning("cannot accept", metadata: ["error": "\(error)"])
    let channel = context.channel
    try? channel.syncOptions?.setOption(.autoRead, value: false)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
      self.isResting = false
      try? channel.syncOptions?.setOption(.autoRead, value: true)
    }
  }
}
