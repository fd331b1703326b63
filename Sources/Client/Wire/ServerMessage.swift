package import Chat

/// Everything a server says on the socket.
///
/// Unknown messages are named and otherwise ignored.
/// The cases with bytes in them are valid only as long as the frame they were read from.
package enum ServerMessage {
  case welcome(Welcome)
  case snapshot(Snapshot)
  case events(EventsFrame)
  /// Every event of the session up to `seq` is durable; the event `seq` stands at `offset`.
  case ack(seq: Int64, offset: Int64)
  case error(ServerError)
  case reset(Reset)
  case position(next: String)
  case page(Page)
  case ping
  case bye(Bye)
  case unknown(String)
}

/// The server's answer to `hello`.
package struct Welcome: Equatable, Sendable {
  package var epoch: String
  /// Where this delivery begins.
  package var next: String
  /// Absent for a watcher.
  package var participant: ParticipantID?
  package var token: String?
  package var name: String?
  /// The last durable `seq` and `draft` of this session; 0: none.
  package var seq: Int64
  package var draft: Int64
  package var visibility: Visibility?
  /// The server's bounds by name.
  package var limits: JSONObject
  package var pingMilliseconds: Int64?
  package var version: String?
}

/// A room's state at `prev`; every event behind it follows.
///
/// Arrays are raw JSON.
package struct Snapshot {
  package let prev: Int64
  package let next: String
  package let total: Int64?
  package let items: UnsafeRawBufferPointer
  package let drafts: UnsafeRawBufferPointer
  package let replies: UnsafeRawBufferPointer
  package let participants: UnsafeRawBufferPointer
}

/// A refusal: `code` is stable, the rest says what the client may do about it.
package struct ServerError: Equatable, Sendable {
  package var code: String
  package var message: String
  package var seq: Int64?
  /// The `seq` the session goes on with; only then may that number get another content.
  package var expected: Int64?
  package var draft: Int64?
  /// Unicode scalars of the draft as the server has it.
  package var length: Int64?
  package var limit: Int64?
  package var retryMilliseconds: Int64?
}

/// The cursor is not good here any more, or too far behind; a snapshot follows.
package struct Reset: Equatable, Sendable {
  package var reason: String
  package var epoch: String?
  package var start: Int64?
}

/// The last word before a close.
package struct Bye: Equatable, Sendable {
  /// What comes next for this reader cannot be read there: it comes back without a cursor.
  package static let unreadable = 4004
  package var code: Int?
  package var reason: String?
  package var retryMilliseconds: Int64?
}

/// Settled items from before `before`, raw JSON.
package struct Page {
  package let before: Int64
  package let more: Bool
  package let items: UnsafeRawBufferPointer
}
