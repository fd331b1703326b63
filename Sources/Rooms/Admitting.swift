package import Chat

/// How an author without a socket (the model, the operator, the server) writes into a room.
package protocol Admitting: Sendable {
  /// Decides these events of one room against committed and pending state and queues them for the
  /// log, all or none. The proposer learns of the commit through its own tail of the log.
  func propose(_ events: [Event], in room: RoomName) -> Proposal
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
