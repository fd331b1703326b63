internal import Chat
internal import Projector

extension RoomState {
  /// A reply starts, gets its chunks, and finishes once; nothing of it comes before or after.
  func objection(toReply event: Event, at offset: Int64) -> String? {
    switch event {
    case .replyStarted(let start): objection(toStart: start, at: offset)
    case .replyChunk(let by, let reply, let text): objection(toChunk: text, of: reply, by)
    case .replyStopRequested(_, let reply): closed(reply)
    case .replyFinished(let end):
      objection(toPart: end.reply, by: end.by) ?? Self.objection(toFailure: end.error)
    case .replyRefused(let refusal):
      objection(toAnswered: refusal.to, at: offset)
    case .providerFailed(let failure):
      objection(toPart: failure.reply, by: failure.by) ?? Self.objection(toFailure: failure.error)
    default: nil
    }
  }

  private func objection(toStart start: ReplyStart, at offset: Int64) -> String? {
    guard start.context.upperBound < offset else {
      return "a reply has read up to offset \(start.context.upperBound), behind itself"
    }
    return objection(toAnswered: start.to, at: offset)
  }

  private func objection(toAnswered offsets: [Int64], at offset: Int64) -> String? {
    for answered in offsets where answered >= offset || !isKnownItem(answered) {
      return "a reply answers offset \(answered), where nothing was said"
    }
    return nil
  }

  private func closed(_ reply: Int64) -> String? {
    openReply(reply) == nil ? "reply \(reply) is not open" : nil
  }

  private func objection(toPart reply: Int64, by: ParticipantID) -> String? {
    guard let open = openReply(reply) else { return closed(reply) }
    return open.start.by == by ? nil : "reply \(reply) is by \(open.start.by), not by \(by)"
  }

  private func objection(
    toChunk text: String, of reply: Int64, _ by: ParticipantID
  ) -> String? {
    if let objection = objection(toPart: reply, by: by) { return objection }
    let count = text.scalarCount
    guard count <= Limits.chunkScalars else {
      return "a chunk of \(count) characters, over \(Limits.chunkScalars)"
    }
    let length = openReply(reply)?.text.scalars ?? 0
    return length + count <= Limits.replyScalars
      ? nil : "reply \(reply) grows over \(Limits.replyScalars) characters"
  }

  private static func objection(toFailure failure: Failure?) -> String? {
    guard let count = failure?.message.scalarCount, count > Limits.errorScalars else { return nil }
    return "an error message of \(count) characters, over \(Limits.errorScalars)"
  }
}
