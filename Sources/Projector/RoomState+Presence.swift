internal import Chat

extension RoomState {
  mutating func applyPresence(_ event: Event, offset: Int64, time: Int64) {
    switch event {
    case .participantJoined(let by, let name, let token, let visibility):
      var person =
        people[by]
        ?? Person(
          name: name, visibility: visibility, isPresent: true, token: token, joined: offset,
          lastSeen: time)
      person.name = name
      person.visibility = visibility
      if person.token != token { tokens[person.token] = nil }
      person.token = token
      tokens[token] = by
      person.isPresent = true
      person.joined = offset
      person.lastSeen = time
      people[by] = person
      forgetPeople()
    case .participantRenamed(let by, let name): people[by]?.name = name
    case .participantLeft(let by, _):
      for session in people[by]?.sessions ?? [] {
        if let index = sessionIndex[SessionKey(by, session)] { closeDraft(at: index) }
      }
      people[by]?.isPresent = false
      people[by]?.lastSeen = time
    case .participantMuted(_, let participant, let until, _):
      people[participant]?.mutedUntil = until
    case .roomMode(_, let mode, let every):
      self.mode = mode
      everyMilliseconds = every ?? 0
    default: applyReply(event, offset: offset, time: time)
    }
  }

  /// Drops the absent participants seen longest ago, once there are too many.
  private mutating func forgetPeople() {
    guard people.count > Limits.participantsRemembered else { return }
    let absent = people.filter { !$0.value.isPresent }
      .sorted { ($0.value.lastSeen, $0.key) < ($1.value.lastSeen, $1.key) }
    for (by, person) in absent.prefix(Limits.participantsRemembered / 16) {
      for session in person.sessions { removeSession(SessionKey(by, session)) }
      tokens[person.token] = nil
      people[by] = nil
    }
  }

  private mutating func applyReply(_ event: Event, offset: Int64, time: Int64) {
    ledger.apply(event, offset: offset, time: time)
    switch event {
    case .replyStarted(let start):
      replies.append(OpenReply(offset: offset, start: start, text: DraftText()))
    case .replyChunk(_, let reply, let text):
      guard let index = replies.firstIndex(where: { $0.offset == reply }) else {
        ignored += 1
        return
      }
      replies[index].text.replace(at: replies[index].text.scalars, del: 0, with: text)
    case .replyStopRequested(_, let reply):
      guard let index = replies.firstIndex(where: { $0.offset == reply }) else { return }
      replies[index].stopRequested = true
    case .replyFinished(let end):
      guard let index = replies.firstIndex(where: { $0.offset == end.reply }) else {
        ignored += 1
        return
      }
      let open = replies.remove(at: index)
      settle(
        Item(
          offset: open.offset, time: time, by: open.start.by, name: name(of: open.start.by),
          text: open.text.string,
          reply: ReplyOutcome(start: open.start, finish: end.finish, error: end.error)))
    case .messageHidden(_, let message, let reason):
      hide(message, HiddenMark(offset: offset, reason: reason ?? ""))
    default: break
    }
  }

  private mutating func hide(_ message: Int64, _ mark: HiddenMark) {
    extendChain(with: mark.digestJSON(hiding: message))
    hidden[message] = mark
    guard let index = items.firstIndex(where: { $0.offset == message }) else { return }
    items[index].hidden = mark
    if let draft = items[index].draft {
      hiddenDrafts[draft] = max(hiddenDrafts[draft] ?? message, message)
    }
  }
}
