internal import Chat
internal import LogStore
internal import Logging

extension Participation {
  /// What a committed event means for the reply under way in its room.
  func follow(_ event: Event, in room: RoomName, offset: Int64) {
    switch event {
    case .replyStarted(let start):
      guard seats[room]?.outgoing.saw(offset) == true, seats[room]?.course?.reply == nil,
        seats[room]?.course?.turn.to == start.to
      else { return }
      let now = time.monotonicNanoseconds
      perform(in: room) { $0.started(at: offset, now: now) }
    case .replyChunk, .providerFailed, .replyRefused: _ = seats[room]?.outgoing.saw(offset)
    case .replyStopRequested(_, let reply):
      guard seats[room]?.course?.reply == reply else { return }
      perform(in: room) { $0.stopped() }
    case .replyFinished(let finish):
      _ = seats[room]?.outgoing.saw(offset)
      seats[room]?.closing.remove(finish.reply)
      if seats[room]?.course?.reply == finish.reply { endCourse(in: room) }
    default: break
    }
  }

  /// Tells the course of `room` something and does what it answers.
  func perform(in room: RoomName, _ tell: (inout ReplyCourse) -> [ReplyCourse.Action]) {
    guard var course = seats[room]?.course else { return }
    let actions = tell(&course)
    seats[room]?.course = course
    active.insert(room)
    for action in actions {
      switch action {
      case .ask(let provider): ask(provider, in: room)
      case .hangUp: hangUp(in: room)
      case .write(let event): seats[room]?.outgoing.enqueue(event)
      case .withdrawWords:
        seats[room]?.outgoing.withdraw { if case .replyChunk = $0 { true } else { false } }
      }
    }
  }

  private func ask(_ provider: Int, in room: RoomName) {
    guard let seat = seats[room], let course = seat.course else { return }
    let call = newCall(for: room)
    seats[room]?.call = call
    models[provider].begin(turns.prompt(for: course.turn, in: seat.conversation), call: call)
  }

  private func hangUp(in room: RoomName) {
    guard let call = seats[room]?.call else { return }
    for model in models { model.cancel(call) }
    callRooms[call] = nil
    seats[room]?.call = nil
  }

  /// The reply is over, or never began; nothing of it may follow.
  private func endCourse(in room: RoomName) {
    hangUp(in: room)
    let reply = seats[room]?.course?.reply
    seats[room]?.outgoing.withdraw { $0.continuedReply == reply }
    seats[room]?.course = nil
  }

  func review(_ room: RoomName, _ log: Outgoing.LogPosition, _ now: Int64) {
    guard let outcome = seats[room]?.outgoing.review(log, now: now) else { return }
    settle(outcome, in: room)
  }

  func propose(_ room: RoomName, _ now: Int64) {
    let outcome = seats[room]?.outgoing.propose(
      to: rooms, in: room, refused: refusedGeneration, now: now)
    if let outcome { settle(outcome, in: room) }
  }

  private func settle(_ outcome: Outgoing.Outcome, in room: RoomName) {
    switch outcome {
    case .fine: break
    case .refused(let words, let events):
      logger.warning(
        "the room takes no such word from the companion",
        metadata: ["room": "\(room)", "reason": "\(words)"])
      giveUp(events, in: room)
    case .doubtful(let events):
      logger.warning("what the companion wrote was lost", metadata: ["room": "\(room)"])
      giveUp(events, in: room)
    }
  }

  /// These events will not stand in the log: whatever hangs on them ends, too.
  private func giveUp(_ events: [Event], in room: RoomName) {
    switch events.first {
    case .replyStarted(let start)?:
      seats[room]?.conversation.settle(start.to)
      endCourse(in: room)
    case .replyRefused(let refusal)?: seats[room]?.conversation.settle(refusal.to)
    case .replyFinished(let finish)?:
      // Nobody else will end it before the next start of the server.
      seats[room]?.closing.insert(finish.reply)
      if seats[room]?.course?.reply == finish.reply { endCourse(in: room) }
    default:
      // Words are missing: what stands stands, but it is not the whole reply.
      let reply = seats[room]?.course?.reply
      seats[room]?.outgoing.withdraw { $0.continuedReply == reply }
      perform(in: room) { $0.lostWords() }
    }
  }
}

extension Event {
  /// The reply this is a later part of; nil for its start and for all else.
  fileprivate var continuedReply: Int64? {
    switch self {
    case .replyChunk(_, let reply, _): reply
    case .replyFinished(let finish): finish.reply
    case .providerFailed(let failure): failure.reply
    default: nil
    }
  }
}
