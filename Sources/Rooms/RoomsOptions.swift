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
  /// Events between two checkpoints.
  package var checkpointEvents: Int64 = 200_000

  package init(version: String) { self.version = version }
}
