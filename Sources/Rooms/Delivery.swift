package import Chat
package import LogStore

/// The sessions of one event loop: what comes in is parsed and handed to admission once a turn,
/// what was committed goes out to everybody who is up to date, in one sweep.
///
/// A connection is a place in its room's chain of events: the offset of the last one it has. A
/// frame that follows on it is written; anything else is read from segments. So a slow reader
/// costs a number, and nobody misses or repeats an event, whatever its way here.
///
/// Confined to its loop.
package final class Delivery<Sink: SocketSink> {
  let admission: Admission
  let history: History
  let pool: any ReaderPool
  let sink: Sink
  let time: any TimeSource
  private let port: LoopPort
  var connections: [Connection?] = []
  private var freeSlots: [Int32] = []
  private var lastSerial: UInt64 = 0
  /// Slots by room index.
  var members: [[Int32]] = []
  var submissions: [Submission] = []
  /// The log is delivered up to here on this loop.
  var position: Int64
  private(set) var isShutDown = false
  let budgets: Budgets?
  /// Times a connection stopped being read because its budget was used up, not yet taken.
  var pauses = 0
  /// Reads of pages and events that brought nothing, not yet taken.
  var failedReads = FailedReads()
  /// The slow commit that everybody here was told of last; 0: none.
  var toldSlowCommit: Int64 = 0
  /// When the first of ``submissions`` was heard, in monotonic ms.
  var turnTime: Int64 = 0
  /// Time spent on giving commits to readers, not yet taken.
  var deliveringNanoseconds: Int64 = 0

  package init(
    admission: Admission, port: LoopPort, history: History, pool: any ReaderPool, sink: Sink,
    time: any TimeSource
  ) {
    self.admission = admission
    self.port = port
    self.history = history
    self.pool = pool
    self.sink = sink
    self.time = time
    budgets = admission.options.budgets
    position = port.start
  }

  var now: Int64 { time.monotonicNanoseconds / 1_000_000 }

  /// Sockets open on this loop.
  package var count: Int { connections.count - freeSlots.count }

  /// A socket was upgraded; it has ten seconds to say hello.
  ///
  /// - Parameters:
  ///   - grant: what of a burst it may begin with, in nanoseconds; nil: all of it.
  ///   - address: where it comes from.
  package func open(
    room: RoomName, granting grant: Int64? = nil, from address: AddressKey = .unknown
  ) -> Int32 {
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = Int32(connections.count)
      connections.append(nil)
    }
    lastSerial += 1
    let id = ConnectionID(loop: port.index, slot: slot, serial: lastSerial)
    connections[Int(slot)] = Connection(id: id, room: room, address: address, now: now)
    allot(grant, to: slot)
    if isShutDown { close(slot, .shutdown(retry: 1_000)) }
    return slot
  }

  /// The socket is gone, whoever closed it.
  package func closed(_ slot: Int32) {
    guard let connection = connections[Int(slot)] else { return }
    submissions.append(Submission(connection: connection.id, content: .closed))
    if connection.roomIndex >= 0 {
      members[connection.roomIndex].removeAll { $0 == slot }
    }
    connections[Int(slot)] = nil
    freeSlots.append(slot)
  }

  /// Ends a loop's turn: hands in what its sessions said, delivers what waits.
  package func endTurn() {
    handIn()
    pull()
  }

  /// Gives admission what this loop's sessions said since the last time.
  package func handIn() {
    guard !submissions.isEmpty else { return }
    let said = submissions
    submissions = []
    admission.admit(said)
  }

  /// Nanoseconds spent on giving commits to readers since the last call.
  package func takeDeliveringTime() -> Int64 {
    defer { deliveringNanoseconds = 0 }
    return deliveringNanoseconds
  }

  /// Whether something waits to be delivered.
  package var hasParcels: Bool { !port.isEmpty }

  /// Delivers whatever admission has handed to this loop.
  package func pull() {
    let parcels = port.take()
    guard !parcels.isEmpty else { return }
    for parcel in parcels {
      switch parcel {
      case .commit(let commit, let acks): deliver(commit, acks)
      case .notice(let id, let notice):
        guard isCurrent(id) else { continue }
        deliver(notice, to: id.slot)
      case .read(let id, let read):
        guard isCurrent(id) else { continue }
        guard read.hidings == admission.hidings else {
          self.read(for: id, read.body)
          continue
        }
        finish(read.outcome, for: id.slot)
      case .shutdown(let retry):
        isShutDown = true
        // So that not everybody comes back at once: a thousand a second and loop.
        let spread = max(1_000, count)
        for case let connection? in connections {
          let jitter = Int(connection.id.serial &* 7_919 % UInt64(spread))
          close(connection.id.slot, .shutdown(retry: retry + jitter))
        }
      }
    }
    sink.flush()
  }

  private func isCurrent(_ id: ConnectionID) -> Bool {
    connections[Int(id.slot)]?.id == id
  }

  /// Says goodbye with a code and ends the connection.
  func close(_ slot: Int32, _ reason: CloseReason) {
    guard connections[Int(slot)]?.isClosing == false else { return }
    connections[Int(slot)]?.isClosing = true
    _ = sink.write(sink.wire(Frame(reason.byeJSON)), to: slot)
    sink.close(slot, reason)
  }

  func write(_ json: [UInt8], to slot: Int32) {
    write(sink.wire(Frame(json)), to: slot)
  }

  func write(_ wire: Sink.Wire, to slot: Int32) {
    guard connections[Int(slot)]?.isClosing == false else { return }
    if !sink.write(wire, to: slot) { block(slot) }
  }

  func block(_ slot: Int32) {
    guard connections[Int(slot)]?.blockedSince == nil else { return }
    connections[Int(slot)]?.blockedSince = now
  }

  /// Starts a blocking read for a connection; its result comes through the port.
  func read(for id: ConnectionID, _ body: @escaping @Sendable () -> HistoryRead) {
    let (port, admission) = (port, admission)
    pool.run {
      let hidings = admission.hidings
      port.put(.read(id, FinishedRead(outcome: body(), hidings: hidings, body: body)))
    }
  }
}

/// One socket's state on its loop; first what a delivery looks at, to be in one line of the cache.
struct Connection {
  /// The room's last event this client has; −1: none.
  var previous: Int64 = -1
  /// Where a catch-up read goes on.
  var next: Int64 = 0
  var blockedSince: Int64?
  /// Whether `previous` is the newest event delivered on this loop; else it is being caught up.
  var isLive = false
  var isGreeted = false
  var isListening = false
  var isReading = false
  var isReadingPage = false
  /// Admission has enough of it for now: its socket is not read.
  var isPaused = false
  /// It said more than its budget pays for: its socket is not read for a while.
  var isOverBudget = false
  var isClosing = false
  /// Hello was handed in, and welcome has not come.
  var saidHello = false
  let id: ConnectionID
  var heard: Int64
  /// Durable, but its events are not delivered yet.
  var owedAck: Ack?
  /// What it may still say; nil: anything.
  var budget: SessionBudget?
  var roomIndex = -1
  var opened: Int64
  var pinged: Int64
  let room: RoomName
  let address: AddressKey

  /// Whether it has the room's events up to this offset, or wants none.
  func hasEvents(to offset: Int64) -> Bool { !isListening || previous >= offset }

  init(id: ConnectionID, room: RoomName, address: AddressKey, now: Int64) {
    self.id = id
    self.room = room
    self.address = address
    heard = now
    opened = now
    pinged = now
  }
}
