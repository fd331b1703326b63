package import Chat
import LogStore
import Projector

extension PublicRecord {
  /// The newest items for people, oldest first, one a line.
  ///
  ///     [2026-11-25 03:14:05] Ada: Hello
  ///
  /// Times are UTC. Further lines of a message are indented, and control characters escaped, so
  /// that no message can look like another line or steer a terminal.
  package func transcriptText(
    of room: RoomName, at offset: Int64?, items: Int = PublicRecord.items
  ) throws(PastError) -> [UInt8] {
    try reading(room) { (form) throws(PastError) in
      let state = try moment(of: room, at: offset).state
      return Array(Self.text(state.newestItems(items), form).utf8)
    }
  }

  private static func text(_ items: ArraySlice<Item>, _ form: PublicForm) -> String {
    var text = ""
    for item in items {
      text += "[\(clock(form.floored(item.time)))] \(line(item.name)): "
      if let hidden = form.mark(of: item) {
        text += "(hidden: \(line(hidden.reason)))\n"
        continue
      }
      text += lines(item.text)
      if let reply = item.reply, reply.finish != .stop { text += " (\(reply.finish.rawValue))" }
      text += "\n"
    }
    return text
  }

  private static func line(_ text: String) -> String { TerminalText.line(text) }

  private static func lines(_ text: String) -> String {
    TerminalText.lines(text).joined(separator: "\n    ")
  }

  /// `2026-11-25 03:14:05`, UTC, of ms since 1970.
  static func clock(_ milliseconds: Int64) -> String {
    "\(UTCTime.date(milliseconds)) \(UTCTime.clock(milliseconds).prefix(8))"
  }
}
