package import Chat

/// How an author without a socket (the model, the operator, the server) writes into a room.
package protocol Admitting: Sendable {
  /// Decides these events of one room against committed and pending state and queues them for the
  /// log, all or none. The proposer learns of the commit through its own tail of the log.
  func propose(_ events: [Event], in room: RoomName) -> Proposal

  /// Asks for one reply to these messages (offsets) on the account of those who wrote them, before
  /// anything is spent on it; all are charged, or none.
  func reserveReply(to messages: [Int64]) -> ReplyReservation
}

/// Whether those who wrote some messages may have a reply.
package enum ReplyReservation: Sendable, Equatable {
  case granted
  /// The addresses of these messages have had theirs; the reply may go to the others.
  case refused([Int64], limit: Int, retryMilliseconds: Int64)
}

/// The answer to a proposal.
package enum Proposal: Sendable, Equatable {
  /// Queued; the first event gets this offset unless the log refuses the batch.
  case submitted(firstOffset: Int64)
  /// Against the rules of the room's state, said in words; the same proposal will not pass later.
  case refused(String)
  /// The log takes nothing now; try again after this many milliseconds.
  case unavailable(retryMilliseconds: Int)
}
