/// Why bytes are no event this version understands.
///
/// All three are carried in the log, shown and counted by `verify`; none folds as anything.
package enum EventError: Error, Equatable, Sendable {
  case notJSON(JSONError)
  case unknownType(String)
  /// A known field is missing or of a wrong type.
  case badField(String)
}

extension Event {
  /// Reads an event from its JSON; unknown fields are ignored.
  package static func decode(_ bytes: UnsafeRawBufferPointer) throws(EventError) -> Event {
    if let event = plain(bytes) { return event }
    let parsed: JSONValue
    do { parsed = try JSONParser.parse(bytes) } catch { throw .notJSON(error) }
    guard case .object(let object) = parsed else { throw .badField("type") }
    return try decode(object)
  }

  /// Reads an event from JSON that is parsed already.
  package static func decode(_ object: JSONObject) throws(EventError) -> Event {
    try decode(EventFields(object))
  }

  package static func decode(_ bytes: [UInt8]) throws(EventError) -> Event {
    try bytes.withUnsafeBytes { raw in
      Result { () throws(EventError) in try decode(raw) }
    }.get()
  }

  private static func decode(_ fields: EventFields) throws(EventError) -> Event {
    let type = try fields.string("type")
    switch type {
    case "draft.edited", "draft.discarded", "message.sent", "typing.started", "typing.stopped",
      "message.hidden":
      return try decodeMessage(type, fields)
    case "reply.started", "reply.chunk", "reply.stop_requested", "reply.finished",
      "reply.refused", "provider.failed":
      return try decodeReply(type, fields)
    case "server.started":
      return .serverStarted(
        version: try fields.string("version"), epoch: try fields.string("epoch"))
    case "clock.stepped":
      return .clockStepped(behindMilliseconds: try fields.integer("behind_ms"))
    default: return try decodeParticipant(type, fields)
    }
  }

  private static func decodeParticipant(
    _ type: String, _ fields: EventFields
  ) throws(EventError) -> Event {
    switch type {
    case "participant.joined":
      return .participantJoined(
        by: try fields.participant("by"), name: try fields.string("name"),
        token: try fields.string("token"), visibility: try fields.choice("visibility"))
    case "participant.renamed":
      return .participantRenamed(
        by: try fields.participant("by"), name: try fields.string("name"))
    case "participant.left":
      return .participantLeft(
        by: try fields.participant("by"), reason: try fields.choice("reason"))
    case "visibility.changed":
      return .visibilityChanged(
        try fields.author(), visibility: try fields.choice("visibility"))
    case "participant.muted":
      return .participantMuted(
        by: try fields.participant("by"), participant: try fields.participant("participant"),
        until: try fields.integer("until"), reason: try fields.optionalString("reason"))
    case "room.mode":
      return .roomMode(
        by: try fields.participant("by"), mode: try fields.choice("mode"),
        everyMilliseconds: try fields.optionalInteger("every_ms"))
    default: throw .unknownType(type)
    }
  }

  private static func decodeMessage(
    _ type: String, _ fields: EventFields
  ) throws(EventError) -> Event {
    switch type {
    case "draft.edited":
      let edit = Edit(
        at: Int(try fields.integer("at")), del: Int(try fields.integer("del")),
        ins: try fields.string("ins"), kind: try fields.choice("kind"))
      return .draftEdited(try fields.author(), draft: try fields.integer("draft"), edit)
    case "draft.discarded":
      return .draftDiscarded(try fields.author(), draft: try fields.integer("draft"))
    case "message.sent":
      return .messageSent(
        try fields.author(), draft: try fields.integer("draft"), text: try fields.string("text"))
    case "typing.started":
      return .typingStarted(
        by: try fields.participant("by"), session: try fields.session("session"),
        draft: try fields.integer("draft"))
    case "typing.stopped":
      return .typingStopped(
        by: try fields.participant("by"), session: try fields.session("session"),
        draft: try fields.integer("draft"), reason: try fields.choice("reason"))
    default:
      return .messageHidden(
        by: try fields.participant("by"), message: try fields.integer("message"),
        reason: try fields.optionalString("reason"))
    }
  }

  private static func decodeReply(
    _ type: String, _ fields: EventFields
  ) throws(EventError) -> Event {
    let by = try fields.participant("by")
    switch type {
    case "reply.started": return .replyStarted(try ReplyStart(by: by, fields))
    case "reply.chunk":
      return .replyChunk(
        by: by, reply: try fields.integer("reply"), text: try fields.string("text"))
    case "reply.stop_requested":
      return .replyStopRequested(by: by, reply: try fields.integer("reply"))
    case "reply.finished": return .replyFinished(try ReplyFinish(by: by, fields))
    case "reply.refused":
      return .replyRefused(
        ReplyRefusal(
          by: by, to: try fields.offsets("to"), reason: try fields.choice("reason"),
          scope: try fields.choice("scope"), limit: try fields.optionalInteger("limit"),
          retryMilliseconds: try fields.optionalInteger("retry_ms")))
    default:
      guard let error = try fields.failure() else { throw .badField("error") }
      return .providerFailed(
        ProviderFailure(
          by: by, reply: try fields.integer("reply"), provider: try fields.string("provider"),
          model: try fields.string("model"), error: error,
          waitedMilliseconds: try fields.integer("waited_ms"),
          next: try fields.optionalString("next")))
    }
  }
}
