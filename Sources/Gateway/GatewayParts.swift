import LogStore
import Logging
import Rooms
import Synchronization

/// What every loop and connection of one gateway shares.
struct GatewayParts: Sendable {
  let admission: Admission
  let history: History
  /// For sockets and streams, which read a bounded piece at a time.
  let readers: DiskReaders
  /// For requests, which may fold much of the past: they stand in nobody's way but each other's.
  let pageReaders: DiskReaders
  /// For the past of long ago, on a thread of its own.
  let past = PastReads()
  let doors: Doors
  let counters = Counters()
  /// Rung by commits, answered by the loop that absorbs them.
  let bell = Bell()
  /// Set once the server begins to stop.
  let isStopping = Flag()
  /// Set once its loops are about to end: nothing may be scheduled on them.
  let isGone = Flag()
  let site: Site
  let options: GatewayOptions
  let time: any TimeSource
  let logger: Logger
  /// The log's next offset at the start.
  let startOffset: Int64
}

/// A flag that is raised once, from any thread.
final class Flag: Sendable {
  private let raised = Atomic(false)

  var value: Bool { raised.load(ordering: .relaxed) }

  /// True for the first to raise it.
  @discardableResult
  func raise() -> Bool { !raised.exchange(true, ordering: .relaxed) }
}
