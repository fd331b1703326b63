extension Event {
  /// The event's canonical JSON: the bytes that stand in the log, reach browsers and are hashed.
  package var canonicalJSON: [UInt8] {
    if case .draftEdited(let author, let draft, let edit) = self,
      let json = Self.plainEditJSON(author, draft: draft, edit)
    {
      return json
    }
    var json = JSONWriter()
    switch self {
    case .serverStarted, .clockStepped: encodeServer(&json)
    case .participantJoined, .participantRenamed, .participantLeft, .visibilityChanged,
      .participantMuted, .roomMode:
      encodeParticipant(&json)
    case .typingStarted, .typingStopped, .draftEdited, .draftDiscarded, .messageSent,
      .messageHidden:
      encodeMessage(&json)
    case .replyStarted(let start): start.encode(&json)
    case .replyChunk(let by, let reply, let text):
      json.begin(type: "reply.chunk")
      json.field("by", by)
      json.field("reply", reply)
      json.field("text", text)
    case .replyStopRequested(let by, let reply):
      json.begin(type: "reply.stop_requested")
      json.field("by", by)
      json.field("reply", reply)
    case .replyFinished(let finish): finish.encode(&json)
    case .replyRefused(let refusal): refusal.encode(&json)
    case .providerFailed(let failure): failure.encode(&json)
    }
    json.endObject()
    return json.bytes
  }

  private func encodeServer(_ json: inout JSONWriter) {
    switch self {
    case .serverStarted(let version, let epoch):
      json.begin(type: "server.started")
      json.field("version", version)
      json.field("epoch", epoch)
    case .clockStepped(let behind):
      json.begin(type: "clock.stepped")
      json.field("behind_ms", behind)
    default: preconditionFailure("not an event of the server")
    }
  }

  private func encodeParticipant(_ json: inout JSONWriter) {
    switch self {
    case .participantJoined(let by, let name, let token, let visibility):
      json.begin(type: "participant.joined")
      json.field("by", by)
      json.field("name", name)
      json.field("token", token)
      json.field("visibility", visibility.rawValue)
    case .participantRenamed(let by, let name):
      json.begin(type: "participant.renamed")
      json.field("by", by)
      json.field("name", name)
    case .participantLeft(let by, let reason):
      json.begin(type: "participant.left")
      json.field("by", by)
      json.field("reason", reason.rawValue)
    case .visibilityChanged(let author, let visibility):
      json.begin(type: "visibility.changed")
      json.author(author)
      json.field("visibility", visibility.rawValue)
    case .participantMuted(let by, let participant, let until, let reason):
      json.begin(type: "participant.muted")
      json.field("by", by)
      json.field("participant", participant)
      json.field("until", until)
      if let reason { json.field("reason", reason) }
    case .roomMode(let by, let mode, let every):
      json.begin(type: "room.mode")
      json.field("by", by)
      json.field("mode", mode.rawValue)
      if let every { json.field("every_ms", every) }
    default: preconditionFailure("not an event about a participant or a room")
    }
  }

  private func encodeMessage(_ json: inout JSONWriter) {
    switch self {
    case .typingStarted(let by, let session, let draft):
      json.begin(type: "typing.started")
      json.field("by", by)
      json.field("session", session)
      json.field("draft", draft)
    case .typingStopped(let by, let session, let draft, let reason):
      json.begin(type: "typing.stopped")
      json.field("by", by)
      json.field("session", session)
      json.field("draft", draft)
      json.field("reason", reason.rawValue)
    case .draftEdited(let author, let draft, let edit):
      json.begin(type: "draft.edited")
      json.author(author)
      json.field("draft", draft)
      json.field("at", edit.at)
      json.field("del", edit.del)
      json.field("ins", edit.ins)
      json.field("kind", edit.kind.rawValue)
    case .draftDiscarded(let author, let draft):
      json.begin(type: "draft.discarded")
      json.author(author)
      json.field("draft", draft)
    case .messageSent(let author, let draft, let text):
      json.begin(type: "message.sent")
      json.author(author)
      json.field("draft", draft)
      json.field("text", text)
    case .messageHidden(let by, let message, let reason):
      json.begin(type: "message.hidden")
      json.field("by", by)
      json.field("message", message)
      if let reason { json.field("reason", reason) }
    default: preconditionFailure("not an event about a draft or a message")
    }
  }
}

extension JSONWriter {
  mutating func author(_ author: Author) {
    field("by", author.by)
    field("session", author.session)
    field("seq", author.seq)
  }
}
