/// What can happen in a room: the vocabulary of the log.
///
/// One case a `type` of the event format; the payload's fields in the order they are written. An
/// event says nothing of its offset, room or time: those belong to the record that carries it.
package enum Event: Equatable, Sendable {
  case serverStarted(version: String, epoch: String)
  case clockStepped(behindMilliseconds: Int64)
  case participantJoined(
    by: ParticipantID, name: String, token: String, visibility: Visibility)
  case participantRenamed(by: ParticipantID, name: String)
  case participantLeft(by: ParticipantID, reason: LeaveReason)
  case visibilityChanged(Author, visibility: Visibility)
  case typingStarted(by: ParticipantID, session: SessionID, draft: Int64)
  case typingStopped(by: ParticipantID, session: SessionID, draft: Int64, reason: StopReason)
  case draftEdited(Author, draft: Int64, Edit)
  case draftDiscarded(Author, draft: Int64)
  case messageSent(Author, draft: Int64, text: String)
  case replyStarted(ReplyStart)
  case replyChunk(by: ParticipantID, reply: Int64, text: String)
  case replyStopRequested(by: ParticipantID, reply: Int64)
  case replyFinished(ReplyFinish)
  case replyRefused(ReplyRefusal)
  case providerFailed(ProviderFailure)
  case messageHidden(by: ParticipantID, message: Int64, reason: String?)
  case participantMuted(
    by: ParticipantID, participant: ParticipantID, until: Int64, reason: String?)
  case roomMode(by: ParticipantID, mode: RoomMode, everyMilliseconds: Int64?)
}

/// Who wrote an event and as which of their numbered events: `by`, `session`, `seq`.
package struct Author: Equatable, Hashable, Sendable {
  package var by: ParticipantID
  package var session: SessionID
  /// Rises by one from 1 within a session.
  package var seq: Int64

  package init(by: ParticipantID, session: SessionID, seq: Int64) {
    self.by = by
    self.session = session
    self.seq = seq
  }
}

/// One splice of a draft: at scalar `at`, `del` scalars go and `ins` comes.
package struct Edit: Equatable, Sendable {
  /// Unicode scalars from the draft's start, as it was before this edit.
  package var at: Int
  /// Unicode scalars deleted from there.
  package var del: Int
  package var ins: String
  package var kind: EditKind

  package init(at: Int, del: Int, ins: String, kind: EditKind) {
    self.at = at
    self.del = del
    self.ins = ins
    self.kind = kind
  }
}

/// How the typist made an edit; data for researchers, never a condition.
package enum EditKind: String, CaseIterable, Sendable {
  case type, delete, paste, cut, compose, undo, other
}

/// What others see of a draft before it is sent.
package enum Visibility: String, CaseIterable, Sendable {
  case live, word, send
}

/// Why a participant left: they said so, or did not come back.
package enum LeaveReason: String, CaseIterable, Sendable {
  case left, gone
}

/// Why typing stopped.
package enum StopReason: String, CaseIterable, Sendable {
  case idle, sent, discarded, left
}

/// What a room takes at present.
package enum RoomMode: String, CaseIterable, Sendable {
  case open, slow
  case sendOnly = "send_only"
  case readOnly = "read_only"
}
