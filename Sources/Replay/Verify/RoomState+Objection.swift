internal import Chat
internal import Projector

// What may follow what. Each answers why an event cannot come next in this room, in words, or nil.
// Decided on the state before the event, as admission did when it let the event in.

extension RoomState {
  func objection(to event: Event, at offset: Int64) -> String? {
    switch event {
    case .draftEdited(let author, let draft, let edit):
      objection(
        toEditBy: author, draft: draft, at: edit.at, del: edit.del,
        inserted: edit.ins.scalarCount)
    case .draftDiscarded(let author, let draft):
      objection(to: author) ?? objection(toDraft: draft, of: author.by, author.session)
    case .messageSent(let author, let draft, let text):
      objection(to: author) ?? objection(toDraft: draft, of: author.by, author.session)
        ?? objection(toText: text, of: author, draft: draft)
    case .visibilityChanged(let author, _):
      objection(to: author) ?? objection(toVisibilityOf: author)
    case .typingStarted(let by, let session, let draft):
      stranger(by) ?? objection(toDraft: draft, of: by, session)
    case .typingStopped(let by, let session, let draft, _):
      stranger(by) ?? objection(toStopped: draft, of: by, session)
    case .serverStarted, .clockStepped: "an event of the whole server stands in a room"
    case .participantJoined, .participantRenamed, .participantLeft, .participantMuted, .roomMode,
      .messageHidden:
      objection(toPresence: event, at: offset)
    case .replyStarted, .replyChunk, .replyStopRequested, .replyFinished, .replyRefused,
      .providerFailed:
      objection(toReply: event, at: offset)
    }
  }

  func objection(
    toEditBy author: Author, draft: Int64, at: Int, del: Int, inserted: Int
  ) -> String? {
    if let objection = objection(to: author)
      ?? objection(toDraft: draft, of: author.by, author.session)
    {
      return objection
    }
    guard inserted <= Limits.insertScalars else {
      return "an edit inserts \(inserted) characters, over \(Limits.insertScalars)"
    }
    let session = session(SessionKey(author.by, author.session))
    let length = session?.isOpen == true ? session?.text.scalars ?? 0 : 0
    guard at <= length, del <= length - at else {
      return "an edit at \(at) deleting \(del) is outside draft \(draft), which has \(length)"
        + " characters"
    }
    guard length - del + inserted <= Limits.messageScalars else {
      return "draft \(draft) grows over \(Limits.messageScalars) characters"
    }
    return nil
  }

  /// Known, and numbered one above the session's last.
  private func objection(to author: Author) -> String? {
    if let objection = stranger(author.by) { return objection }
    let expected = (session(SessionKey(author.by, author.session))?.seq ?? 0) + 1
    guard author.seq == expected else {
      return "seq \(author.seq) of session \(author.session) of \(author.by), where \(expected)"
        + " must come"
    }
    return nil
  }

  private func stranger(_ by: ParticipantID) -> String? {
    guard by.isPerson else { return "\(by) types, which only people do" }
    return people[by] == nil ? "\(by) has not joined" : nil
  }

  /// The open draft, or a new one while none is open.
  private func objection(
    toDraft draft: Int64, of by: ParticipantID, _ session: SessionID
  ) -> String? {
    let known = self.session(SessionKey(by, session))
    let last = known?.draft ?? 0
    let isOpen = known?.isOpen ?? false
    if isOpen, draft == last { return nil }
    if draft <= last {
      return "draft \(draft) of session \(session) of \(by) is closed"
    }
    return isOpen
      ? "draft \(draft) of session \(session) of \(by) begins while draft \(last) is open" : nil
  }

  private func objection(toStopped draft: Int64, of by: ParticipantID, _ session: SessionID)
    -> String?
  {
    let last = self.session(SessionKey(by, session))?.draft ?? 0
    return draft == last
      ? nil : "typing stops in draft \(draft) of session \(session) of \(by), whose last is \(last)"
  }

  private func objection(toText text: String, of author: Author, draft: Int64) -> String? {
    let count = text.scalarCount
    guard (1...Limits.messageScalars).contains(count) else {
      return "a message of \(count) characters, not of 1 to \(Limits.messageScalars)"
    }
    guard let session = session(SessionKey(author.by, author.session)), session.isOpen,
      session.hasEdits, !session.text.utf8.elementsEqual(text.utf8)
    else { return nil }
    return "the message is not what draft \(draft) of session \(author.session) of \(author.by)"
      + " was typed to be (\(count) characters sent, \(session.text.scalars) typed)"
  }

  private func objection(toVisibilityOf author: Author) -> String? {
    guard let session = session(SessionKey(author.by, author.session)), session.isOpen,
      session.hasEdits
    else { return nil }
    return "visibility changes while draft \(session.draft) of session \(author.session) is open"
  }

  private func objection(toPresence event: Event, at offset: Int64) -> String? {
    switch event {
    case .participantJoined(let by, let name, _, _):
      by.isPerson ? Self.objection(toName: name) : "\(by) joins, which only people do"
    case .participantRenamed(let by, let name): stranger(by) ?? Self.objection(toName: name)
    case .participantLeft(let by, _): stranger(by)
    case .messageHidden(_, let message, _):
      message < offset && isKnownItem(message) ? nil : "nothing said at offset \(message) to hide"
    default: nil
    }
  }

  private static func objection(toName name: String) -> String? {
    let count = name.scalarCount
    return (1...Limits.nameScalars).contains(count)
      ? nil : "a name of \(count) characters, not of 1 to \(Limits.nameScalars)"
  }

  /// Whether an item has this offset; of those no longer kept, whether one may have had it.
  func isKnownItem(_ offset: Int64) -> Bool {
    items.contains { $0.offset == offset }
      || replies.contains { $0.offset == offset } || total > Int64(items.count)
  }
}
