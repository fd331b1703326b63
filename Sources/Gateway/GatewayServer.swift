internal import Glibc
package import LogStore
package import Logging
import NIOCore
import NIOPosix
package import Rooms

/// The network's edge: one port, N event loops, every page, transcript and socket.
///
/// It drives admission: the first loop absorbs what the log commits and lets time pass there.
package final class GatewayServer: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let parts: GatewayParts
  private let loops: [LoopHandle]
  private let channel: any Channel
  private let observation: Observation
  private let ticks: [RepeatedTask]

  /// Milliseconds between two looks of admission at the time.
  private static let admissionTickMilliseconds: Int64 = 250
  /// Connections that the kernel has made and nobody has accepted.
  private static let backlog: Int32 = 4_096
  /// TCP_NOTSENT_LOWAT of <netinet/tcp.h>.
  private static let unsentBytesOption = NIOBSDSocket.Option(rawValue: 25)
  /// Bytes the kernel takes for a client that it has not sent: left to itself it takes megabytes,
  /// and the sweep goes on writing to somebody who does not read.
  private static let unsentBytes = 128 * 1_024
  /// Milliseconds that what was said gets to become durable and be acknowledged, at the end.
  private static let settlingMilliseconds: Int64 = 1_000

  /// The port that is listened on; the one asked for unless that was 0.
  package let localPort: Int

  /// Opens the port and serves; blocks until it is open.
  ///
  /// Not from an event loop.
  package static func start(
    admission: Admission, history: History, options: GatewayOptions,
    time: any TimeSource = SystemTime(), logger: Logger
  ) throws(StartError) -> GatewayServer {
    let parts = GatewayParts(
      admission: admission, history: history, readers: DiskReaders(count: options.readers),
      pageReaders: DiskReaders(count: options.pageReaders),
      doors: Doors(options, admission.options.budgets, time: time, logger: logger),
      site: Site(record: PublicRecord(admission: admission, history: history)), options: options,
      time: time, logger: logger, startOffset: admission.log.state.next)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: options.loops ?? System.coreCount)
    do {
      return try GatewayServer(parts, group)
    } catch {
      parts.readers.stop()
      parts.pageReaders.stop()
      parts.past.stop()
      try? group.syncShutdownGracefully()
      throw StartError(error, options.listen)
    }
  }

  private init(_ parts: GatewayParts, _ group: MultiThreadedEventLoopGroup) throws {
    self.parts = parts
    self.group = group
    let loops = try group.makeIterator().map { try LoopHandle.make(on: $0, parts).wait() }
    self.loops = loops
    try loops[0].rehearse().wait()
    // First, because it may fail: whoever is called back from here on must find the loops running.
    channel = try Self.listen(parts.options.listen, group, loops, parts.logger).wait()
    localPort = channel.localAddress?.port ?? parts.options.listen.port
    let home = loops[0].eventLoop
    let admission = parts.admission
    let first = loops[0]
    observation = admission.log.observe {
      guard !parts.isGone.value, parts.bell.ring() else { return }
      first.absorbSoon()
    }
    var ticks = [
      home.scheduleRepeatedTask(
        initialDelay: .zero, delay: .milliseconds(Self.admissionTickMilliseconds)
      ) { _ in admission.tick() }
    ]
    ticks += loops.map { $0.tickEverySecond() }
    self.ticks = ticks
    // What was committed before the first observation.
    home.execute { admission.absorb() }
    parts.logger.info(
      "listening", metadata: ["port": "\(localPort)", "loops": "\(loops.count)"])
  }

  private static func listen(
    _ address: ListenAddress, _ group: MultiThreadedEventLoopGroup, _ loops: [LoopHandle],
    _ logger: Logger
  ) -> EventLoopFuture<any Channel> {
    ServerBootstrap(group: group)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let patience = AcceptPatience(logger)
          try channel.pipeline.syncOperations.addHandler(patience)
        }
      }
      .serverChannelOption(.backlog, value: backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.tcpOption(unsentBytesOption), value: unsentBytes)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let loop = loops.first { $0.eventLoop === channel.eventLoop }
          guard let loop else { throw ChannelError.operationUnsupported }
          try loop.accept(channel)
        }
      }
      .bind(host: address.host, port: address.port)
  }

  /// Says goodbye to everybody, ends every connection within `goodbyeMilliseconds`, and stops.
  ///
  /// Blocks; not from an event loop. A second call does nothing. The log stays open: close it
  /// afterwards.
  package func stop(retryMilliseconds: Int = 1_000) {
    guard parts.isStopping.raise() else { return }
    parts.logger.info("stopping", metadata: ["connections": "\(parts.counters.total.open)"])
    try? channel.close().wait()
    parts.admission.endAdmission()
    settle()
    parts.admission.shutDown(retryMilliseconds: retryMilliseconds)
    let home = loops[0].eventLoop
    let ended = EventLoopFuture.andAllComplete(loops.map { $0.beginStopping() }, on: home)
    let bound = home.makePromise(of: Void.self)
    ended.cascade(to: bound)
    let patience = TimeAmount.milliseconds(parts.options.goodbyeMilliseconds)
    let late = home.scheduleTask(in: patience) { bound.succeed() }
    try? bound.futureResult.wait()
    late.cancel()
    observation.cancel()
    for tick in ticks { tick.cancel() }
    parts.isGone.raise()
    try? EventLoopFuture.andAllComplete(loops.map { $0.closeEverything() }, on: home).wait()
    parts.readers.stop()
    parts.pageReaders.stop()
    parts.past.stop()
    try? group.syncShutdownGracefully()
  }
}

extension GatewayServer {
  /// Waits until all that was admitted is durable and handed to the loops; not for a disk that
  /// takes longer than ``settlingMilliseconds``.
  private func settle() {
    let deadline = NIODeadline.now() + .milliseconds(Self.settlingMilliseconds)
    while NIODeadline.now() < deadline {
      parts.admission.absorb()
      if parts.admission.isSettled { return }
      usleep(1_000)
    }
  }
}
