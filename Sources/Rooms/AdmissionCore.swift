import Chat
import LogStore
import Projector

/// Admission's state machine: messages and time in; records for the log and parcels for loops out.
///
/// Two folds of one type: `committed` is what is durable, `ahead` is that and all that was
/// submitted since. Decisions are made against `ahead`. When the log refuses, `ahead` becomes
/// `committed` again under a new generation, so nothing decided on a discarded state is written.
struct AdmissionCore {
  let log: any EventLog
  let options: RoomsOptions
  let time: any TimeSource
  var random: any RandomNumberGenerator & Sendable

  var committed = Projection()
  var ahead = Projection()
  var generation: UInt64 = 0
  var tail: Tail
  /// Decided and folded into `ahead`, not yet taken by the log's queue.
  var unsubmitted: [Record] = []
  /// The log's queue took not all of it.
  var isBackedUp = false

  var ports: [LoopPort] = []
  var connections: [ConnectionID: Attached] = [:]
  /// Connections in each room that has any.
  var occupants: [Int: Int] = [:]
  var seats: [SeatKey: Seat] = [:]
  var presences: [PersonKey: Presence] = [:]
  /// Connections whose welcome waits for an offset to be durable.
  var awaiting: [(offset: Int64, connection: ConnectionID)] = []
  /// The newest snapshots of each room, shared by all who come at the same state.
  var snapshots: [Int: [CachedSnapshot]] = [:]
  var counts = AdmissionCounts()

  /// What is hidden, by room index; only rooms in which anything is.
  var masks: [Int: RoomMask] = [:]
  let hidings = HidingCount()
  /// Who wants which reply to end, and how often they wanted that.
  var stops = StopRequests()
  /// From which address messages came, and how many replies it has had.
  var askers = AskerBudget()
  /// Acts that somebody waits for, not durable yet.
  var acts: [PendingAct] = []
  /// When somebody's last message in a slow room was admitted, in monotonic ms.
  var sends: [PersonKey: Int64] = [:]
  /// The words that are not taken here; nil: any are.
  var filter: WordFilter?
  /// Edits and messages refused for a word since the start.
  var filteredCount: Int64 = 0

  var isOpen = true
  var reportedClockStep = false
  var lastCheckpoint: Int64 = 0

  init(
    log: any EventLog, options: RoomsOptions, time: any TimeSource,
    random: any RandomNumberGenerator & Sendable
  ) {
    self.log = log
    self.options = options
    self.time = time
    self.random = random
    filter = options.filter
    tail = log.tail(from: log.state.start)
  }

  /// The time as long as one array of messages is being admitted: they came together.
  var moment: (monotonic: Int64, wall: Int64)?

  /// Monotonic milliseconds; deadlines are kept in these.
  var now: Int64 { moment?.monotonic ?? time.monotonicNanoseconds / 1_000_000 }

  var wallNow: Int64 { moment?.wall ?? time.wallMilliseconds }
}

/// A connection that has said hello.
struct Attached {
  let room: Int
  let roomName: RoomName
  /// What its hello asked for.
  let listens: Bool
  let last: Int
  var from: String?
  let address: AddressKey
  /// Nil for one who only watches.
  var seat: SeatKey?
  /// The resume token to give back in `welcome`; only in memory, only until then.
  var token = ""
  var isWelcome = false
  var isPaused = false

  init(room: Int, roomName: RoomName, hello: Hello, address: AddressKey) {
    self.room = room
    self.address = address
    self.roomName = roomName
    listens = hello.listen
    last = hello.last
    from = hello.from
  }
}

struct PersonKey: Hashable {
  let room: Int
  let by: ParticipantID
}

struct SeatKey: Hashable {
  let room: Int
  let by: ParticipantID
  let session: SessionID

  // Most people are in one room, so that one is compared and not hashed.
  func hash(into hasher: inout Hasher) { sessionKey.hash(into: &hasher) }

  var person: PersonKey { PersonKey(room: room, by: by) }
  var sessionKey: SessionKey { SessionKey(by, session) }
}

/// A session that is here, or was a moment ago.
struct Seat {
  var connection: ConnectionID?
  /// Without a connection: when grace ends, in monotonic ms.
  var graceEnds: Int64?
  /// When typing counts as stopped.
  var typingEnds: Int64?
  var visibility: Visibility?
  /// After a refusal: drop what comes until the expected `seq` does.
  var isDropping = false
  /// An older `seq` that was durable: those up to it need not be counted.
  var durableSeq: Int64 = 0
  /// The draft that would have held a word of the filter: none of its edits is taken any more.
  var filteredDraft: Int64 = 0
}

/// A participant as long as any of their sessions is here.
struct Presence {
  var seats = 0
  /// Without seats: when they count as gone.
  var graceEnds: Int64?
}

/// A room's snapshot: good until something happens in that room.
struct CachedSnapshot {
  /// Where delivery behind it begins; what came since is of other rooms.
  let next: Cursor
  /// The items asked for.
  let last: Int
  let frame: Frame
}

