internal import Chat

/// What an export changes in events before they go out: who, and when.
struct Disguise {
  /// nil: people keep their names.
  private(set) var pseudonyms: Pseudonyms?
  let timing: ExportTiming

  init(_ pseudonyms: Pseudonyms?, timing: ExportTiming) {
    self.pseudonyms = pseudonyms
    self.timing = timing
  }

  var keepsNames: Bool { pseudonyms == nil }

  @inline(__always)
  mutating func participant(_ id: ParticipantID) -> ParticipantID {
    pseudonyms?.participant(id) ?? id
  }

  @inline(__always)
  mutating func session(_ session: SessionID, of by: ParticipantID) -> SessionID {
    pseudonyms?.session(session, of: by) ?? session
  }

  mutating func name(_ name: String, of by: ParticipantID) -> String {
    by.isPerson && pseudonyms != nil ? "\(participant(by))" : name
  }

  private mutating func author(_ author: Author) -> Author {
    Author(
      by: participant(author.by), session: session(author.session, of: author.by),
      seq: author.seq)
  }

  /// The same event of other people and, where it speaks of time, at another time.
  ///
  /// Fields this version does not know are gone: nobody can say whom they name.
  mutating func event(_ event: Event) -> Event {
    switch event {
    case .draftEdited(let author, let draft, let edit):
      return .draftEdited(self.author(author), draft: draft, edit)
    case .draftDiscarded(let author, let draft):
      return .draftDiscarded(self.author(author), draft: draft)
    case .messageSent(let author, let draft, let text):
      return .messageSent(self.author(author), draft: draft, text: text)
    case .visibilityChanged(let author, let visibility):
      return .visibilityChanged(self.author(author), visibility: visibility)
    case .typingStarted(let by, let session, let draft):
      return .typingStarted(
        by: participant(by), session: self.session(session, of: by), draft: draft)
    case .typingStopped(let by, let session, let draft, let reason):
      return .typingStopped(
        by: participant(by), session: self.session(session, of: by), draft: draft, reason: reason)
    default: return presence(event)
    }
  }

  private mutating func presence(_ event: Event) -> Event {
    switch event {
    case .participantJoined(let by, let name, let token, let visibility):
      return .participantJoined(
        by: participant(by), name: self.name(name, of: by),
        token: pseudonyms?.token(token) ?? token, visibility: visibility)
    case .participantRenamed(let by, let name):
      return .participantRenamed(by: participant(by), name: self.name(name, of: by))
    case .participantLeft(let by, let reason):
      return .participantLeft(by: participant(by), reason: reason)
    case .participantMuted(let by, let participant, let until, let reason):
      return .participantMuted(
        by: self.participant(by), participant: self.participant(participant),
        // 0 lifts a mute; without times, 1 says only that it does not.
        until: timing.shown(until) ?? min(until, 1), reason: reason)
    case .replyStopRequested(let by, let reply):
      return .replyStopRequested(by: participant(by), reply: reply)
    case .messageHidden(let by, let message, let reason):
      return .messageHidden(by: participant(by), message: message, reason: reason)
    case .clockStepped(let behind):
      return .clockStepped(behindMilliseconds: timing.shown(behind) ?? 0)
    case .providerFailed(var failure):
      failure.waitedMilliseconds = timing.shown(failure.waitedMilliseconds) ?? 0
      return .providerFailed(failure)
    default:
      // By the model, the server or the operator, and without a time.
      return event
    }
  }

  /// Whether an event goes out as the log has it, to the byte.
  func leavesAlone(_ event: Event) -> Bool {
    guard pseudonyms == nil else { return false }
    switch event {
    case .participantMuted, .clockStepped, .providerFailed: return timing == .exact
    default: return true
    }
  }
}
