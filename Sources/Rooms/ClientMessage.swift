package import Chat

/// What a client says, one case a `type`.
package enum ClientMessage: Equatable, Sendable {
  case hello(Hello)
  case edit(seq: Int64, draft: Int64, Edit, clientTime: Int64?)
  case send(seq: Int64, draft: Int64, text: String?, clientTime: Int64?)
  case discard(seq: Int64, draft: Int64, clientTime: Int64?)
  case visibility(seq: Int64, Visibility)
  case typing(draft: Int64)
  case stop(reply: Int64)
  case rename(name: String)
  case history(before: Int64, limit: Int)
  case leave
  case pong
  /// A message of a later version; ignored.
  case unknown
}

/// The first message of a connection.
package struct Hello: Equatable, Sendable {
  package var session: SessionID
  package var from: String?
  package var token: String?
  package var name: String?
  package var visibility: Visibility?
  /// How many items the snapshot should hold.
  package var last = Limits.snapshotItems
  /// Whether events are delivered; a writer that does not read sets it to false.
  package var listen = true
  /// Only reading: no participant, no presence.
  package var watch = false

  package init(session: SessionID) { self.session = session }
}

/// Why a client's message is not one.
package enum MessageFault: Error, Equatable, Sendable {
  case malformed(JSONError)
  case badField(String)
}
