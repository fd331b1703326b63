package import LogStore
import NIOCore
import NIOPosix

/// Kafka's protocol in front of the log: everybody may read, alone or in groups; nobody may write.
package final class KafkaServer: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let loop: NIOLoopBoundBox<KafkaLoop?>
  private let eventLoop: any EventLoop
  private let channels: [any Channel]
  private let offsets: OffsetLog
  private let readers: NIOThreadPool
  private let observation: Observation
  private let tick: RepeatedTask

  /// Connections that the kernel has made and nobody has accepted.
  private static let backlog: Int32 = 128

  package let counts: KafkaCounts
  /// The port that is listened on; the one asked for unless that was 0.
  package let localPort: Int

  /// Opens the port and serves; blocks until it is open.
  ///
  /// Not from an event loop. Throws what is wrong with the address, or with the log of groups.
  package static func start(
    log: Log, options: KafkaOptions, time: any TimeSource = SystemTime()
  ) throws -> KafkaServer {
    let offsets = try OffsetLog(options.groupsPath, time: time)
    let readers = NIOThreadPool(numberOfThreads: options.readers)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      return try KafkaServer(log, options, offsets, readers, group, time: time)
    } catch {
      offsets.close()
      try? readers.syncShutdownGracefully()
      try? group.syncShutdownGracefully()
      throw error
    }
  }

  private init(
    _ log: Log, _ options: KafkaOptions, _ offsets: OffsetLog, _ readers: NIOThreadPool,
    _ group: MultiThreadedEventLoopGroup, time: any TimeSource
  ) throws {
    readers.start()
    let eventLoop = group.next()
    let counts = KafkaCounts()
    let loop = try eventLoop.submit {
      NIOLoopBoundBox<KafkaLoop?>(
        KafkaLoop(eventLoop, options, log, offsets, readers, counts, time: time),
        eventLoop: eventLoop)
    }.wait()
    (self.group, self.eventLoop, self.loop) = (group, eventLoop, loop)
    (self.offsets, self.readers, self.counts) = (offsets, readers, counts)
    channels = try Self.listen(options, group, loop)
    localPort = channels[0].localAddress?.port ?? options.port
    let bell = Bell()
    observation = log.observe {
      guard bell.ring() else { return }
      eventLoop.execute {
        bell.answer()
        loop.value?.absorb()
      }
    }
    tick = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
      loop.value?.tick()
    }
  }

  /// One channel for each address of the host: clients that are told `localhost` try ::1 first.
  private static func listen(
    _ options: KafkaOptions, _ group: MultiThreadedEventLoopGroup,
    _ loop: NIOLoopBoundBox<KafkaLoop?>
  ) throws -> [any Channel] {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let loop = loop.value else { throw ChannelError.eof }
          let decoder = FrameDecoder(requestBytesMost: loop.options.requestBytesMost)
          try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(decoder, maximumBufferSize: loop.options.requestBytesMost + 4),
            KafkaConnection(loop),
          ])
        }
      }
    let first = try bootstrap.bind(host: options.host, port: options.port).wait()
    guard options.host == "localhost", let port = first.localAddress?.port else { return [first] }
    let other = first.localAddress?.ipAddress == "::1" ? "127.0.0.1" : "::1"
    // A machine without IPv6 has one address only.
    return [first] + [try? bootstrap.bind(host: other, port: port).wait()].compactMap { $0 }
  }

  /// Ends every connection and writes what groups have said.
  ///
  /// Blocks; not from an event loop.
  package func stop() {
    observation.cancel()
    tick.cancel()
    for channel in channels { try? channel.close().wait() }
    try? eventLoop.submit { [loop] in loop.value?.stop() }.wait()
    try? readers.syncShutdownGracefully()
    offsets.close()
    try? eventLoop.submit { [loop] in loop.value = nil }.wait()
    try? group.syncShutdownGracefully()
  }
}
