internal import Chat
internal import LogStore

/// Says events in words, one line each, calling people by the names it has heard so far.
///
///     41 03:04:05.678 lobby Ada types "h" at 0
struct EventVoice {
  /// Names kept; then all are forgotten, which costs nothing but their sight.
  private static let namesMost = 65_536
  private var names: [ParticipantID: String] = [:]

  mutating func line(_ record: RecordView) -> String {
    let room = EventLine.room(of: record) ?? "-"
    let words = words(record.value)
    return TerminalText.line(
      "\(record.offset) \(UTCTime.text(record.timestamp)) \(room) \(words)")
  }

  private mutating func words(_ value: UnsafeRawBufferPointer) -> String {
    guard let event = try? Event.decode(value) else {
      return String(decoding: value, as: UTF8.self)
    }
    switch event {
    case .participantJoined(let by, let name, _, let visibility):
      hear(name, of: by)
      return "\(name) joins as \(by), showing \(visibility.rawValue)"
    case .participantRenamed(let by, let name):
      let before = self.name(by)
      hear(name, of: by)
      return "\(before) is now \(name)"
    case .participantLeft(let by, let reason): return "\(name(by)) leaves (\(reason.rawValue))"
    case .serverStarted(let version, let epoch): return "server \(version) starts, epoch \(epoch)"
    case .clockStepped(let behind): return "the clock is \(behind) ms behind"
    case .participantMuted(let by, let participant, let until, _):
      return "\(name(by)) mutes \(name(participant)) until \(UTCTime.text(until))"
    case .roomMode(let by, let mode, _): return "\(name(by)) makes the room \(mode.rawValue)"
    case .messageHidden(let by, let message, _): return "\(name(by)) hides \(message)"
    default: return draftWords(event) ?? replyWords(event)
    }
  }

  private mutating func hear(_ name: String, of by: ParticipantID) {
    if names.count >= Self.namesMost { names.removeAll() }
    names[by] = name
  }

  private func name(_ by: ParticipantID) -> String { names[by] ?? by.description }

  private func draftWords(_ event: Event) -> String? {
    switch event {
    case .visibilityChanged(let author, let visibility):
      return "\(name(author.by)) shows \(visibility.rawValue)"
    case .typingStarted(let by, _, let draft): return "\(name(by)) starts draft \(draft)"
    case .typingStopped(let by, _, let draft, let reason):
      return "\(name(by)) stops draft \(draft) (\(reason.rawValue))"
    case .draftEdited(let author, _, let edit):
      let deleted = edit.del > 0 ? " deletes \(edit.del)" : ""
      let inserted = edit.ins.isEmpty ? "" : " types \"\(edit.ins)\""
      return "\(name(author.by))\(deleted)\(inserted) at \(edit.at)"
    case .draftDiscarded(let author, let draft): return "\(name(author.by)) discards draft \(draft)"
    case .messageSent(let author, _, let text): return "\(name(author.by)): \(text)"
    default: return nil
    }
  }

  private func replyWords(_ event: Event) -> String {
    switch event {
    case .replyStarted(let start):
      let to = start.to.map { String($0) }.joined(separator: ", ")
      return "\(name(start.by)) (\(start.model)) answers \(to)"
    case .replyChunk(let by, _, let text): return "\(name(by)) says \"\(text)\""
    case .replyStopRequested(let by, let reply): return "\(name(by)) stops reply \(reply)"
    case .replyFinished(let end):
      let error = end.error.map { ": \($0.message)" } ?? ""
      return "\(name(end.by)) finishes reply \(end.reply) (\(end.finish.rawValue)\(error))"
    case .replyRefused(let refusal):
      return "\(name(refusal.by)) does not answer (\(refusal.reason.rawValue))"
    case .providerFailed(let failure):
      return "\(failure.provider) failed in reply \(failure.reply): \(failure.error.message)"
    default: return ""
    }
  }
}
