package import Chat

/// What whoever runs the server does in a room; each act is one event, `by` the operator.
package enum OperatorAct: Equatable, Sendable {
  /// The words of the message or reply at this offset leave every public copy.
  case hide(message: Int64, reason: String?)
  /// `until` in ms since 1970; 0 lifts a mute.
  case mute(ParticipantID, until: Int64, reason: String?)
  case mode(RoomMode, everyMilliseconds: Int64?)
  /// The open reply that began at this offset ends.
  case stop(reply: Int64)

  /// Unicode scalars of a reason.
  package static let reasonScalars = 500
  /// Milliseconds between two messages of a participant in a slow room, at most a day.
  package static let everyMilliseconds: ClosedRange<Int64> = 1...86_400_000
  /// The end of a mute without one: the last millisecond of the year 9999.
  package static let always: Int64 = 253_402_300_799_999
}

/// What became of an act.
package enum ActOutcome: Equatable, Sendable {
  /// Durable, and in force for all that is delivered from now on.
  case done(offset: Int64)
  case refused(ActRefusal)
  /// The log takes nothing now, or took what was said away: the act may be tried again.
  case unavailable
}

/// Why an act makes no sense here: a stable code, and words for people.
package struct ActRefusal: Error, Equatable, Sendable {
  package enum Code: String, Sendable {
    case noRoom = "no_room"
    case noMessage = "no_message"
    case noParticipant = "no_participant"
    case noReply = "no_reply"
    case badValue = "bad_value"
  }

  package let code: Code
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
