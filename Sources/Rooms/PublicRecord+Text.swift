package import Chat
package import LogStore
import Projector

extension PublicRecord {
  /// The newest items for people, oldest first, one a line.
  ///
  ///     [2026-11-25 03:14:05] Ada: Hello
  ///
  /// Times are UTC. Further lines of a message are indented, and control characters replaced, so
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

  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  private static func lines(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result.append(contentsOf: "\n    ".unicodeScalars)
      case "\t": result.append(scalar)
      default: result.append(isControl(scalar) ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }

  /// C0, DEL, C1, and what turns the direction of text.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `2026-11-25 03:14:05`, UTC, of ms since 1970 (days to dates: Hinnant's `civil_from_days`).
  static func clock(_ milliseconds: Int64) -> String {
    let seconds = milliseconds / 1_000
    let (days, ofDay) = (seconds / 86_400 + 719_468, seconds % 86_400)
    let (era, ofEra) = (days / 146_097, days % 146_097)
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * month + 2) / 5 + 1
    let number = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (number <= 2 ? 1 : 0)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(year)-\(two(number))-\(two(day))"
    return "\(date) \(two(ofDay / 3_600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
  }
}
