import Chat
import Projector

// Who ends a reply: those it answers, two others together, or the operator. Who it was is an event.

extension AdmissionCore {
  mutating func stop(
    _ reply: Int64, _ connection: ConnectionID, _ key: SeatKey, _ room: RoomName
  ) {
    guard let attached = connections[connection] else { return }
    let state = ahead.states[key.room]
    guard let open = state.openReply(reply) else {
      tell(connection, .refusal(Refusal(.noReply, "reply \(reply) is not open")))
      return
    }
    guard !open.stopRequested else { return }
    let answered = Set(open.start.to)
    let isAsked = state.items.contains { $0.by == key.by && answered.contains($0.offset) }
    let decision = stops.ask(
      reply, in: key.room, by: key.by, from: attached.address, isAsked: isAsked,
      isLimited: options.budgets != nil, at: now)
    switch decision {
    case .granted(let wishes):
      for by in wishes {
        append(.replyStopRequested(by: by, reply: reply), room: room, clientTime: nil)
      }
      awaitStop(of: connection)
    case .waits: tell(connection, .refusal(Self.stopPending))
    case .limited(let wait): tell(connection, .refusal(Self.stopLimited(wait)))
    }
  }

  /// One reply to these messages, on their writers' account.
  mutating func reserveReply(to messages: [Int64]) -> ReplyReservation {
    guard options.budgets != nil else { return .granted }
    return askers.reserve(messages, at: now)
  }

  /// A message was admitted at the last offset ahead: its address may have so many replies.
  mutating func noteAsker(_ key: SeatKey) {
    guard options.budgets != nil, let connection = seats[key]?.connection,
      let address = connections[connection]?.address
    else { return }
    askers.note(ahead.next - 1, from: address)
  }

  /// Whoever asked is told when the log does not take it.
  private mutating func awaitStop(of connection: ConnectionID) {
    let port = ports[Int(connection.loop)]
    acts.append(
      PendingAct(offset: ahead.next - 1) { outcome in
        guard outcome == .unavailable else { return }
        var refusal = Refusal(.unavailable, "the log takes nothing now; the reply goes on")
        refusal.retryMilliseconds = 1_000
        port.put(.notice(connection, .refusal(refusal)))
      })
  }

  private static var stopPending: Refusal {
    var refusal = Refusal(
      .stopPending,
      "this reply is not to you: it stops if somebody else wants that too, within "
        + "\(StopRequests.secondMilliseconds / 1_000) s")
    refusal.retryMilliseconds = Int(StopRequests.secondMilliseconds)
    return refusal
  }

  private static func stopLimited(_ wait: Int64) -> Refusal {
    var refusal = Refusal(
      .stopLimit, "replies were stopped \(StopRequests.perHour) times from your network this hour")
    refusal.limit = StopRequests.perHour
    refusal.retryMilliseconds = Int(wait)
    return refusal
  }
}
