internal import Chat

/// One event as a line: `{"offset","time","room","event"}` for programs, `OFFSET TIME BY text`
/// for people.
///
///     41 2026-01-02T03:04:05.600Z pq3fwyx27abcd types "h" at 0
enum FollowLine {
  static func bytes(
    _ offset: Int64, _ time: Int64, _ event: UnsafeRawBufferPointer, _ options: FollowOptions
  ) -> [UInt8] {
    if options.json {
      var json = JSONWriter(reserving: 96 + event.count)
      json.beginObject()
      json.field("offset", offset)
      json.field("time", time)
      json.field("room", options.room.text)
      json.key("event")
      json.value(json: event)
      json.endObject()
      return options.isTerminal ? TerminalText.json(json.bytes) : json.bytes
    }
    let line = "\(offset) \(UTCTime.text(time)) \(words(event))"
    return Array((options.isTerminal ? TerminalText.line(line) : TerminalText.joined(line)).utf8)
  }

  static func words(_ bytes: UnsafeRawBufferPointer) -> String {
    guard let event = try? Event.decode(bytes) else {
      return bytes.elementsEqual(#"{"type":"hidden"}"#.utf8)
        ? "- hidden" : "- \(String(decoding: bytes, as: UTF8.self))"
    }
    return draftWords(event) ?? replyWords(event) ?? personWords(event)
  }

  private static func draftWords(_ event: Event) -> String? {
    switch event {
    case .typingStarted(let by, _, let draft): return "\(by) starts draft \(draft)"
    case .typingStopped(let by, _, let draft, let reason):
      return "\(by) stops draft \(draft) (\(reason.rawValue))"
    case .draftEdited(let author, _, let edit):
      let deleted = edit.del > 0 ? " deletes \(edit.del)" : ""
      let inserted = edit.ins.isEmpty ? "" : " types \"\(edit.ins)\""
      return "\(author.by)\(deleted)\(inserted) at \(edit.at)"
    case .draftDiscarded(let author, let draft): return "\(author.by) discards draft \(draft)"
    case .messageSent(let author, _, let text): return "\(author.by) sends \"\(text)\""
    case .messageHidden(let by, let message, _): return "\(by) hides \(message)"
    case .visibilityChanged(let author, let visibility):
      return "\(author.by) shows \(visibility.rawValue)"
    default: return nil
    }
  }

  private static func replyWords(_ event: Event) -> String? {
    switch event {
    case .replyStarted(let start):
      let to = start.to.map { String($0) }.joined(separator: ", ")
      return "\(start.by) (\(start.model)) answers \(to)"
    case .replyChunk(let by, _, let text): return "\(by) says \"\(text)\""
    case .replyStopRequested(let by, let reply): return "\(by) stops reply \(reply)"
    case .replyFinished(let end):
      let error = end.error.map { ": \($0.message)" } ?? ""
      return "\(end.by) finishes reply \(end.reply) (\(end.finish.rawValue)\(error))"
    case .replyRefused(let refusal):
      return "\(refusal.by) does not answer (\(refusal.reason.rawValue))"
    case .providerFailed(let failure):
      return "\(failure.by) lost \(failure.provider) in reply \(failure.reply): "
        + failure.error.message
    default: return nil
    }
  }

  private static func personWords(_ event: Event) -> String {
    switch event {
    case .participantJoined(let by, let name, _, _): return "\(by) joins as \"\(name)\""
    case .participantRenamed(let by, let name): return "\(by) is now \"\(name)\""
    case .participantLeft(let by, let reason): return "\(by) leaves (\(reason.rawValue))"
    case .participantMuted(let by, let participant, let until, _):
      return "\(by) mutes \(participant) until \(UTCTime.text(until))"
    case .roomMode(let by, let mode, _): return "\(by) makes the room \(mode.rawValue)"
    case .serverStarted(let version, let epoch): return "server \(version) starts, epoch \(epoch)"
    case .clockStepped(let behind): return "server is \(behind) ms behind"
    default: return "-"
    }
  }
}
