package import Chat

/// The answer to `hello`: who you are here, and where your delivery begins.
package struct Welcome: Sendable {
  package var epoch: String
  /// The cursor at which this connection's delivery begins.
  package var next: Cursor
  /// Nil for one who only watches.
  package var identity: Identity?
  /// A snapshot, if the client gave no good cursor; it ends at `next`.
  package var snapshot: Frame?
  /// Why the client's cursor was not good.
  package var reset: Reset?

  package struct Identity: Sendable {
    package var participant: ParticipantID
    package var token: String
    package var name: String
    package var seq: Int64
    package var draft: Int64
    package var visibility: Visibility
  }

  /// `reset {reason, epoch, start, next}`: a snapshot follows.
  package struct Reset: Sendable {
    package enum Reason: String, Sendable {
      case epoch, retained
      case tooFarBehind = "too_far_behind"
      case malformed
    }
    package var reason: Reason
    package var start: Int64
    package var next: Int64
  }

  func json(_ options: RoomsOptions) -> [UInt8] {
    var json = JSONWriter(reserving: 768)
    json.begin(type: "welcome")
    json.field("epoch", epoch)
    json.field("next", next.text)
    if let identity {
      json.field("participant", identity.participant)
      json.field("token", identity.token)
      json.field("name", identity.name)
      json.field("seq", identity.seq)
      json.field("draft", identity.draft)
      json.field("visibility", identity.visibility.rawValue)
    }
    json.key("limits")
    json.limits(options.budgets)
    json.field("ping_ms", options.pingMilliseconds)
    json.field("version", options.version)
    json.endObject()
    return json.bytes
  }
}

extension Welcome.Reset {
  func json(epoch: String) -> [UInt8] {
    var json = JSONWriter()
    json.begin(type: "reset")
    json.field("reason", reason.rawValue)
    json.field("epoch", epoch)
    json.field("start", start)
    json.field("next", next)
    json.endObject()
    return json.bytes
  }
}

extension JSONWriter {
  /// The limits both sides hold, in the units of ``Limits``; the rates of a session only where
  /// there are ``Budgets``.
  fileprivate mutating func limits(_ budgets: Budgets?) {
    beginObject()
    field("message_bytes", Limits.clientMessageBytes)
    field("insert", Limits.insertScalars)
    field("message", Limits.messageScalars)
    field("name", Limits.nameScalars)
    field("room", Limits.roomNameCharacters)
    field("unacknowledged", Limits.unacknowledgedEvents)
    field("resume_events", Limits.resumeEvents)
    field("snapshot", Limits.snapshotItemsMost)
    field("page", Limits.pageItems)
    field("typing_idle_ms", Limits.typingIdleMilliseconds)
    field("grace_ms", Limits.graceMilliseconds)
    field("open_drafts", Limits.openDraftBytes)
    if let budgets {
      field("events_per_s", budgets.eventsPerSecond)
      field("burst", budgets.burstEvents)
      field("bytes_per_s", budgets.bytesPerSecond)
    }
    endObject()
  }
}
