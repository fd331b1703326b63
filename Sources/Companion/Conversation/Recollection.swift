package import Chat
package import Projector

/// What a checkpoint spares the companion to read: every room's conversation, and the starts that
/// count against the server's budget.
package struct Recollection: Sendable {
  package private(set) var conversations: [RoomName: Conversation] = [:]
  /// Times of `reply.started`, oldest first, ms since 1970.
  package private(set) var starts: [Int64] = []
  /// The next offset to read; nil: the log's first.
  package private(set) var next: Int64?

  /// Nothing: the log is read from its start.
  package init() {}

  package init(_ projection: Projection) {
    next = projection.next
    for (room, state) in projection.sortedRooms {
      let conversation = Conversation(state)
      conversations[room] = conversation
      starts += conversation.ledger.starts
    }
    starts.sort()
  }
}
