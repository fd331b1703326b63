internal import Chat
internal import Logging
internal import LogStore
internal import Rooms

/// The companion without its thread: events and time in, proposals and requests out.
///
/// It learns of the world only through ``observe(_:in:offset:time:)``, fed from a tail of the log,
/// and acts only in ``step(_:)``. A reply is asked for when its own `reply.started` came back from
/// the log; every word it writes goes the same way.
final class Participation {
  /// Rooms remembered; past it those where nobody is are forgotten, the quietest first.
  static let roomsKept = 4_096

  let options: CompanionOptions
  let rooms: any Admitting
  let models: [any LanguageModel]
  let time: any TimeSource
  /// The log's refused generation, now.
  let refusedGeneration: () -> UInt64
  let logger: Logger
  let turns: TurnTaking

  var seats: [RoomName: Seat] = [:]
  /// Rooms that want a look at the next step.
  var active: Set<RoomName> = []
  var callRooms: [Int: RoomName] = [:]
  private var budget: Budget
  private var nextCall = 0
  private var lastTime: Int64 = 0
  private var isLive = false
  private var isClosing = false

  init(
    options: CompanionOptions, rooms: any Admitting, models: [any LanguageModel],
    time: any TimeSource, refusedGeneration: @escaping () -> UInt64,
    from recollection: Recollection = Recollection(),
    logger: Logger = Logger(label: "verbatim.companion")
  ) {
    precondition(models.count == options.providers.count, "one model a provider")
    self.options = options
    self.rooms = rooms
    self.models = models
    self.time = time
    self.refusedGeneration = refusedGeneration
    self.logger = logger
    turns = TurnTaking(
      instructions: options.instructions, contextTokens: options.contextTokens)
    seats = recollection.conversations.mapValues { Seat(conversation: $0) }
    budget = Budget(
      perMinute: options.repliesPerMinute, perDay: options.repliesPerDay,
      perRoomDay: options.repliesPerRoomDay, starts: recollection.starts)
    lastTime = recollection.starts.last ?? 0
  }

  /// Takes one committed event; `time` in milliseconds since 1970.
  func observe(_ event: Event, in room: RoomName, offset: Int64, time: Int64) {
    lastTime = max(lastTime, time)
    if case .replyStarted = event { budget.count(startAt: time) }
    var seat = seats[room] ?? Seat()
    seat.conversation.apply(event, offset: offset, time: time)
    seats[room] = seat
    guard isLive else { return }
    active.insert(room)
    follow(event, in: room, offset: offset)
  }

  /// The whole history has been observed: what a crash left is put in order, then it is live.
  func beginLive() {
    isLive = true
    for room in seats.keys {
      seats[room]?.conversation.resume(
        now: time.wallMilliseconds, youngerThan: options.resumeMilliseconds)
      if seats[room]?.isAtRest == false { active.insert(room) }
    }
  }

  /// Begins nothing more; what is under way ends `interrupted`, its words so far stand.
  func close() {
    isClosing = true
    for room in Array(active) {
      guard let course = seats[room]?.course else { continue }
      if course.reply == nil {
        // If its start is on its way, it comes back as a reply nobody is at work on.
        seats[room]?.outgoing.withdraw { _ in true }
        seats[room]?.course = nil
      } else {
        perform(in: room) { $0.interrupted() }
      }
    }
  }

  /// Whether nothing is left to write.
  var isSettled: Bool { seats.values.allSatisfy { $0.outgoing.isEmpty } }

  /// Does what is due; returns the monotonic nanoseconds at which it wants to be called again even
  /// if nothing happens, nil: never.
  func step(_ log: Outgoing.LogPosition) -> Int64? {
    listen()
    let now = time.monotonicNanoseconds
    for room in Array(active) {
      review(room, log, now)
      closeOrphans(in: room)
      takeTurn(in: room)
      propose(room, now)
      pace(room)
      if seats[room]?.isAtRest == true { active.remove(room) }
    }
    forgetQuietRooms()
    let dues = active.compactMap { seats[$0]?.outgoing.deadline } + models.compactMap(\.deadline)
    return dues.min()
  }

  private func listen() {
    for model in models {
      for delivery in model.advance() {
        guard let room = callRooms[delivery.call], seats[room]?.call == delivery.call else {
          continue
        }
        let now = time.monotonicNanoseconds
        if case .ended? = delivery.events.last { callRooms[delivery.call] = nil }
        perform(in: room) { $0.heard(delivery.events, now: now) }
      }
    }
  }

  private func takeTurn(in room: RoomName) {
    if models.isEmpty { seats[room]?.conversation.settleAll() }
    guard !isClosing, var seat = seats[room], seat.course == nil, seat.outgoing.isEmpty else {
      return
    }
    let underWay = active.count { seats[$0]?.course.map { $0.reply == nil } ?? false }
    let decision = turns.decision(
      in: seat.conversation, budget: budget, underWay: underWay,
      now: max(time.wallMilliseconds, lastTime))
    switch decision {
    case nil: return
    case .refuse(let refusal): seat.outgoing.enqueue(.replyRefused(refusal))
    case .speak(let turn):
      if case .refused(let messages, let limit, let wait) = rooms.reserveReply(to: turn.to) {
        seat.outgoing.enqueue(
          .replyRefused(
            ReplyRefusal(
              by: .companion, to: messages, reason: .budget, scope: .address, limit: Int64(limit),
              retryMilliseconds: wait)))
      } else {
        let course = ReplyCourse(turn: turn, providers: options.providers)
        seat.outgoing.enqueue(course.start)
        seat.course = course
      }
    }
    seats[room] = seat
  }

  /// An open reply that nobody is at work on was left by a crash, or by a lost course.
  private func closeOrphans(in room: RoomName) {
    guard var seat = seats[room] else { return }
    for reply in seat.conversation.openReplies
    where reply != seat.course?.reply && !seat.closing.contains(reply) {
      seat.closing.insert(reply)
      seat.outgoing.enqueue(
        .replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .interrupted)))
    }
    seats[room] = seat
  }

  /// The model waits while the log does.
  private func pace(_ room: RoomName) {
    guard let seat = seats[room], let call = seat.call else { return }
    for model in models {
      if seat.outgoing.isHeldUp { model.pause(call) } else { model.resume(call) }
    }
  }

  func newCall(for room: RoomName) -> Int {
    nextCall += 1
    callRooms[nextCall] = room
    return nextCall
  }

  private func forgetQuietRooms() {
    guard seats.count > Self.roomsKept else { return }
    let yesterday = lastTime - Budget.dayMilliseconds
    let quiet = seats.filter {
      $0.value.conversation.isQuiet(since: yesterday) && !active.contains($0.key)
    }
    let oldest = quiet.sorted {
      $0.value.conversation.lastOffset < $1.value.conversation.lastOffset
    }
    for (room, _) in oldest.prefix(seats.count - Self.roomsKept / 2) { seats[room] = nil }
  }
}
