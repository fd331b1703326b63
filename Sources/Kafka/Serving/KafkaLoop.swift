import LogStore
import NIOCore
import NIOPosix

/// The listener's one loop: its connections, its groups, and the fetches that wait.
///
/// Everything here happens on the loop, but for what reads the disk or waits for it.
final class KafkaLoop {
  let eventLoop: any EventLoop
  let options: KafkaOptions
  let log: Log
  let counts: KafkaCounts
  let offsets: OffsetLog
  let readers: NIOThreadPool
  private let time: any TimeSource
  var groups: GroupCoordinator
  private var connections: [ObjectIdentifier: KafkaConnection] = [:]
  var fetches: [Ticket: WaitingFetch] = [:]
  /// Who waits for a group, and which.
  var members: [Ticket: (connection: KafkaConnection, correlation: Int32, group: String)] =
    [:]
  private var lastTicket: Ticket = 0
  private(set) var isStopping = false

  init(
    _ eventLoop: any EventLoop, _ options: KafkaOptions, _ log: Log, _ offsets: OffsetLog,
    _ readers: NIOThreadPool, _ counts: KafkaCounts, time: any TimeSource
  ) {
    self.eventLoop = eventLoop
    self.options = options
    self.log = log
    self.offsets = offsets
    self.readers = readers
    self.counts = counts
    self.time = time
    groups = GroupCoordinator(options: options.groups) { Self.randomID() }
    for (group, place) in offsets.all { groups.committed(place, by: group) }
  }

  /// 128 random bits in hexadecimal digits.
  private static func randomID() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Milliseconds of a clock that never goes back.
  var now: Int64 { time.monotonicNanoseconds / 1_000_000 }
  var wall: Int64 { time.wallMilliseconds }

  /// The log's first epoch: as old as the log, and no other log's.
  var clusterID: String { log.state.epochs[0].id }

  // MARK: connections

  /// Whether there is room for one more.
  func accept(_ connection: KafkaConnection) -> Bool {
    guard !isStopping, connections.count < options.connections else {
      counts.countRefusal()
      options.report("kafka: more than \(options.connections) connections: one was closed")
      return false
    }
    connections[ObjectIdentifier(connection)] = connection
    counts.hasConnections(connections.count)
    return true
  }

  func ended(_ connection: KafkaConnection) {
    connections[ObjectIdentifier(connection)] = nil
    counts.hasConnections(connections.count)
    for (ticket, fetch) in fetches where fetch.connection === connection { forget(ticket) }
    for (ticket, member) in members where member.connection === connection {
      members[ticket] = nil
      settle(groups.cancel(ticket, in: member.group, now: now))
    }
  }

  /// Every second: the silent are gone, those who do not take their answers too.
  func tick() {
    settle(groups.pass(now: now))
    for group in groups.expired(wall: wall) { forget(group: group) }
    for connection in connections.values { connection.tick() }
    let groups = groups.groups
    counts.has(
      KafkaCounts.Present(
        groups: groups.count, members: groups.values.reduce(0) { $0 + $1.members.count },
        fetches: fetches.count))
  }

  func stop() {
    isStopping = true
    for connection in connections.values { connection.close() }
  }

  func ticket() -> Ticket {
    lastTicket += 1
    return lastTicket
  }
}
