/// Every bound on what people and the model may say, in one place, with its unit.
///
/// `welcome.limits` tells clients the same numbers, so that both sides hold one set.
package enum Limits {
  /// Bytes of one event's canonical JSON.
  package static let eventBytes = 64_000
  /// Unicode scalars inserted by one edit.
  package static let insertScalars = 4_000
  /// Unicode scalars of a draft or a sent message.
  package static let messageScalars = 8_000
  /// Unicode scalars of one chunk of a reply.
  package static let chunkScalars = 8_000
  /// Unicode scalars of a whole reply; past it the reply ends with `length`.
  package static let replyScalars = 16_000
  /// Unicode scalars of a name.
  package static let nameScalars = 32
  /// Combining marks upon one base in a name.
  package static let nameMarks = 4
  /// Combining marks upon one base in a text as it is shown; the log keeps them all.
  package static let shownMarks = 8
  /// Unicode scalars of an error message in an event.
  package static let errorScalars = 500
  /// Characters of a room's name.
  package static let roomNameCharacters = 32
  /// Rooms that live at a time.
  package static let rooms = 1_000
  /// Bytes of one client message; a larger one closes the connection with 1009.
  package static let clientMessageBytes = 64 * 1024
  /// Bytes of all open drafts of a room; an edit past it is refused (`room_full`).
  package static let openDraftBytes = 2 * 1024 * 1024
  /// Events of one session admitted and not yet durable; past it its socket is not read.
  package static let unacknowledgedEvents = 4_096
  /// Events a cursor may lie behind at `hello`; past it the client gets `reset` and a snapshot.
  package static let resumeEvents: Int64 = 5_000
  /// Items of a snapshot unless `hello.last` says otherwise, and the most it may say.
  package static let snapshotItems = 100
  package static let snapshotItemsMost = 500
  /// Bytes of a snapshot's items.
  package static let snapshotBytes = 256 * 1024
  /// Items of one `page`.
  package static let pageItems = 200
  /// Settled items a room keeps in memory.
  package static let roomItems = 1_000
  /// Largest integer of canonical JSON, 2^53 − 1.
  package static let integer: Int64 = 1 << 53 - 1
  /// Nesting of canonical JSON.
  package static let depth = 4
  /// Milliseconds without a key after which typing has stopped.
  package static let typingIdleMilliseconds: Int64 = 5_000
  /// Milliseconds after a closed socket in which coming back is seamless.
  package static let graceMilliseconds: Int64 = 30_000
  /// Sessions remembered of a participant beside the connected ones.
  package static let sessionsRemembered = 16
  /// Participants remembered, those seen last.
  package static let participantsRemembered = 65_536
  /// Milliseconds a resume token stays good without use.
  package static let tokenIdleMilliseconds: Int64 = 30 * 86_400_000
}
