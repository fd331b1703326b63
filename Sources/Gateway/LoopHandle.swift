import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Rooms

/// A loop as others hold it: everything is passed onto the loop first.
struct LoopHandle: Sendable {
  let eventLoop: any EventLoop
  private let loop: NIOLoopBoundBox<GatewayLoop?>

  /// The loop's share, made on the loop and attached to admission.
  static func make(
    on eventLoop: any EventLoop, _ gateway: GatewayParts
  ) -> EventLoopFuture<LoopHandle> {
    eventLoop.submit {
      let box = NIOLoopBoundBox<GatewayLoop?>(nil, eventLoop: eventLoop)
      let port = gateway.admission.attachLoop {
        guard !gateway.isGone.value else { return }
        eventLoop.execute { box.value?.sweepSoon() }
      }
      box.value = GatewayLoop(eventLoop: eventLoop, gateway: gateway, port: port)
      return LoopHandle(eventLoop: eventLoop, loop: box)
    }
  }

  /// The log has committed.
  ///
  /// From any thread.
  func absorbSoon() {
    eventLoop.execute { [loop] in loop.value?.absorbSoon() }
  }

  func tickEverySecond() -> RepeatedTask {
    eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [loop] _ in
      loop.value?.tick()
    }
  }

  /// Makes all that a connection is made of once, before there is any.
  ///
  /// The runtime of Swift 6.3 on Linux may crash when two threads are the first to need one generic
  /// type at the same moment, as two loops are with the first two connections: about once in 1,000
  /// starts. Here one of them is the first, alone.
  func rehearse() -> EventLoopFuture<Void> {
    var ends: [CInt] = [-1, -1]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
      return eventLoop.makeFailedFuture(IOError(errnoCode: errno, reason: "socketpair"))
    }
    let far = ends[1]
    return ClientBootstrap(group: eventLoop)
      .channelInitializer { [loop, eventLoop] channel in
        eventLoop.makeCompletedFuture {
          guard let loop = loop.value else { throw ChannelError.eof }
          try WebConnection.prepare(channel, loop)
        }
      }
      .withConnectedSocket(ends[0])
      .flatMap { $0.close() }
      .always { _ in close(far) }
  }

  /// Makes an accepted connection speak HTTP.
  ///
  /// On the loop.
  func accept(_ channel: any Channel) throws {
    guard let loop = loop.value else { throw ChannelError.eof }
    guard let entry = loop.gateway.doors.accept(NetworkAddress(channel.remoteAddress)) else {
      return try channel.pipeline.syncOperations.addHandler(TurnAway())
    }
    channel.closeFuture.assumeIsolated().whenComplete { [gateway = loop.gateway] _ in
      gateway.doors.ended(entry)
    }
    try WebConnection.prepare(channel, loop)
    loop.accepted(channel)
  }

  func beginStopping() -> EventLoopFuture<Void> {
    eventLoop.flatSubmit { [loop, eventLoop] in
      loop.value?.beginStopping() ?? eventLoop.makeSucceededVoidFuture()
    }
  }

  /// Ends what is left, and with it the ties between the loop and this handle.
  func closeEverything() -> EventLoopFuture<Void> {
    eventLoop.submit { [loop] in
      loop.value?.closeEverything()
      loop.value = nil
    }
  }
}