extension AdmissionCore {
  /// Folds the log from a checkpoint or its start, gives everybody present their grace, and records
  /// that the server started.
  mutating func start(from checkpoint: Checkpoint?) throws(ReadError) {
    let state = log.state
    let first = max(checkpoint?.projection.next ?? state.start, state.start)
    committed = checkpoint?.projection ?? Projection(next: state.start)
    var projection = committed
    try log.scan(from: first, to: nil) { record in
      projection.apply(record)
      return .advance
    }
    committed = projection
    ahead = projection
    tail = log.tail(from: committed.next)
    lastCheckpoint = committed.next
    generation = state.refusedGeneration + 1
    makeMasks()
    giveGrace()
    append(
      .serverStarted(version: options.version, epoch: state.epoch.id), room: nil, clientTime: nil)
    submit()
  }

  /// Everybody the log says is here may come back as if nothing had happened.
  private mutating func giveGrace() {
    let deadline = now + Limits.graceMilliseconds
    for (room, state) in committed.states.enumerated() {
      for (by, person) in state.present {
        let key = PersonKey(room: room, by: by)
        presences[key] = Presence(seats: 0, graceEnds: deadline)
        for session in person.sessions where state.session(SessionKey(by, session))?.isOpen == true
        {
          seats[SeatKey(room: room, by: by, session: session)] = Seat(graceEnds: deadline)
          presences[key]?.seats += 1
        }
      }
    }
  }

  mutating func attachLoop(wake: @escaping @Sendable () -> Void) -> LoopPort {
    let port = LoopPort(index: Int32(ports.count), start: committed.next, wake: wake)
    ports.append(port)
    return port
  }

  /// Whether a room may be entered: one of the closed set; or one that somebody is in; or any, as
  /// long as fewer than ``Limits/rooms`` have somebody in them and as few were only looked into.
  func opens(_ room: RoomName) -> Bool {
    if let closed = options.closedSet { return closed.contains(room) }
    let index = committed.rooms[room]
    if let index, occupants[index] != nil { return true }
    guard occupants.count < Limits.rooms else { return false }
    if let index, committed.states[index].lastOffset >= 0 { return true }
    return committed.states.count { $0.lastOffset < 0 } < Limits.rooms
  }

  /// A connection that said hello is in its room from now on.
  mutating func attach(_ attached: Attached, _ connection: ConnectionID) {
    connections[connection] = attached
    occupants[attached.room, default: 0] += 1
  }

  /// It is no longer; returns what it was.
  @discardableResult
  mutating func detach(_ connection: ConnectionID) -> Attached? {
    guard let attached = connections.removeValue(forKey: connection) else { return nil }
    let left = occupants[attached.room, default: 1] - 1
    occupants[attached.room] = left > 0 ? left : nil
    return attached
  }

  /// The index of a room, the same in both folds.
  mutating func roomIndex(_ room: RoomName) -> Int {
    let index = committed.index(of: room)
    let mirrored = ahead.index(of: room)
    precondition(index == mirrored, "both folds number rooms alike")
    return index
  }

  func tell(_ connection: ConnectionID, _ notice: Notice) {
    ports[Int(connection.loop)].put(.notice(connection, notice))
  }

  /// Decides an event: folds it into `ahead` at the offset it will get, and queues its record.
  ///
  /// - Parameter clientTime: kept in the header `t` as eight bytes, big-endian, as Kafka's
  ///   LongSerializer writes them: of text, more changes from key to key than LZ4 can make up for.
  mutating func append(_ event: Event, room: RoomName?, clientTime: Int64?) {
    queue(event, room: room, clientTime: clientTime)
    ahead.apply(event, in: room, offset: ahead.next, time: wallNow)
  }

  /// The same where the room's index is known.
  mutating func append(_ event: Event, room: RoomName, at index: Int, clientTime: Int64?) {
    queue(event, room: room, clientTime: clientTime)
    ahead.apply(event, at: index, offset: ahead.next, time: wallNow)
  }

  private mutating func queue(_ event: Event, room: RoomName?, clientTime: Int64?) {
    var headers: [RecordHeader] = []
    if let clientTime {
      let bytes = withUnsafeBytes(of: clientTime.bigEndian) { [UInt8]($0) }
      headers = [RecordHeader(name: [UInt8(ascii: "t")], value: bytes)]
    }
    unsubmitted.append(
      Record(key: room?.key, value: event.canonicalJSON, headers: headers))
  }

  /// Records handed to the log's queue at a time.
  private static let recordsAtOnce = 4_096

  /// Hands what was decided to the log.
  ///
  /// What a full queue does not take waits for the next commit; it is bounded by what sessions may
  /// have unacknowledged.
  mutating func submit() {
    while !unsubmitted.isEmpty {
      let slice =
        unsubmitted.count > Self.recordsAtOnce
        ? Array(unsubmitted.prefix(Self.recordsAtOnce)) : unsubmitted
      do {
        let first = try log.submit(slice, generation: generation)
        precondition(
          first == ahead.next - Int64(unsubmitted.count), "offsets are as admission foresaw them")
        unsubmitted.removeFirst(slice.count)
      } catch AppendError.full {
        isBackedUp = true
        return
      } catch {
        discardPending()
      }
    }
    isBackedUp = false
  }
}
