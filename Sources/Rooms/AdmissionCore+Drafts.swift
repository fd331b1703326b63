import Chat
import LogStore
import Projector

// What a session may do with its drafts. Each throws the refusal a client gets, having changed
// nothing, or appends its events.

extension AdmissionCore {
  mutating func edit(
    _ seq: Int64, _ draft: Int64, _ edit: Edit, _ clientTime: Int64?, _ key: SeatKey,
    _ room: RoomName, _ standing: RoomState.Standing
  ) throws(Refusal) {
    let seat = seats.index(forKey: key)
    try allowWriting(standing.mode, mutedUntil: standing.mutedUntil)
    let visibility = seat.flatMap { seats.values[$0].visibility } ?? standing.visibility ?? .live
    guard visibility != .send, standing.mode != .sendOnly else {
      throw Refusal(.notVisible, "this draft is shown only when it is sent")
    }
    let length = try openLength(draft, standing)
    let inserted = edit.ins.scalarCount
    guard inserted <= Limits.insertScalars else {
      throw .tooLarge("an edit inserts", limit: Limits.insertScalars, length: inserted)
    }
    guard edit.at <= length, edit.del <= length - edit.at else {
      var refusal = Refusal(.outsideDraft, "the draft has \(length) characters")
      refusal.draft = draft
      refusal.length = length
      throw refusal
    }
    guard length - edit.del + inserted <= Limits.messageScalars else {
      throw .tooLarge("a draft holds", limit: Limits.messageScalars, length: length)
    }
    guard standing.openDraftBytes + edit.ins.utf8.count <= Limits.openDraftBytes else {
      throw Refusal(.roomFull, "the drafts of this room are full; send or discard some")
    }
    if filter != nil {
      try allowWords(after: edit, draft, ahead.states[key.room].session(key.sessionKey), key)
    }
    startTyping(draft, standing, seat, key, room)
    let author = Author(by: key.by, session: key.session, seq: seq)
    append(
      .draftEdited(author, draft: draft, edit), room: room, at: key.room, clientTime: clientTime)
  }

  mutating func send(
    _ seq: Int64, _ draft: Int64, _ given: String?, _ clientTime: Int64?, _ key: SeatKey,
    _ room: RoomName
  ) throws(Refusal) {
    let state = ahead.states[key.room]
    let session = state.session(key.sessionKey)
    try allowWriting(of: key.by, in: state)
    _ = try openLength(draft, state.standing(key.sessionKey))
    let text: String
    if let session, session.isOpen, session.hasEdits {
      text = session.text.string
    } else {
      text = given ?? ""
    }
    guard !text.isEmpty else { throw Refusal(.empty, "there is nothing to send") }
    guard text.scalarCount <= Limits.messageScalars else {
      throw .tooLarge("a message holds", limit: Limits.messageScalars, length: text.scalarCount)
    }
    try allowWords(in: text, draft)
    try allowPace(key, in: state)
    let isSlow = state.mode == .slow
    let author = Author(by: key.by, session: key.session, seq: seq)
    append(.messageSent(author, draft: draft, text: text), room: room, clientTime: clientTime)
    noteAsker(key)
    if isSlow { noteSend(key, at: now) }
    stopTyping(session, .sent, key, room)
  }

  mutating func discard(
    _ seq: Int64, _ draft: Int64, _ clientTime: Int64?, _ key: SeatKey, _ room: RoomName
  ) throws(Refusal) {
    let session = ahead.states[key.room].session(key.sessionKey)
    _ = try openLength(draft, ahead.states[key.room].standing(key.sessionKey))
    let author = Author(by: key.by, session: key.session, seq: seq)
    append(.draftDiscarded(author, draft: draft), room: room, clientTime: clientTime)
    stopTyping(session, .discarded, key, room)
  }

  mutating func setVisibility(
    _ seq: Int64, _ visibility: Visibility, _ key: SeatKey, _ room: RoomName
  ) throws(Refusal) {
    let session = ahead.states[key.room].session(key.sessionKey)
    if let session, session.isOpen, session.hasEdits {
      var refusal = Refusal(.draftOpen, "discard or send the open draft first")
      refusal.draft = session.draft
      throw refusal
    }
    let author = Author(by: key.by, session: key.session, seq: seq)
    append(.visibilityChanged(author, visibility: visibility), room: room, clientTime: nil)
    seats[key]?.visibility = visibility
  }

  /// `typing {draft}`: a sign of life of a draft, unnumbered.
  mutating func typing(_ draft: Int64, _ key: SeatKey, _ room: RoomName) {
    let standing = ahead.states[key.room].standing(key.sessionKey)
    guard (try? allowWriting(standing.mode, mutedUntil: standing.mutedUntil)) != nil,
      (try? openLength(draft, standing)) != nil
    else { return }
    startTyping(draft, standing, seats.index(forKey: key), key, room)
  }

  /// What this session shows of its drafts now.
  func visibility(_ key: SeatKey) -> Visibility {
    seats[key]?.visibility ?? ahead.states[key.room].standing(key.sessionKey).visibility ?? .live
  }

  func allowWriting(of by: ParticipantID, in state: RoomState) throws(Refusal) {
    try allowWriting(state.mode, mutedUntil: state.people[by]?.mutedUntil ?? 0)
  }

  private func allowWriting(_ mode: RoomMode, mutedUntil: Int64) throws(Refusal) {
    guard mode != .readOnly else {
      throw Refusal(.readOnly, "this room takes no new words")
    }
    guard mutedUntil == 0 || mutedUntil <= time.wallMilliseconds else {
      throw Refusal(.muted, "you are muted; you can read")
    }
  }

  /// The scalars in a draft that is open or may be opened by this number.
  private func openLength(
    _ draft: Int64, _ session: RoomState.Standing
  ) throws(Refusal) -> Int {
    guard session.draft > 0 || session.isOpen else {
      guard draft >= 1 else { throw Refusal(.draftClosed, "drafts are numbered from 1") }
      return 0
    }
    if session.isOpen, draft == session.draft { return session.scalars }
    var refusal: Refusal
    if draft <= session.draft {
      refusal = Refusal(.draftClosed, "draft \(draft) is closed; go on in a new one")
      refusal.draft = draft
    } else if session.isOpen {
      refusal = Refusal(.draftOpen, "draft \(session.draft) is still open")
      refusal.draft = session.draft
    } else {
      return 0
    }
    throw refusal
  }

  private mutating func startTyping(
    _ draft: Int64, _ session: RoomState.Standing, _ seat: Dictionary<SeatKey, Seat>.Index?,
    _ key: SeatKey, _ room: RoomName
  ) {
    if let seat { seats.values[seat].typingEnds = now + Limits.typingIdleMilliseconds }
    if session.isOpen, session.draft == draft, session.isTyping { return }
    append(
      .typingStarted(by: key.by, session: key.session, draft: draft), room: room, clientTime: nil)
  }

  /// Ends typing of the draft `session` had, if it was in typing.
  mutating func stopTyping(
    _ session: SessionState?, _ reason: StopReason, _ key: SeatKey, _ room: RoomName
  ) {
    seats[key]?.typingEnds = nil
    guard let session, session.isOpen, session.isTyping || reason == .left else { return }
    append(
      .typingStopped(by: key.by, session: key.session, draft: session.draft, reason: reason),
      room: room, clientTime: nil)
  }
}

extension Refusal {
  static func tooLarge(_ what: String, limit: Int, length: Int) -> Refusal {
    var refusal = Refusal(.tooLarge, "\(what) at most \(limit) characters")
    refusal.limit = limit
    refusal.length = length
    return refusal
  }
}
