package import Chat
package import LogStore
package import Projector
internal import Synchronization

/// The one serial owner between every writer and the log.
///
/// Sessions, the model and the operator hand in what they want to say; it decides against the
/// committed state and all that is submitted but not yet committed, and queues what passes. What
/// the log commits it folds, encodes once per room and hands to the loops. All of it happens under
/// one lock, an array a time, so that order is one order.
package final class Admission: Sendable {
  private let core: Mutex<AdmissionCore>
  private let hidingCount: HidingCount
  package let options: RoomsOptions
  package let log: any EventLog

  /// Starts on an opened log: folds what the log holds (from `checkpoint`, if there is one) and
  /// records `server.started`.
  package init(
    log: any EventLog, options: RoomsOptions, checkpoint: Checkpoint? = nil,
    time: any TimeSource, random: any RandomNumberGenerator & Sendable
  ) throws(ReadError) {
    self.log = log
    self.options = options
    var core = AdmissionCore(log: log, options: options, time: time, random: random)
    try core.start(from: checkpoint)
    hidingCount = core.hidings
    self.core = Mutex(core)
  }

  /// Gives a loop its port; `wake` is called from any thread when parcels wait in it.
  package func attachLoop(wake: @escaping @Sendable () -> Void) -> LoopPort {
    core.withLock { $0.attachLoop(wake: wake) }
  }

  /// Admits what a loop's sessions said in one turn, in order.
  package func admit(_ submissions: [Submission]) {
    core.withLock { $0.admit(submissions) }
  }

  /// Folds and hands out what the log has committed since the last call.
  package func absorb() {
    core.withLock { $0.absorb() }
  }

  /// Lets time pass: typing that stopped, people who did not come back.
  ///
  /// Call it a few times a second.
  package func tick() {
    core.withLock { $0.tick() }
  }

  /// Nothing is admitted from now on; what was is still written and acknowledged.
  package func endAdmission() {
    core.withLock { $0.isOpen = false }
  }

  /// What happened here since the start.
  package var counts: AdmissionCounts { core.withLock { $0.counts } }

  /// Tells every loop to say goodbye; nothing is admitted from then on.
  package func shutDown(retryMilliseconds: Int) {
    core.withLock { $0.shutDown(retryMilliseconds: retryMilliseconds) }
  }

  /// The committed state and the log's epoch it belongs to: an immutable copy.
  package var committed: (projection: Projection, epoch: String) {
    core.withLock { ($0.committed, $0.log.state.epoch.id) }
  }

  /// Whether everything admitted is committed and folded.
  package var isSettled: Bool {
    core.withLock { $0.ahead.next == $0.committed.next && $0.unsubmitted.isEmpty }
  }

  /// The room's committed state; nil if nothing ever happened there.
  package func state(of room: RoomName) -> RoomState? {
    core.withLock { $0.committed[room] }
  }

  /// Writes an act of the operator; `answer` is called once what became of it is known, quickly and
  /// without asking anything here.
  package func perform(
    _ act: OperatorAct, in room: RoomName, answer: @escaping @Sendable (ActOutcome) -> Void
  ) {
    core.withLock { $0.perform(act, in: room, answer: answer) }
  }

  /// What of a room the public reads no more; nil: nothing is hidden there.
  package func mask(of room: RoomName) -> RoomMask? {
    core.withLock { core in core.committed.rooms[room].flatMap { core.masks[$0] } }
  }

  /// How the public sees a room now.
  func form(for room: RoomName) -> PublicForm { options.form.masked(by: mask(of: room)) }

  /// Rises with each hiding: what was read before the rise must not be shown after it.
  var hidings: UInt64 { hidingCount.value }

  /// Exchanges the words that are not taken; drafts that hold one already stand until their next
  /// edit near it, or until they are sent.
  package func take(_ filter: WordFilter?) {
    core.withLock { $0.filter = filter }
  }

  /// Edits and messages refused for a word since the start.
  package var filteredCount: Int64 { core.withLock { $0.filteredCount } }

  /// Whether this room may be entered.
  package func opens(_ room: RoomName) -> Bool {
    core.withLock { $0.opens(room) }
  }

  /// Whether nothing ever happened in this room, and somebody's wish alone would make it: the lobby
  /// is always there, and so are the rooms of a closed set.
  package func isNew(_ room: RoomName) -> Bool {
    guard room != .lobby, options.closedSet == nil else { return false }
    return core.withLock { ($0.committed[room]?.lastOffset ?? -1) < 0 }
  }

  /// A projection to be saved as a checkpoint, if enough has happened since the last one.
  package func checkpointDue() -> Checkpoint? {
    core.withLock { $0.checkpointDue() }
  }
}

extension Admission: Admitting {
  package func propose(_ events: [Event], in room: RoomName) -> Proposal {
    core.withLock { $0.propose(events, in: room) }
  }

  package func reserveReply(to messages: [Int64]) -> ReplyReservation {
    core.withLock { $0.reserveReply(to: messages) }
  }
}

/// One message of one connection, as a loop hands it in.
package struct Submission: Sendable {
  let connection: ConnectionID
  let content: Content

  enum Content: Sendable {
    /// The first message, the room of the connection's URL, and where it comes from.
    case hello(Hello, room: RoomName, from: AddressKey)
    case message(ClientMessage)
    /// The socket is gone.
    case closed
  }
}
