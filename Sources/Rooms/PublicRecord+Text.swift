package import Chat
package import LogStore
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
  ) throws(ReadError) -> [UInt8] {
    let moment = try moment(of: room, at: offset)
    let form = admission.options.form
    var text = ""
    for item in moment.state.newestItems(items) {
      text += "[\(Self.clock(form.floored(item.time)))] \(Self.line(item.name)): "
      if let hidden = item.hidden {
        text += "(hidden: \(Self.line(hidden.reason)))\n"
        continue
      }
      text += Self.lines(item.text)
      if let reply = item.reply, reply.finish != .stop { text += " (\(reply.finish.rawValue))" }
      text += "\n"
    }
    return Array(text.utf8)
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
