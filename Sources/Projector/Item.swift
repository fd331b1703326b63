package import Chat

/// A settled entry of the transcript: a sent message or a finished reply.
package struct Item: Equatable, Sendable {
  /// The offset of `message.sent`, or of a reply's `reply.started`: the item's only identity.
  package var offset: Int64
  /// When it settled, in ms since 1970.
  package var time: Int64
  package var by: ParticipantID
  /// The author's name at the moment it settled.
  package var name: String
  package var text: String
  /// Which draft became this message; nil for a reply.
  package var draft: DraftKey?
  /// How a reply came about and ended; nil for a message.
  package var reply: ReplyOutcome?
  /// The offset of the `message.hidden` that names this item, and its reason.
  package var hidden: HiddenMark?

  package init(
    offset: Int64, time: Int64, by: ParticipantID, name: String, text: String,
    draft: DraftKey? = nil, reply: ReplyOutcome? = nil
  ) {
    self.offset = offset
    self.time = time
    self.by = by
    self.name = name
    self.text = text
    self.draft = draft
    self.reply = reply
  }
}

/// One draft of one session: what became of it is one message, or nothing.
package struct DraftKey: Hashable, Sendable {
  package var by: ParticipantID
  package var session: SessionID
  package var draft: Int64

  package init(by: ParticipantID, session: SessionID, draft: Int64) {
    self.by = by
    self.session = session
    self.draft = draft
  }
}

/// A finished reply's beginning and end.
package struct ReplyOutcome: Equatable, Sendable {
  package var start: ReplyStart
  package var finish: Finish
  package var error: Failure?
}

/// That an item is hidden, since which offset and why.
package struct HiddenMark: Equatable, Sendable {
  package var offset: Int64
  package var reason: String

  package init(offset: Int64, reason: String) {
    self.offset = offset
    self.reason = reason
  }
}

/// A reply that has begun and not finished.
package struct OpenReply: Equatable, Sendable {
  package var offset: Int64
  package var start: ReplyStart
  package var text: DraftText
  /// Whether somebody asked for it to end.
  package var stopRequested = false
}

/// A participant of a room, present or remembered.
package struct Person: Equatable, Sendable {
  package var name: String
  package var visibility: Visibility
  package var isPresent: Bool
  /// base64url of the SHA-256 of the resume token.
  package var token: String
  /// Offset of the `participant.joined` since which they are here: the order of arrival.
  package var joined: Int64
  /// Time they came or left last, in ms since 1970.
  package var lastSeen: Int64
  /// Muted until this time, ms since 1970; 0 for not muted.
  package var mutedUntil: Int64 = 0
  /// When they sent a message last, by the log's time; 0: never.
  package var lastSent: Int64 = 0
  /// Sessions remembered, the least recently heard first.
  package var sessions: [SessionID] = []
}

/// What the log says of one session: its numbering and its draft.
package struct SessionState: Equatable, Sendable {
  package var by: ParticipantID
  package var session: SessionID
  /// The last numbered event, and its offset; 0 and −1 before the first.
  package var seq: Int64 = 0
  package var seqOffset: Int64 = -1
  /// The number of the newest draft; 0 before the first.
  package var draft: Int64 = 0
  package var isOpen = false
  package var isTyping = false
  /// Whether the open draft has had an edit; then its fold must equal the message sent.
  package var hasEdits = false
  /// What this session last said of its visibility; nil: the participant's.
  package var visibility: Visibility?
  package var text = DraftText()
}

/// Names one session across a room.
package struct SessionKey: Hashable, Sendable {
  package var by: ParticipantID
  package var session: SessionID

  package init(_ by: ParticipantID, _ session: SessionID) {
    self.by = by
    self.session = session
  }

  /// Both in one word: it is looked up several times an edit.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(by.packed ^ UInt64(session.packed) << 35)
  }
}
