package import Chat
package import Projector

/// What an operator sets about rooms.
package struct RoomsOptions: Sendable {
  package var version: String
  /// How times reach the public.
  package var form = PublicForm()
  /// Milliseconds between pings; under half of nginx's default read timeout of 60 s.
  package var pingMilliseconds = 20_000
  /// The only rooms there are; nil: any valid name opens one.
  package var closedSet: Set<RoomName>?
  /// Words that neither a draft nor a message may hold; nil: any may.
  package var filter: WordFilter?
  /// What a session and an address may cost others; nil: anything.
  package var budgets: Budgets?
  /// Events between two checkpoints.
  package var checkpointEvents: Int64 = 200_000

  package init(version: String) { self.version = version }
}
